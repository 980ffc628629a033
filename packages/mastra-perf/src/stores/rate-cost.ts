import type { RateClaim } from './rates.ts';

export interface RateCost {
  /** How long it takes for the amount to come back; below 0 for a correction that gives back. */
  readonly costMs: number;
  /** So much may be owed of the rate when the claim begins. */
  readonly sparedMs: number;
}

const MINUTE_MS = 60_000;

/**
 * What a claim means on a clock, for whoever implements `Rates`.
 *
 * @throws RangeError where that is no time: one number that is none would stop everybody who uses the rate, or nobody, for ever.
 */
export function rateCost({ name, amount, perMinute, burst }: RateClaim): RateCost {
  const costMs = (amount * MINUTE_MS) / perMinute;
  const burstMs = (burst * MINUTE_MS) / perMinute;
  if (!(perMinute > 0) || !(burst > 0) || !(Math.abs(costMs) <= Number.MAX_SAFE_INTEGER))
    throw new RangeError(`rate ${name}: ${amount} at ${perMinute} a minute, ${burst} at once, is no rate`);
  return { costMs, sparedMs: Math.min(Math.max(0, burstMs - costMs), Number.MAX_SAFE_INTEGER) };
}
