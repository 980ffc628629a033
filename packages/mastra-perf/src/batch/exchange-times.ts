/** When the messages of an exchange were. */
export interface ExchangeTimes {
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** Gives each exchange of a thread its own times, later than those of the one before. */
export interface ExchangeClock {
  next(threadId: string, arrivedAt: number): ExchangeTimes;
}

/**
 * Threads are read in the order of their times, which have milliseconds, and ten messages may come in the same one: each exchange takes two
 * that nothing in its thread has.
 *
 * @param longestMs how long ago a message can have come at most
 */
export function createExchangeClock(now: () => number, longestMs: number): ExchangeClock {
  /** The last time that was given out; in the order in which they were. */
  const last = new Map<string, number>();
  return {
    next(threadId, arrivedAt) {
      const askedAt = Math.max(arrivedAt, (last.get(threadId) ?? 0) + 1);
      const answeredAt = askedAt + 1;
      last.delete(threadId);
      last.set(threadId, answeredAt);
      // Messages that come before these times are over by now.
      for (const [thread, at] of last) {
        if (at >= now() - longestMs) break;
        last.delete(thread);
      }
      return { askedAt, answeredAt };
    },
  };
}
