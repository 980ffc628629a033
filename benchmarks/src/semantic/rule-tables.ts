import type { Table } from '../table.ts';
import { guarded, plainCosine } from './matchers.ts';
import type { PairCosines } from './pair-cosines.ts';
import { isHeldOut, type JudgedPairs } from './pairs.ts';
import { judged, percent, SERVED_COLUMNS, servedAt, servedCells } from './served.ts';

const COSINES = [0.8, 0.9, 0.95];
const LEAST_EASY = 0.95;
const MOST_HARD = 0.003;

/** Pairs that rules made: all of ours that pass the guards are served, whatever their score. */
export function ruleTables({ hard, easy }: JudgedPairs, cosines: PairCosines): readonly Table[] {
  const all = [...easy, ...hard];
  const plain = judged(all, plainCosine(cosines));
  const ours = judged(all, guarded(cosines));
  const heldOut = ours.filter(({ pair }) => isHeldOut(pair));
  const total = servedAt(ours, 0);
  const kinds = [...new Set(all.map(({ label, kind }) => `${label ? '+' : '-'} ${kind}`))].toSorted();
  const ofKind = (judgedPairs: typeof ours, name: string) =>
    judgedPairs.filter(({ pair }) => `${pair.label ? '+' : '-'} ${pair.kind}` === name);
  const refused = new Map<string, number>();
  for (const { pair, judgement } of ours)
    if (!pair.label && 'refusedBy' in judgement)
      refused.set(judgement.refusedBy, (refused.get(judgement.refusedBy) ?? 0) + 1);
  return [
    {
      title: 'Pairs made by rules: easy positives and hard negatives',
      columns: ['matcher', ...SERVED_COLUMNS],
      rows: [
        ...COSINES.map((least) => [
          `plain cosine, at least ${least}`,
          ...servedCells(servedAt(plain, least)),
        ]),
        ['guards', ...servedCells(total)],
        ['guards, held-out half', ...servedCells(servedAt(heldOut, 0))],
      ],
      notes: [
        `Hard negatives were refused by ${[...refused].map(([name, count]) => `${name} ${count}`).join(', ')}.`,
      ],
      wrong: [
        ...(total.right < LEAST_EASY * total.positives
          ? [`under ${100 * LEAST_EASY} % of the easy positives are served`]
          : []),
        ...(total.wrong > MOST_HARD * total.negatives
          ? [`over ${100 * MOST_HARD} % of the hard negatives are served`]
          : []),
      ],
    },
    {
      title: 'The same by kind, % served',
      columns: ['kind', 'pairs', ...COSINES.map((least) => `cosine ${least}`), 'guards'],
      rows: kinds.map((name) => {
        const share = (judgedPairs: typeof ours, least: number): string => {
          const { right, wrong, positives, negatives } = servedAt(ofKind(judgedPairs, name), least);
          return percent(right + wrong, positives + negatives);
        };
        return [
          name,
          String(ofKind(ours, name).length),
          ...COSINES.map((least) => share(plain, least)),
          share(ours, 0),
        ];
      }),
      notes: ['+ should share an answer, - must not.'],
    },
  ];
}
