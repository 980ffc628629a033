import type { RateAnswer, RateClaim } from '../stores/rates.ts';

/** What rates answer when one thing is done at a time. Its time is told with each. */
export interface RateModel {
  take(now: number, claims: readonly RateClaim[], maxWaitMs: number): RateAnswer;
  correct(now: number, claims: readonly RateClaim[]): void;
  pause(now: number, names: readonly string[], ms: number): void;
}

export function rateModel(): RateModel {
  const owed = new Map<string, number>();
  const paused = new Map<string, number>();
  const owes = ({ name, amount, perMinute }: RateClaim, from: number): void =>
    void owed.set(name, Math.max(owed.get(name) ?? 0, from) + (amount / perMinute) * 60_000);
  return {
    take(now, claims, maxWaitMs) {
      const begins = claims.map(({ name, amount, perMinute, burst }) =>
        Math.max(
          now,
          paused.get(name) ?? 0,
          (owed.get(name) ?? 0) - (Math.max(0, burst - amount) / perMinute) * 60_000,
        ),
      );
      const begin = Math.max(now, ...begins);
      const granted = begin <= now + maxWaitMs;
      if (granted) for (const claim of claims) owes(claim, begin);
      return { granted, waitMs: begin - now };
    },
    correct(now, claims) {
      for (const claim of claims) owes(claim, now);
    },
    pause(now, names, ms) {
      for (const name of names) paused.set(name, Math.max(paused.get(name) ?? 0, now + ms));
    },
  };
}
