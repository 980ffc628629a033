/** What one call takes of a rate. All numbers are finite; `perMinute` and `burst` are above 0, and need not be whole. */
export interface RateClaim {
  /** Whose rate it is: a provider or a model, and whether requests or tokens are counted. Stands once in a list. */
  readonly name: string;
  /** Requests or tokens, 0 or more; below 0 only to correct. */
  readonly amount: number;
  /** How much comes back in a minute, evenly. */
  readonly perMinute: number;
  /** How much may be taken at once when nothing was taken for a while. A larger amount is granted when nothing is owed. */
  readonly burst: number;
}

/**
 * `waitMs` is when the call may begin, 0 for now; of one that is refused, when it could if nobody else took anything until
 * then: longer than it would have waited.
 */
export interface RateAnswer {
  readonly granted: boolean;
  readonly waitMs: number;
}

/**
 * Rates that all processes keep together which use the same place: buckets that drain evenly, on the clock of the store. What was
 * taken is given back by time alone, so that a process that dies holds nothing.
 *
 * Of each name two moments are kept, both in the past where nobody knows the name: `owed`, when all that was taken will have come
 * back, and `paused`, until when nothing begins. What an amount costs is `amount * 60000 / perMinute` milliseconds, what a burst
 * spares is `burst * 60000 / perMinute`; neither is rounded, since a token may cost less than a microsecond. A claim may begin at
 * `max(now, paused, owed - max(0, burst - cost))`, the call at the latest of its claims, and it then sets `owed` of each to
 * `max(owed, begin) + cost`. A name may be forgotten when both moments are over.
 */
export interface Rates {
  /**
   * Takes the amounts of all claims if the call may begin within `maxWaitMs`, or of none. Whoever is granted begins after
   * `waitMs`; nobody who asks later for the same names is granted an earlier time, unless a correction gave something back.
   */
  take(claims: readonly RateClaim[], maxWaitMs: number): Promise<RateAnswer>;
  /**
   * Adds to what was taken: more than was thought, or less (a negative amount). `owed` becomes `max(owed, now) + cost`, so that
   * never more than `burst` can be taken at once by it.
   */
  correct(claims: readonly RateClaim[]): Promise<void>;
  /** These rates grant nothing that begins within so many milliseconds from now; a longer pause stays. */
  pause(names: readonly string[], ms: number): Promise<void>;
}
