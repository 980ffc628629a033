import type { Table } from '../table.ts';
import type { ConversationTask, ProcessOptions } from './conversation-process.ts';
import type { Embedded } from './embedded.ts';
import { inProcesses } from './in-processes.ts';
import type { PrefixSums } from './prefix-by-agents.ts';
import { BLOCK_ALONE, PREFIX_BUDGET, prefixPlans, RECALL } from './prefix-plans.ts';
import { addBilled, billed, nothingBilled, type BilledSum } from './provider-cache.ts';
import { recallAtHead } from './recall-at-head.ts';

/** A call after every second message of long conversations takes a while; with `BENCH_ALL` there are all five. */
const CONVERSATIONS = process.env.BENCH_ALL ? Number.POSITIVE_INFINITY : 3;
const MOST = 1.15;

/** What prompts cost where the provider caches how they begin. */
export async function prefixTable(folder: string, all: readonly Embedded[]): Promise<Table> {
  const embedded = all.slice(0, CONVERSATIONS);
  const options: ProcessOptions = { folder, budgets: [], every: 1 };
  const tasks = embedded.map((_, conversation): ConversationTask => ({ conversation, what: 'prefix' }));
  const byAgents = await inProcesses<PrefixSums>(
    new URL('./conversation-process.ts', import.meta.url),
    options,
    tasks,
  );
  const sums = prefixPlans.map((_, place) => {
    const sum = nothingBilled();
    for (const one of byAgents) addBilled(sum, one.sums[place] ?? nothingBilled());
    return sum;
  });
  const head = nothingBilled();
  for (const one of embedded) recallAtHead(head, one);
  const perCall = (sum: BilledSum): number => billed(sum) / sum.calls;
  const costOf = (name: string): number =>
    perCall(sums[prefixPlans.findIndex((plan) => plan.name === name)] ?? nothingBilled());
  const alone = costOf(BLOCK_ALONE);
  const line = (name: string, sum: BilledSum): string[] => [
    name,
    perCall(sum).toFixed(0),
    `${(perCall(sum) / alone).toFixed(2)} x`,
    (sum.tokens / sum.calls).toFixed(0),
    ((100 * sum.cached) / sum.tokens).toFixed(1),
  ];
  const over = byAgents.reduce((sum, one) => sum + one.over, 0);
  return {
    title: `Prompts of at most ${PREFIX_BUDGET} tokens and a provider that caches how they begin, per call`,
    columns: ['prompt', 'billed as tokens', `to ${BLOCK_ALONE}`, 'tokens', '% cached'],
    rows: [
      ...prefixPlans.map(({ name }, place) => line(name, sums[place] ?? nothingBilled())),
      line("trim: 'slide', recall at the head (plain code)", head),
    ],
    notes: [
      `${embedded.length} conversations of LoCoMo as they go on, a call for every second message, ${head.calls} calls in each row; a system message of 600 tokens. Real agents: the memory gives all that was said so far, and the prompts are those that reach the model.`,
      'Cached: what a prompt has in common with the one before it, from 1,024 tokens on, in steps of 128; it costs a tenth. At the head stand 600 tokens that are other ones at each call.',
    ],
    wrong: [
      ...(over > 0 ? [`${over} prompts are over the budget`] : []),
      ...RECALL.filter((name) => costOf(name) > MOST * alone).map(
        (name) => `${name} costs more than ${MOST} times as much as ${BLOCK_ALONE}`,
      ),
      ...new Set(byAgents.flatMap(({ faults }) => faults)),
    ],
  };
}
