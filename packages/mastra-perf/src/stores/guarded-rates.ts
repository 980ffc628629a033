import type { RateAnswer, Rates } from './rates.ts';
import type { StoreGuard } from './store-guard.ts';

/** Nobody waits for these. */
const AFTERWARDS_MS = 1_000;

/** Calls wait for `take`, as for a look-up in a cache: a store that is slow or away is as good as none, and each process counts alone. */
export function guardedRates(rates: Rates, guard: StoreGuard, readMs: number): Rates {
  const correct: Rates['correct'] = (claims) =>
    guard.run('correctRate', AFTERWARDS_MS, () => rates.correct(claims), { breaker: 'heeds' });
  return {
    take: (claims, maxWaitMs) =>
      guard.run('takeRate', readMs, () => rates.take(claims, maxWaitMs), {
        accepts: isAnswer,
        // Nobody uses what was taken: it is given back, or else time does it.
        onLate(reply) {
          if (!isAnswer(reply) || !reply.granted) return;
          correct(claims.map((claim) => ({ ...claim, amount: -claim.amount }))).catch(() => undefined);
        },
      }),
    correct,
    pause: (names, ms) =>
      guard.run('pauseRate', AFTERWARDS_MS, () => rates.pause(names, ms), { breaker: 'heeds' }),
  };
}

const isAnswer = (reply: RateAnswer | undefined): boolean =>
  typeof reply?.granted === 'boolean' && Number.isFinite(reply.waitMs) && reply.waitMs >= 0;
