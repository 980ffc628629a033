/** Where time and scheduling come from, so that tests drive them instead of sleeping. */
export interface Clock {
  /** Milliseconds since the epoch, for what is compared across processes (expiry). */
  now(): number;
  /** Milliseconds from a steady source, for what is measured (durations). */
  monotonic(): number;
  /** Resolves when all promises have run that can, before the event loop turns to timers and sockets. */
  settled(): Promise<void>;
  /**
   * Runs `then` in `ms` milliseconds, and after what has arrived until then was seen: a process that was busy for long
   * finds replies and timers due at once. Returns the cancel. Keeps no process alive, unless somebody waits for it.
   */
  after(ms: number, then: () => void, keepsAlive?: 'keeps-alive'): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  // A tick that a promise asks for comes when no promise is left to run; an immediate would cost a round of the event loop.
  settled: () => new Promise((resolve) => process.nextTick(resolve)),
  after(ms, then, keepsAlive) {
    let turn: NodeJS.Immediate | undefined;
    const timer = setTimeout(() => (turn = setImmediate(then)), ms);
    if (!keepsAlive) timer.unref();
    return () => {
      clearTimeout(timer);
      clearImmediate(turn);
    };
  },
};
