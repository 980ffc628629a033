import { PerfError } from '../errors.ts';

export interface RateLimitedDetails {
  /** `'concurrency'`, `'maxQueue'`, or the key in `models`. */
  readonly limit: string;
  readonly agent: string;
  /** `'provider/model'`. */
  readonly model: string;
  /** When it makes sense to try again: at least so many milliseconds from now. */
  readonly retryAfterMs: number;
}

/**
 * A call was not made: too many wait already, or it would wait for longer than `maxWait`. A server can answer 429 with
 * `Retry-After: Math.ceil(error.retryAfterMs / 1000)`.
 */
export class RateLimitedError extends PerfError implements RateLimitedDetails {
  declare readonly limit: string;
  declare readonly agent: string;
  declare readonly model: string;
  declare readonly retryAfterMs: number;

  constructor(details: RateLimitedDetails, why: string) {
    super(
      'MASTRA_PERF_LIMIT',
      `limit "${details.limit}": a call of agent "${details.agent}" to ${details.model} was refused, since ${why}; try again in ${Math.ceil(details.retryAfterMs / 1000)} s`,
    );
    this.name = 'RateLimitedError';
    Object.assign(this, { ...details, retryAfterMs: Math.ceil(details.retryAfterMs) });
  }
}
