import { createRanking } from './ranking.ts';

const FIRST_STAGE = 64;

export interface FillOptions {
  /** By place. */
  readonly scores: Float64Array;
  readonly places: Int32Array;
  /** Not asked of places that are not reached; `NaN` for one that must not be kept. */
  readonly tokensOf: (place: number) => number;
  readonly budget: number;
}

/**
 * The places to keep: the best ones whose tokens fit the budget.
 *
 * A larger budget keeps all that a smaller one keeps, and more. Taking whatever still fits would not: with more room a long message
 * takes the place of two short ones. So the budget is filled in stages that double. Each goes down the ranking to the first
 * message that does not fit, as many ranks as it has tokens at most, and passes over what is longer than half of the stage: one very
 * long message must not be all, or keep all others out.
 */
export function fill({ scores, places, tokensOf, budget }: FillOptions): ReadonlySet<number> {
  const ranking = createRanking(scores, places);
  const kept = new Set<number>();
  let used = 0;

  function fillStage(stage: number): void {
    for (let rank = 0; rank < stage; rank++) {
      const place = ranking.at(rank);
      if (place === undefined) return;
      const size = tokensOf(place);
      if (kept.has(place) || !(size <= stage / 2)) continue;
      if (used + size > Math.min(stage, budget)) return;
      kept.add(place);
      used += size;
    }
  }

  for (let stage = FIRST_STAGE; ; stage *= 2) {
    fillStage(stage);
    if (stage >= budget || kept.size === places.length) return kept;
  }
}
