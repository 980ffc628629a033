import { shuffled } from '../inside-mastra-perf.ts';
import type { Table } from '../table.ts';
import { askedPairs, type Answered, type AskedPairsOptions } from './asked-pairs.ts';
import type { TextVectors } from './pair-cosines.ts';
import { isHeldOut, type JudgedPair, type JudgedPairs } from './pairs.ts';
import { SERVED_COLUMNS, servedCells } from './served.ts';

/** Each takes half a minute with all pairs. */
const RATES = process.env.BENCH_ALL ? [0.01, 0.02, 0.05, 0.1] : [0.05, 0.1];
const ORDER = 1;

/**
 * Through `createPerf` and `perf.model`: the one question of each pair is asked, then the other. What is learned from the half of the pairs
 * that the guards were made with is counted on the other half.
 */
export async function askedTable(pairs: JudgedPairs, vectors: TextVectors): Promise<Table> {
  const made = [...pairs.easy, ...pairs.hard];
  const streams: Readonly<Record<string, readonly JudgedPair[]>> = {
    'made by rules': made,
    QQP: pairs.questions,
    'all together': [...pairs.questions, ...made],
  };
  const rows: string[][] = [];
  const wrong: string[] = [];
  const run = async (stream: readonly JudgedPair[], options: Omit<AskedPairsOptions, 'vectors'>) => {
    const counted = await askInTwoHalves(stream, { ...options, vectors });
    if (counted.faults > 0) wrong.push(`${counted.faults} calls had a fault`);
    return counted;
  };
  for (const [name, stream] of Object.entries(streams)) {
    for (const maxErrorRate of RATES) {
      const { answers, threshold } = await run(stream, { maxErrorRate, isVerified: false });
      rows.push([
        name,
        String(maxErrorRate),
        threshold?.toFixed(2) ?? 'nothing',
        ...cellsOf(answers, 'served'),
      ]);
      // Of QQP and the like a tenth of the labels is wrong: its own figure is printed, and is not judged here.
      if (name === 'made by rules' && countOf(answers, 'served', 0) > 0)
        wrong.push(`served a hard negative at ${maxErrorRate}`);
    }
  }
  const { answers, verifications } = await run(pairs.questions, { maxErrorRate: 0.01, isVerified: true });
  const confirmed = answers.map(
    (one) => ({ ...one, how: one.how === 'judged' ? 'served' : one.how }) as const,
  );
  rows.push(['QQP, `verify` = label', '0.01', '–', ...cellsOf(confirmed, 'served')]);
  return {
    title:
      'Through createPerf and perf.model: what is served of the held-out half, once the other half was asked',
    columns: ['pairs', 'maxErrorRate', 'threshold', ...SERVED_COLUMNS],
    rows,
    notes: [
      'Without `verify` the two answers of the model are compared: here they are the same where the label is 1. One in twenty that could be served is asked of the model all the same, drawn anew in each run.',
      `\`verify\` was asked about ${verifications} of ${pairs.questions.length} pairs; of the answers served, ${countOf(answers, 'served', 0) + countOf(answers, 'served', 1)} without it.`,
      ...(process.env.BENCH_ALL ? [] : ['BENCH_ALL=1 adds a maxErrorRate of 0.01 and 0.02.']),
    ],
    wrong,
  };
}

interface AnsweredPair {
  readonly label: number;
  readonly how: Answered;
}

async function askInTwoHalves(stream: readonly JudgedPair[], options: AskedPairsOptions) {
  const asked = askedPairs(options);
  for (const pair of shuffled(
    stream.filter((one) => !isHeldOut(one)),
    ORDER,
  ))
    await asked.ask(pair);
  const threshold = asked.threshold();
  const answers: AnsweredPair[] = [];
  for (const pair of shuffled(stream.filter(isHeldOut), ORDER))
    answers.push({ label: pair.label, how: await asked.ask(pair) });
  await asked.close();
  return { answers, threshold, verifications: asked.verifications(), faults: asked.faults.length };
}

const countOf = (answers: readonly AnsweredPair[], how: Answered, label: number): number =>
  answers.filter((one) => one.how === how && one.label === label).length;

function cellsOf(answers: readonly AnsweredPair[], how: Answered): readonly string[] {
  const [right, wrong] = [countOf(answers, how, 1), countOf(answers, how, 0)];
  const positives = answers.filter(({ label }) => label === 1).length;
  return servedCells({
    right,
    wrong,
    positives,
    negatives: answers.length - positives,
    precision: right + wrong > 0 ? right / (right + wrong) : undefined,
  });
}
