import type { Table } from '../table.ts';
import { guarded, plainCosine, type Matcher } from './matchers.ts';
import type { PairCosines } from './pair-cosines.ts';
import { isHeldOut, type JudgedPair } from './pairs.ts';
import { bestThreshold, judged, percent, SERVED_COLUMNS, servedAt, servedCells } from './served.ts';

const COSINES = [0.8, 0.9, 0.95];
const PRECISION = 0.95;

/** Questions of people. Thresholds come from the half that was looked at; figures are those of the other half. */
export function questionTable(questions: readonly JudgedPair[], cosines: PairCosines): Table {
  const heldOut = questions.filter(isHeldOut);
  const seen = questions.filter((pair) => !isHeldOut(pair));
  const row = (
    name: string,
    pairs: readonly JudgedPair[],
    match: Matcher,
    least: number,
  ): readonly string[] => [name, ...servedCells(servedAt(judged(pairs, match), least))];
  const plain = plainCosine(cosines);
  const ours = guarded(cosines);
  const learned = bestThreshold(judged(seen, ours), PRECISION);
  const best = bestThreshold(judged(heldOut, ours), PRECISION);
  const bestOfAll = bestThreshold(judged(questions, ours), PRECISION);
  const asked = judged(heldOut, guarded(cosines, { isVerified: true }));
  const verified = servedAt(asked, 0);
  return {
    title: 'Pairs of questions that people judged (QQP), held-out half',
    columns: ['matcher', ...SERVED_COLUMNS],
    rows: [
      ...COSINES.map((least) => row(`plain cosine, at least ${least}`, heldOut, plain, least)),
      row('guards', heldOut, ours, 0),
      row(`guards, score at least ${learned.toFixed(3)} (95 % on the other half)`, heldOut, ours, learned),
      row(`guards, score at least ${best.toFixed(3)} (best of this half)`, heldOut, ours, best),
      row(`both halves: guards, score at least ${bestOfAll.toFixed(3)} (best)`, questions, ours, bestOfAll),
      [
        'guards, `verify` answers with the label',
        `${verified.right} of ${verified.positives}`,
        percent(verified.right, verified.positives),
        `0 of ${verified.negatives}`,
        '0.0',
        '100.0',
      ],
    ],
    notes: [
      `\`verify\` is asked about ${verified.right + verified.wrong} of ${heldOut.length} pairs.`,
      'Labels are noisy: of 247 pairs in their source that become identical without case, stops and contractions, 23 are labelled as different.',
    ],
  };
}
