import type { Clock } from './clock.ts';

/** A clock that stands still until a test moves it. Imported only by tests and by `testing/`. */
export interface TestClock extends Clock {
  /** Moves time on and runs what was due, in order. */
  advance(ms: number): void;
  /** Number of callers that wait for the turn of the event loop to end. */
  waiting(): number;
  /** Ends the turn of the event loop for all of them. */
  endTurn(): void;
  /** Number of timers that are set. */
  timers(): number;
}

export function testClock(start = 1_750_000_000_000): TestClock {
  let elapsed = 0;
  let turns: Array<() => void> = [];
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const nextDue = (until: number) =>
    [...timers]
      .filter(({ at }) => at <= until)
      .reduce<{ at: number; run: () => void } | undefined>(
        (first, timer) => (first && first.at <= timer.at ? first : timer),
        undefined,
      );
  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    settled: () => new Promise((resolve) => turns.push(resolve)),
    after(ms, then) {
      const timer = { at: elapsed + ms, run: then };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const until = elapsed + ms;
      for (let due = nextDue(until); due; due = nextDue(until)) {
        elapsed = Math.max(elapsed, due.at);
        timers.delete(due);
        due.run();
      }
      elapsed = until;
    },
    waiting: () => turns.length,
    endTurn() {
      const ended = turns;
      turns = [];
      for (const resolve of ended) resolve();
    },
    timers: () => timers.size,
  };
}

/** Lets everything that is ready to go on go on: real I/O is not involved, so one round of the event loop is enough. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
