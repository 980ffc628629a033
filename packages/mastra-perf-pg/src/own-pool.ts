import { Client, Pool, type ClientConfig, type PoolClient, type PoolConfig } from 'pg';
import { breakClient } from './end-client.ts';
import type { PoolSource } from './pool-source.ts';

/** Of every connection. The options of the user come after them. */
const TIMES = { connectionTimeoutMillis: 2000, keepAlive: true, application_name: 'mastra-perf' } as const;
/** The server ends a statement that takes longer; a pooler that knows no sessions refuses the setting. */
const STATEMENT_MS = 5000;
const CLOSE_MS = 500;

export interface OwnPoolSettings {
  readonly listen: string | undefined;
  /** Whether a connection is a session. */
  readonly session: boolean;
}

/** A pool of ours, opened when it is needed. */
export function ownPool(config: PoolConfig, { listen, session }: OwnPoolSettings): PoolSource {
  const settings = {
    ...TIMES,
    ...(session && { statement_timeout: STATEMENT_MS }),
    max: 10,
    idleTimeoutMillis: 30_000,
    ...config,
    // A process that has nothing else to do may end.
    allowExitOnIdle: true,
  } satisfies PoolConfig;
  const open = new Set<PoolClient | Client>();
  let pool: Pool | undefined;
  let ending: Promise<void> | undefined;

  const opened = (): Pool => {
    const made = new Pool(settings);
    // An idle connection that breaks has been taken out of the pool already, and whoever comes next opens another.
    made.on('error', () => undefined);
    made.on('connect', (client) => {
      open.add(client);
      client.once('end', () => open.delete(client));
    });
    return made;
  };

  const end = async (): Promise<void> => {
    const goodbyes = [...open].map((client) => new Promise((resolve) => client.once('end', resolve)));
    const ended = Promise.all([pool?.end(), ...goodbyes]);
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      for (const client of open) breakClient(client);
      late.resolve();
    }, CLOSE_MS);
    await Promise.race([ended, late.promise]);
    clearTimeout(timer);
  };

  return {
    take: () => (pool ??= opened()),
    async listen() {
      const client = new Client({ ...settings, ...(listen && { connectionString: listen }) } as ClientConfig);
      return keep(client, open);
    },
    end: () => (ending ??= end()),
  };
}

/** Connects a client that nobody else has. */
async function keep(client: Client, open?: Set<PoolClient | Client>) {
  client.on('error', () => undefined); // until somebody else listens
  open?.add(client);
  client.once('end', () => open?.delete(client));
  await client.connect();
  return {
    client,
    end(broken: boolean) {
      if (broken) breakClient(client);
      client.end().catch(() => undefined); // it is over either way
    },
  };
}

/** A connection for messages beside a pool that somebody else has. */
export const openListener = (connectionString: string) => keep(new Client({ ...TIMES, connectionString }));
