export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** How long to wait before each next try. */
export interface Backoff {
  /**
   * Twice as long as the time before, up to the most, less a random part of up to one half: many processes that lose the
   * same server at once do not come back at once.
   */
  next(): number;
  /** The next wait is the first again. */
  reset(): void;
}

export function createBackoff({ firstMs, maxMs, random }: BackoffOptions): Backoff {
  let ms = firstMs;
  return {
    next() {
      const wait = ms * (1 - random() / 2);
      ms = Math.min(ms * 2, maxMs);
      return wait;
    },
    reset: () => void (ms = firstMs),
  };
}
