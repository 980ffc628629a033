import { setTimeout as later } from 'node:timers/promises';
import { startProcess, type StartedProcess } from '@mastra-perf/testkit';
import type { ServerCommands } from '../server.ts';
import type { ServerConfig } from '../server/config.ts';
import type { Front } from './front.ts';

export type Server = ServerCommands & StartedProcess & { readonly listensOn: number };

/** How a process stopped. */
export interface Stop {
  readonly name: string;
  readonly code: number | null;
  readonly ms: number;
  readonly output: string;
}

/** The processes behind the front, each of which may be ended and started anew. */
export interface Servers {
  running(): readonly Server[];
  /** Starts one in the place of one that is gone. */
  startAnew(place: number): Promise<Server>;
  /** Without a chance to do anything more. Resolves when it is gone. */
  kill(place: number): Promise<KilledServer>;
  /** As a deployment does: SIGTERM to all, at once. */
  stop(): Promise<readonly Stop[]>;
}

/** What counts as lost with a process is measured from here. */
export interface KilledServer {
  readonly name: string;
  readonly at: number;
}

const COMMANDS = ['port', 'figures', 'told', 'flush', 'usage', 'shiftClock', 'lastWords', 'close'] as const;
const COUNT = 3;
/** Far beyond what is allowed, which a check tells. */
const STOP_PATIENCE_MS = 15_000;
const LAST_WORDS_MS = 2000;

export async function startServers(
  config: Omit<ServerConfig, 'name'>,
  round: string,
  front: Front,
): Promise<Servers> {
  const places = new Map<number, Server>();
  let lives = 0;
  const start = async (place: number): Promise<Server> => {
    const started = await startProcess<ServerCommands>({
      program: new URL('../server.ts', import.meta.url),
      config: { ...config, name: `${round}${place}-${++lives}` } as { name: string },
      commands: COMMANDS,
    });
    const server = Object.assign(started, { listensOn: await started.port() });
    places.set(place, server);
    front.route([...places.values()].map(({ name, listensOn }) => ({ name, port: listensOn })));
    return server;
  };
  // Mastra's tables are made by one: two that make them at once get in each other's way.
  await start(0);
  await Promise.all(Array.from({ length: COUNT - 1 }, (_, index) => start(index + 1)));
  return {
    running: () => [...places.values()],
    startAnew: start,
    async kill(place) {
      const server = places.get(place);
      if (!server) throw new Error(`nothing runs at ${place}`);
      // The front is not told: it finds out by itself.
      places.delete(place);
      const at = Date.now();
      server.kill('SIGKILL');
      await server.exited;
      return { name: server.name, at };
    },
    async stop() {
      const stopping = [...places.values()].map(async (server): Promise<Stop> => {
        const startedAt = performance.now();
        server.kill('SIGTERM');
        let lastWords = '';
        const impatient = setTimeout(async () => {
          // Without a connection to this process there is nobody to say them.
          lastWords = await Promise.race([server.lastWords().catch(String), later(LAST_WORDS_MS, 'no word')]);
          server.kill('SIGKILL');
        }, STOP_PATIENCE_MS);
        const { code, output } = await server.exited;
        clearTimeout(impatient);
        return {
          name: server.name,
          code,
          ms: performance.now() - startedAt,
          output: `${output}${lastWords}`,
        };
      });
      places.clear();
      return Promise.all(stopping);
    },
  };
}
