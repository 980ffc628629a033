import { defaultGuards, pairScore } from '../inside-mastra-perf.ts';
import type { PairCosines } from './pair-cosines.ts';
import type { JudgedPair } from './pairs.ts';

/** What a cache makes of a pair: a score, or the name of the guard that refused it. */
export type Judgement = { readonly score: number } | { readonly refusedBy: string };

/** A way to decide. The one through a whole agent has this shape as well. */
export type Matcher = (pair: JudgedPair) => Judgement;

/** As in the cache: of texts that are less alike nothing is asked. */
const LEAST_SIMILARITY = 0.6;

export const plainCosine =
  ({ raw }: PairCosines): Matcher =>
  (pair) => ({ score: raw(pair) });

/** Our guards and score. `without` leaves one guard out. */
export function guarded(
  { normal }: PairCosines,
  { isVerified = false, without }: { readonly isVerified?: boolean; readonly without?: string } = {},
): Matcher {
  const guards = defaultGuards({ isVerified }).filter(({ name }) => name !== without);
  return (pair) => {
    const { a, b } = pair;
    const similarity = normal(pair);
    if (similarity < LEAST_SIMILARITY) return { refusedBy: 'similarity' };
    const guard = guards.find((one) => !one.passes(a, b));
    return guard ? { refusedBy: guard.name } : { score: pairScore(a, b, similarity) };
  };
}

export const isServed = (judgement: Judgement, threshold: number): boolean =>
  'score' in judgement && judgement.score >= threshold;
