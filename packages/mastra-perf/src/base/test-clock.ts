import type { Clock } from './clock.ts';

/** A clock that stands still until a test moves it. Imported only by tests. */
export interface TestClock extends Clock {
  advance(ms: number): void;
  /** Number of callers that wait for the turn of the event loop to end. */
  waiting(): number;
  /** Ends the turn of the event loop for all of them. */
  endTurn(): void;
}

export function testClock(start = 1_750_000_000_000): TestClock {
  let elapsed = 0;
  let turns: Array<() => void> = [];
  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    settled: () => new Promise((resolve) => turns.push(resolve)),
    advance: (ms) => void (elapsed += ms),
    waiting: () => turns.length,
    endTurn() {
      const ended = turns;
      turns = [];
      for (const resolve of ended) resolve();
    },
  };
}

/** Lets everything that is ready to go on go on: real I/O is not involved, so one round of the event loop is enough. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
