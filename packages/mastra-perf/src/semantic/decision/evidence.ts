/** Scores from 0 to 1 are told apart in so many steps. */
export const STEPS = 100;

/** Of pairs that somebody has judged: how many were right and wrong, by score. Bounded: what is old fades. */
export interface Evidence {
  readonly right: Float64Array;
  readonly wrong: Float64Array;
}

export const createEvidence = (): Evidence => ({
  right: new Float64Array(STEPS),
  wrong: new Float64Array(STEPS),
});

export const stepOf = (score: number): number =>
  Math.min(STEPS - 1, Math.max(0, Math.floor(score * STEPS + 1e-9)));

/**
 * Adds counts of one step, which hold no more than `most` together: beyond it the former ones count for less. Each step fades by its
 * own evidence only, since what is served is looked into rarely and what is not, always.
 */
export function addEvidence(
  { right, wrong }: Evidence,
  step: number,
  more: { readonly right: number; readonly wrong: number },
  most: number,
): void {
  const before = (right[step] ?? 0) + (wrong[step] ?? 0);
  const added = more.right + more.wrong;
  const kept = before + added > most && before > 0 ? Math.max(0, most - added) / before : 1;
  right[step] = (right[step] ?? 0) * kept + more.right;
  wrong[step] = (wrong[step] ?? 0) * kept + more.wrong;
}

/** How many judged pairs it stands for. */
export function sizeOf({ right, wrong }: Evidence): { readonly right: number; readonly wrong: number } {
  const sum = (counts: Float64Array): number => counts.reduce((total, count) => total + count, 0);
  return { right: sum(right), wrong: sum(wrong) };
}
