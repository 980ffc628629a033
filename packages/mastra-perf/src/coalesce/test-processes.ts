import { createBackground } from '../base/background.ts';
import { testClock } from '../base/test-clock.ts';
import type { ModelCall, Reply } from '../pipeline/call.ts';
import { compose } from '../pipeline/compose.ts';
import { answerOf, callOf, replyOf, textFrom, type CallSettings } from '../pipeline/test-calls.ts';
import type { Bus, BusListener } from '../stores/bus.ts';
import type { Leases } from '../stores/leases.ts';
import type { PerfStore } from '../stores/perf-store.ts';
import { acrossProcesses } from './across.ts';
import type { CoalesceSettings } from './options.ts';
import { createReleases } from './releases.ts';
import { upstreamModel } from './test-upstreams.ts';

/** Of all processes. */
export const clock = testClock();

/** What is stored, for all processes of one test. */
export type Shelf = Map<string, string>;

export interface ProcessOptions {
  readonly settings?: CoalesceSettings | false;
  readonly isShared?: boolean;
  /** Whether answers may be stored. */
  readonly storable?: boolean;
  readonly leases?: Leases;
}

/** One process: its model is answered by hand, and what it answers is put on the shelf. */
export async function startProcess(
  store: PerfStore,
  shelf: Shelf,
  { settings = {}, isShared = true, storable = true, leases = store.leases }: ProcessOptions = {},
) {
  const model = upstreamModel();
  const faults: Array<readonly [where: string, error: unknown]> = [];
  const fault = (where: string, error: unknown): void => void faults.push([where, error]);
  const background = createBackground({ maxTasks: 100, onError: (error) => fault('background', error) });
  const releases = createReleases(store.bus);
  await releases.listen();
  const fromStore = async (call: ModelCall): Promise<Reply | undefined> => {
    const text = shelf.get(call.key());
    if (text === undefined) return undefined;
    call.facts.outcome = { name: 'hit', savedMs: 900 };
    return replyOf(answerOf(text));
  };
  const fill = {
    name: 'fill',
    async run(call: ModelCall, next: () => Promise<Reply>) {
      const decided = Promise.withResolvers<boolean>();
      call.facts.shared = decided.promise;
      const reply = await next();
      return {
        ...reply,
        parts: {
          ...reply.parts,
          async read() {
            try {
              const result = await reply.parts.read();
              if (!result.done && result.value.type === 'text-delta' && storable)
                shelf.set(call.key(), (shelf.get(call.key()) ?? '') + String(result.value.delta));
              if (result.done) decided.resolve(storable);
              return result;
            } catch (error) {
              decided.resolve(false);
              throw error;
            }
          },
        },
      };
    },
  };
  const across = acrossProcesses({
    clock,
    leases: leases!,
    releases,
    background,
    settingsOf: () => settings,
    isShared: () => isShared,
    fromStore,
    fault,
  });
  const run = compose([across, fill], fault);
  const ask = (given?: CallSettings) => {
    const call = callOf(model, given);
    const text = textFrom(run(call));
    text.catch(() => undefined); // some fail on purpose
    return { call, text };
  };
  return { ...model, ask, faults, background };
}

export const modelCalls = (processes: ReadonlyArray<{ readonly asked: readonly unknown[] }>) =>
  processes.map(({ asked }) => asked.length);

/** A bus that tells of a gap when a test says so. It delivers what the one below it delivers, and nothing without one. */
export function busWithGaps(below?: Bus) {
  const listeners: BusListener[] = [];
  const bus: Bus = {
    publish: async (topic, text) => below?.publish(topic, text),
    async subscribe(topic, listener) {
      listeners.push(listener);
      return (await below?.subscribe(topic, listener)) ?? (async () => undefined);
    },
  };
  const gap = (): void => {
    for (const listener of listeners) listener.gap();
  };
  return { bus, gap };
}
