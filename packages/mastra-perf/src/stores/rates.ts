/** What one call takes of a rate. All numbers are finite; `perMinute` and `burst` are above 0. */
export interface RateClaim {
  /** Whose rate it is: a provider or a model, and whether requests or tokens are counted. */
  readonly name: string;
  /** Requests or tokens, 0 or more. */
  readonly amount: number;
  /** How much comes back in a minute, evenly. */
  readonly perMinute: number;
  /** How much may be taken at once when nothing was taken for a while. A larger amount is granted when nothing is owed. */
  readonly burst: number;
}

/** `waitMs` is when the call may begin, or how long it makes no sense to ask again; 0 for now. */
export interface RateAnswer {
  readonly granted: boolean;
  readonly waitMs: number;
}

/**
 * Rates that all processes keep together which use the same place: buckets that drain evenly, on the clock of the store. What was
 * taken is given back by time alone, so that a process that dies holds nothing.
 */
export interface Rates {
  /**
   * Takes the amounts of all claims if each of them is there within `maxWaitMs`, or of none. Whoever is granted begins after
   * `waitMs`; nobody who asks later is granted an earlier time.
   */
  take(claims: readonly RateClaim[], maxWaitMs: number): Promise<RateAnswer>;
  /** Adds to what was taken: more than was thought, or less (a negative amount). Never more than `burst` can be taken at once by it. */
  correct(claims: readonly RateClaim[]): Promise<void>;
  /** These rates grant nothing for so many milliseconds from now; a longer pause stays. */
  pause(names: readonly string[], ms: number): Promise<void>;
}
