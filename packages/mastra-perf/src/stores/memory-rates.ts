import type { Clock } from '../base/clock.ts';
import { rateCost } from './rate-cost.ts';
import type { Rates } from './rates.ts';

/** Both on the steady clock. */
interface Rate {
  /** When all that was taken will have come back. */
  owed: number;
  /** Nothing begins before. */
  paused: number;
}

/** Rates of which nothing is left are looked for when there are twice as many as the last time, and no sooner than at this. */
const SWEEP_FROM = 1000;

export function memoryRates(clock: Clock): Rates {
  const rates = new Map<string, Rate>();
  let sweepAt = SWEEP_FROM;

  const sweep = (now: number): void => {
    if (rates.size < sweepAt) return;
    for (const [name, { owed, paused }] of rates) if (Math.max(owed, paused) <= now) rates.delete(name);
    sweepAt = Math.max(SWEEP_FROM, 2 * rates.size);
  };
  const rateOf = (name: string, now: number): Rate => {
    const known = rates.get(name);
    if (known) return known;
    sweep(now);
    const rate: Rate = { owed: now, paused: now };
    rates.set(name, rate);
    return rate;
  };

  return {
    async take(claims, maxWaitMs) {
      const now = clock.monotonic();
      const costs = claims.map((claim) => ({ name: claim.name, ...rateCost(claim) }));
      const begin = costs.reduce((latest, { name, sparedMs }) => {
        const { owed, paused } = rates.get(name) ?? { owed: now, paused: now };
        return Math.max(latest, paused, owed - sparedMs);
      }, now);
      const waitMs = begin - now;
      if (waitMs > maxWaitMs) return { granted: false, waitMs };
      for (const { name, costMs } of costs) {
        const rate = rateOf(name, now);
        rate.owed = Math.max(rate.owed, begin) + costMs;
      }
      return { granted: true, waitMs };
    },
    async correct(claims) {
      const now = clock.monotonic();
      for (const [name, costMs] of claims.map((claim) => [claim.name, rateCost(claim).costMs] as const)) {
        const rate = rateOf(name, now);
        rate.owed = Math.max(rate.owed, now) + costMs;
      }
    },
    async pause(names, ms) {
      const now = clock.monotonic();
      for (const name of names) {
        const rate = rateOf(name, now);
        rate.paused = Math.max(rate.paused, now + ms);
      }
    },
  };
}
