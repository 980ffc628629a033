import { binomialTail } from './binomial-tail.ts';
import { STEPS, type Evidence } from './evidence.ts';
import { fitLogistic } from './logistic-fit.ts';

/** How likely it may be, at a moment, that the evidence looks as good as it does although more are wrong than allowed. */
const RISK = 0.02;

/**
 * The lowest score from which on answers may be given, or `undefined` while there is none. Two things must hold:
 *
 * - Of all judged pairs with at least this score so few are wrong that, were the share of wrong ones above `maxErrorRate`, it would
 *   look like this with a probability of `RISK` at most (the bound of Clopper and Pearson). Scores are tested from the highest on, and
 *   the first one that fails ends it, so that testing many does not add up (fixed sequence). Where there is not enough evidence for any
 *   outcome to pass, nothing is tested: that depends on how many were judged, not on how.
 * - The logistic curve through all of the evidence gives no pair of this score more than `maxErrorRate`: the many good pairs above do not
 *   make up for bad ones at the margin.
 */
export function thresholdOf(evidence: Evidence, maxErrorRate: number): number | undefined {
  if (maxErrorRate <= 0) return undefined;
  const least = Math.log(RISK) / Math.log(1 - maxErrorRate);
  const wrongAt = fitLogistic(evidence);
  let lowest: number | undefined;
  let [count, wrong] = [0, 0];
  for (let step = STEPS - 1; step >= 0; step--) {
    const judged = (evidence.right[step] ?? 0) + (evidence.wrong[step] ?? 0);
    count += judged;
    wrong += evidence.wrong[step] ?? 0;
    if (count < least) continue;
    if (binomialTail(wrong, count, maxErrorRate) > RISK || wrongAt(step) > maxErrorRate) break;
    if (judged > 0) lowest = step;
  }
  return lowest === undefined ? undefined : lowest / STEPS;
}
