import { runStream, shuffled } from '../inside-mastra-perf.ts';
import type { Table } from '../table.ts';
import { guarded } from './matchers.ts';
import type { PairCosines } from './pair-cosines.ts';
import type { JudgedPair, JudgedPairs } from './pairs.ts';
import { judged, percent } from './served.ts';

const RATES = [0.005, 0.01, 0.02, 0.05, 0.1];
const ORDERS = Array.from({ length: 10 }, (_, seed) => seed);

/** The learned threshold on the scores of real pairs, with `verify` as their label. */
export function curveTable({ questions, hard, easy }: JudgedPairs, cosines: PairCosines): Table {
  const rows: string[][] = [];
  const wrong: string[] = [];
  for (const [name, pairs] of [
    ['QQP', questions],
    ['all together', [...questions, ...hard, ...easy]],
  ] as const) {
    const stream = scored(pairs, cosines);
    for (const rate of RATES) {
      const runs = ORDERS.map((seed) => runStream(shuffled(stream, seed), rate, seed));
      const sum = (of: (run: (typeof runs)[number]) => number): number =>
        runs.reduce((total, run) => total + of(run), 0);
      const fifths = [0, 1, 2, 3, 4].map(
        (fifth) => sum(({ hitRates }) => (hitRates[2 * fifth] ?? 0) + (hitRates[2 * fifth + 1] ?? 0)) / 2,
      );
      const first = runs.filter(({ served }) => served > 0).map(({ firstServed }) => firstServed);
      rows.push([
        name,
        `${100 * rate} %`,
        `${Math.round(sum(({ served }) => served) / runs.length)} of ${stream.length}`,
        percent(
          sum((run) => run.wrong),
          sum(({ served }) => served),
        ),
        first.length === 0
          ? '–'
          : Math.max(...runs.map((run) => (100 * run.wrong) / Math.max(1, run.served))).toFixed(1),
        first.length === 0 ? 'none' : `${Math.min(...first)} to ${Math.max(...first)}`,
        fifths.map((share) => ((100 * share) / runs.length).toFixed(0)).join(', '),
      ]);
      if (runs.some((run) => run.wrong > rate * run.served + 1))
        wrong.push(`${name}: more than ${100 * rate} % of what was served without \`verify\` is wrong`);
    }
  }
  return {
    title:
      'The learned threshold: pairs served without asking `verify`, which answers with the label (10 orders of the stream)',
    columns: ['pairs', 'maxErrorRate', 'served', 'wrong %', 'worst order', 'first after', '% by fifths'],
    rows,
    notes: [
      'The decision alone, with the scores of the pairs that the guards let pass; through perf.model one order takes half a minute. What is not served is judged, and served if its label is 1.',
      'Of QQP some labels are wrong, so that no bound below what they are wrong by can be shown to hold: then all are verified.',
    ],
    wrong,
  };
}

function scored(pairs: readonly JudgedPair[], cosines: PairCosines) {
  return judged(pairs, guarded(cosines, { isVerified: true })).flatMap(({ pair, judgement }) =>
    'score' in judgement ? [{ score: judgement.score, isRight: pair.label === 1 }] : [],
  );
}
