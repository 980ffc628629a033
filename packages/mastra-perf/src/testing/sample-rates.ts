import assert from 'node:assert/strict';
import type { PerfStore } from '../stores/perf-store.ts';
import type { RateAnswer, RateClaim, Rates } from '../stores/rates.ts';
import { fresh } from './fresh-names.ts';

export const MINUTE_MS = 60_000;
export const LONG_MS = 600 * MINUTE_MS;
export const SHORT_MS = 150;
/** Clocks that nobody moves go on while a test runs: what takes a minute stands for what does not happen meanwhile. */
const DRIFT_MS = 10_000;

export function ratesOf({ rates }: PerfStore): Rates {
  assert.ok(rates, 'the store has no rates; if that is meant, say so with capabilities: { rates: false }');
  return rates;
}

/** One of three at once, of which one comes back in a minute. */
export const aClaim = (claim: Partial<RateClaim> = {}): RateClaim => ({
  name: fresh('rate'),
  amount: 1,
  perMinute: 1,
  burst: 3,
  ...claim,
});

export function begins(answer: RateAnswer, minutes: number): void {
  assert.ok(answer.granted, `it was refused, for ${answer.waitMs} ms`);
  waits(answer, minutes);
}

export function isRefused(answer: RateAnswer, minutes: number): void {
  assert.ok(!answer.granted, 'it was granted');
  waits(answer, minutes);
}

function waits({ waitMs }: RateAnswer, minutes: number): void {
  const late = minutes * MINUTE_MS - waitMs;
  assert.ok(waitMs >= 0 && late > -1 && late < DRIFT_MS, `it waits ${waitMs} ms in place of ${minutes} min`);
}
