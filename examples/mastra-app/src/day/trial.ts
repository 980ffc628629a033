import { createPerf } from 'mastra-perf';
import { buildMastra, type BuildOptions } from '../mastra/build-mastra.ts';
import { ask, type Answer } from './ask.ts';
import { day } from './day.ts';

const LIMIT_USD = 0.003;

/** A visitor on trial, who may spend three tenths of a cent a day, asks until that is spent. Returns lines to print. */
export async function trial(parts: Omit<BuildOptions, 'perf'>): Promise<string[]> {
  await using perf = createPerf({
    cache: { scope: 'agent' },
    usage: {
      budgets: [{ name: 'trial', per: 'resource', limitUsd: LIMIT_USD, window: 'day' }],
      budgetMaxOutputTokens: 300,
    },
  });
  const agent = buildMastra({ ...parts, perf }).getAgent('docs');
  const questions = new Set(day.flatMap(({ calls }) => calls.map(({ question }) => question)));
  const answers: Answer[] = [];
  const put = async (question: string): Promise<Answer> => {
    const call = { user: 'visitor', agent: 'docs', thread: `trial-${answers.length}` } as const;
    const answer = await ask(agent, { ...call, question, stream: false, refused: false }, perf.outcome);
    answers.push(answer);
    return answer;
  };

  let refused: Answer | undefined;
  for (const question of questions) {
    const answer = await put(question);
    if (answer.error === undefined) continue;
    refused = answer;
    break;
  }
  const again = await put(answers[0]?.call.question ?? '');
  const { spent } = await perf.report();
  return [
    `A visitor on trial may spend $${LIMIT_USD} a day`,
    `  ${answers.length - 2} questions were answered, for $${spent.usd.toFixed(6)}`,
    `  then: ${refused?.error ?? 'no question was refused'}`,
    `  the first question again: ${again.outcome ?? again.error}, which costs nothing`,
  ];
}
