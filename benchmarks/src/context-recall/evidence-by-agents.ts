import { InMemoryStore } from '@mastra/core/storage';
import type { Memory } from '@mastra/memory';
import { spoken } from './conversations.ts';
import type { Embedded } from './embedded.ts';
import { countPrompt, noEvidence, type EvidenceSum } from './evidence-kept.ts';
import { knownEmbedder } from './known-embedder.ts';
import { InMemoryVectors } from './in-memory-vectors.ts';
import type { ExactCount } from './o200k.ts';
import type { RecallPlan } from './recall-plans.ts';
import { remember, rememberingAgents, sharedThread } from './remembering-agents.ts';

const INSTRUCTIONS = 'Answer.';
const LAST_MESSAGES = 6;

/** What is kept by each plan at each budget, in their order, and what failed. */
export interface EvidenceByAgents {
  readonly sums: readonly (readonly EvidenceSum[])[];
  readonly faults: readonly string[];
}

/** Asks real agents all questions about a conversation that a real memory holds, and looks at the prompts that reach the model. */
export async function evidenceByAgents(
  plans: readonly RecallPlan[],
  budgets: readonly number[],
  embedded: Embedded,
  count: ExactCount,
): Promise<EvidenceByAgents> {
  const { storage, memoryFor } = await storedConversation(embedded);
  const cells = await Promise.all(
    plans.flatMap((plan, row) =>
      budgets.map(async (budget) => ({
        id: `${row}-${budget}`,
        budget,
        instructions: INSTRUCTIONS,
        memory: await memoryFor(plan, budget),
        sum: noEvidence(),
        ...(plan.context && { context: plan.context(budget) }),
        ...(plan.agent && { agent: plan.agent(budget) }),
      })),
    ),
  );
  const agents = rememberingAgents(storage, cells);
  for (const { id } of cells) await agents.ask(id, embedded.asked[0]?.text ?? '');
  await agents.warm();
  for (const question of embedded.asked)
    for (const { id, budget, sum } of cells) {
      const begun = performance.now();
      const prompt = await agents.ask(id, question.text);
      const ms = performance.now() - begun;
      countPrompt(sum, embedded, question, { prompt, tokens: count.prompt(prompt), budget, ms });
    }
  await agents.close();
  return {
    sums: plans.map((_, row) =>
      cells.slice(row * budgets.length, (row + 1) * budgets.length).map(({ sum }) => sum),
    ),
    faults: agents.faults.map(({ where, error }) => `${where}: ${String(error)}`),
  };
}

/** The conversation in a real memory, without and with an embedding model, and with semantic recall. */
async function storedConversation({ conversation, vectorOf }: Embedded) {
  const storage = new InMemoryStore();
  const embedder = knownEmbedder(vectorOf);
  const vector = new InMemoryVectors();
  const options = { lastMessages: LAST_MESSAGES, semanticRecall: false };
  const rows = conversation.messages.map((message) => ({ ...message, text: spoken(message) }));
  const indexed = await sharedThread(storage, {
    embedder,
    vector,
    options: { ...options, semanticRecall: { topK: 1, messageRange: 0, scope: 'thread' } },
  });
  await remember(indexed, rows);
  const withVectors = await sharedThread(storage, { embedder, options });
  const byWords = await sharedThread(storage, { options });
  return {
    storage,
    async memoryFor({ semanticRecall, hasVectors }: RecallPlan, budget: number): Promise<Memory> {
      if (!semanticRecall) return hasVectors ? withVectors : byWords;
      return sharedThread(storage, {
        embedder,
        vector,
        options: {
          ...options,
          semanticRecall: semanticRecall(budget) as { topK: number; messageRange: number },
        },
      });
    },
  };
}
