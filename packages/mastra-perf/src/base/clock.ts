/** Where time and scheduling come from, so that tests drive them instead of sleeping. */
export interface Clock {
  /** Milliseconds since the epoch, for what is compared across processes (expiry). */
  now(): number;
  /** Milliseconds from a steady source, for what is measured (durations). */
  monotonic(): number;
  /** Resolves after the current turn of the event loop. */
  turn(): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  turn: () => new Promise((resolve) => setImmediate(resolve)),
};
