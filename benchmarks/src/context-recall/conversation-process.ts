import { benchOptions, serve } from '../bench-process.ts';
import { readEmbedded, type Embedded } from './embedded.ts';
import { evidenceByAgents } from './evidence-by-agents.ts';
import { exactCount } from './o200k.ts';
import { prefixByAgents } from './prefix-by-agents.ts';
import { prefixPlans } from './prefix-plans.ts';
import { recallPlans } from './recall-plans.ts';

export interface ProcessOptions {
  readonly folder: string;
  readonly budgets: readonly number[];
  /** Of so many questions one is asked. */
  readonly every: number;
}

/** What is to be measured of which conversation. */
export interface ConversationTask {
  readonly conversation: number;
  readonly what: 'evidence' | 'prefix';
}

const { folder, budgets, every } = benchOptions<ProcessOptions>();
const conversations = await readEmbedded(folder);
const count = exactCount();

serve(async ({ conversation, what }: ConversationTask) => {
  const embedded = conversations[conversation];
  if (!embedded) throw new Error(`there is no conversation ${conversation}`);
  return what === 'evidence'
    ? evidenceByAgents(recallPlans, budgets, asking(embedded), count)
    : prefixByAgents(prefixPlans, embedded, count);
});

function asking(embedded: Embedded): Embedded {
  return { ...embedded, asked: embedded.asked.filter((_, place) => place % every === 0) };
}
