import type { RoundResult } from '../round-result.ts';
import { excuses, hasFailed, type Excuse } from './excuse.ts';
import { counted, verdict, type Verdict } from './verdict.ts';

/** No call fails that the provider did not fail. */
export function failedCalls(round: RoundResult): Verdict {
  const excuse = excuses(round);
  const why = new Map<Excuse, number>();
  const wrong: string[] = [];
  let answered = 0;
  for (const call of round.calls) {
    if (call.answer !== undefined) {
      answered++;
      continue;
    }
    const excused = excuse(call);
    if (excused) why.set(excused, (why.get(excused) ?? 0) + 1);
    else wrong.push(`${call.id} (${call.agent}, ${call.way}, ${call.phase}): ${call.error?.slice(0, 200)}`);
  }
  for (const { call, error } of round.ingested.failures)
    if (!mayFail(round, call)) wrong.push(`${call}: ${error.slice(0, 200)}`);
  if (answered === 0) wrong.push('nothing was answered');
  const told = [...why].map(([name, count]) => `${counted(count)} ${WORDS[name]}`);
  const documents = `${counted(round.ingested.documents)} documents`;
  return verdict(
    'no failed call',
    [`${counted(answered)} of ${counted(round.calls.length)} calls answered`, ...told, documents].join(', '),
    wrong,
  );
}

const WORDS: Readonly<Record<Excuse, string>> = {
  left: 'left by their users',
  budget: 'refused by a budget',
  provider: 'failed by the provider',
  killed: 'cut off with a killed process',
  database: 'without the database that has their thread',
};

/** Documents are embedded by requests of their own, and belong to a process. */
function mayFail({ requests, broken }: RoundResult, call: string): boolean {
  return broken.has(call) || requests.some(({ by, entry }) => by.call === call && hasFailed(entry));
}
