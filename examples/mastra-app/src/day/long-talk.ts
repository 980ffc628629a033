import { createPerf, type Outcome } from 'mastra-perf';
import { buildMastra, type BuildOptions } from '../mastra/build-mastra.ts';
import { day } from './day.ts';

/** Longest prompt of this talk: a few of its turns. */
const MAX_TOKENS = 6000;
const TURNS = 9;

/** One visitor asks on and on, and then what was asked first. Returns lines to print: what was done to the prompts. */
export async function longTalk(parts: Omit<BuildOptions, 'perf'>): Promise<string[]> {
  await using perf = createPerf({
    cache: false,
    context: { maxTokens: MAX_TOKENS, recall: true, compress: true, promptCache: 'auto' },
  });
  const agent = buildMastra({ ...parts, perf }).getAgent('docs');
  const questions = [...new Set(day.flatMap(({ calls }) => calls.map(({ question }) => question)))]
    .filter((question) => question.length > 25)
    .slice(0, TURNS);
  const first = questions[0] ?? '';
  const lines = [`A long talk with prompts of at most ${MAX_TOKENS} tokens`];
  for (const [turn, question] of [...questions, first].entries()) {
    const result = await agent.generate(question, { memory: { resource: 'wordy', thread: 'long-talk' } });
    const context = perf.outcome(result)?.context;
    if (context) lines.push(`  turn ${String(turn + 1).padStart(2)}  ${explained(context)}`);
  }
  return lines;
}

function explained(context: NonNullable<Outcome['context']>): string {
  const { tokensBefore, tokensAfter, droppedMessages, cutResults, recalled } = context;
  const done = [
    ...(droppedMessages > 0 ? [`${droppedMessages} messages left out`] : []),
    ...(cutResults ? [`${cutResults} results cut`] : []),
    ...(recalled
      ? [
          `${recalled.messages.length} recalled by ${[...new Set(recalled.messages.map(({ why }) => why))].join(', ')}`,
        ]
      : []),
  ];
  return `${tokensBefore} tokens became ${tokensAfter}: ${done.join(', ')}`;
}
