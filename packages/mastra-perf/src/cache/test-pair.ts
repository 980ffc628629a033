import type { TestClock } from '../base/test-clock.ts';
import type { PerfStore } from '../stores/perf-store.ts';
import { recorded, testProcess, using, type TestProcessOptions } from './test-process.ts';

/*
 * Processes `A` and `B` that share a store and hear each other. Imported only by tests.
 */

export type PairOptions = Omit<TestProcessOptions, 'store' | 'clock' | 'name'>;

export const tagged = using({ tags: ['kb:42'] });

/** Over one connection; `since` tells what both have asked of the store. */
export async function pairOn<S extends PerfStore>(store: S, clock: TestClock, options: PairOptions = {}) {
  const counted = recorded(store);
  const start = async (name: string) => {
    const process = testProcess({ ...options, name, clock, store: counted.store });
    await process.cache.listen();
    return process;
  };
  const [a, b] = [await start('A'), await start('B')];
  counted.since();
  return { a, b, start, since: counted.since };
}

/** Each over a connection of its own, which can be made to fail. */
export async function connectedPair<S extends PerfStore>(
  connect: () => S,
  clock: TestClock,
  options: PairOptions = {},
) {
  const start = async (name: string) => {
    const chaos = connect();
    const { store, since } = recorded(chaos);
    const process = testProcess({ ...options, name, clock, store });
    await process.cache.listen();
    since();
    return { ...process, chaos, since };
  };
  const [a, b] = [await start('A'), await start('B')];
  /** Both have the answer `A 0` in memory. */
  const seed = async (call = tagged): Promise<void> => {
    await a.ask(call);
    await a.background.idle();
    await b.ask(call);
    for (const { since } of [a, b]) since();
  };
  return { a, b, start, seed };
}
