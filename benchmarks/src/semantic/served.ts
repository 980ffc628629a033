import { isServed, type Judgement, type Matcher } from './matchers.ts';
import type { JudgedPair } from './pairs.ts';

export interface Judged {
  readonly pair: JudgedPair;
  readonly judgement: Judgement;
}

export const judged = (pairs: readonly JudgedPair[], match: Matcher): readonly Judged[] =>
  pairs.map((pair) => ({ pair, judgement: match(pair) }));

export interface Served {
  readonly right: number;
  readonly wrong: number;
  readonly positives: number;
  readonly negatives: number;
  /** Share of what was served that was right; `undefined` if nothing was. */
  readonly precision: number | undefined;
}

export function servedAt(all: readonly Judged[], threshold: number): Served {
  const count = (label: number, isCounted: (one: Judged) => boolean): number =>
    all.filter((one) => one.pair.label === label && isCounted(one)).length;
  const right = count(1, ({ judgement }) => isServed(judgement, threshold));
  const wrong = count(0, ({ judgement }) => isServed(judgement, threshold));
  return {
    right,
    wrong,
    positives: count(1, () => true),
    negatives: count(0, () => true),
    precision: right + wrong > 0 ? right / (right + wrong) : undefined,
  };
}

/** The threshold that serves most and keeps the precision on these pairs; more than 1 if none does. */
export function bestThreshold(all: readonly Judged[], precision: number): number {
  const scored = all
    .flatMap(({ pair, judgement }) =>
      'score' in judgement ? [{ label: pair.label, score: judgement.score }] : [],
    )
    .toSorted((a, b) => b.score - a.score);
  let [right, served, best] = [0, 0, 2];
  for (const [place, { label, score }] of scored.entries()) {
    right += label;
    served++;
    if (scored[place + 1]?.score !== score && right / served >= precision) best = score;
  }
  return best;
}

export const percent = (part: number, whole: number): string =>
  whole === 0 ? '–' : ((100 * part) / whole).toFixed(1);

/** Hits, false hits and precision, as cells of a table. */
export const servedCells = ({ right, wrong, positives, negatives, precision }: Served): readonly string[] => [
  `${right} of ${positives}`,
  percent(right, positives),
  `${wrong} of ${negatives}`,
  percent(wrong, negatives),
  precision === undefined ? '–' : (100 * precision).toFixed(1),
];

export const SERVED_COLUMNS = ['right', '%', 'false', '%', 'precision %'] as const;
