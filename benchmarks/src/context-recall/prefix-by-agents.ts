import { InMemoryStore } from '@mastra/core/storage';
import { spoken } from './conversations.ts';
import type { Embedded } from './embedded.ts';
import { knownEmbedder } from './known-embedder.ts';
import type { ExactCount } from './o200k.ts';
import type { PrefixPlan } from './prefix-plans.ts';
import { PREFIX_BUDGET } from './prefix-plans.ts';
import { nothingBilled, piecesOf, providerCache, type BilledSum } from './provider-cache.ts';
import { remember, rememberingAgents, sharedThread } from './remembering-agents.ts';

const SYSTEM_TOKENS = 600;
const FRAME = 4;

export interface PrefixSums {
  readonly sums: readonly BilledSum[];
  readonly over: number;
  readonly faults: readonly string[];
}

/** Instructions of so many tokens. */
function instructions(count: ExactCount): string {
  let text = 'You are kind.';
  while (count.text(text) < SYSTEM_TOKENS - FRAME) text += ' Indeed';
  return text;
}

/**
 * A conversation as it goes on: every second message is a question to the agents, the one after it is the answer. The window of
 * Mastra's memory is wide open, so that all prompts are made by the plugin.
 */
export async function prefixByAgents(
  plans: readonly PrefixPlan[],
  { conversation, vectorOf }: Embedded,
  count: ExactCount,
): Promise<PrefixSums> {
  const storage = new InMemoryStore();
  const options = { lastMessages: conversation.messages.length, semanticRecall: false };
  const withVectors = await sharedThread(storage, { embedder: knownEmbedder(vectorOf), options });
  const byWords = await sharedThread(storage, { options });
  const agents = rememberingAgents(
    storage,
    plans.map(({ name, hasVectors, context }) => ({
      id: name,
      instructions: instructions(count),
      memory: hasVectors ? withVectors : byWords,
      context,
    })),
  );
  const sums = plans.map(nothingBilled);
  const caches = sums.map(providerCache);
  const rows = conversation.messages.map(({ id, createdAt, ...message }, place) => ({
    id,
    createdAt,
    role: place % 2 === 0 ? ('user' as const) : ('assistant' as const),
    text: spoken({ id, createdAt, ...message }),
  }));
  let over = 0;
  for (let turn = 0; turn < rows.length; turn += 2) {
    for (const [place, { name }] of plans.entries()) {
      const pieces = piecesOf(await agents.ask(name, rows[turn]?.text ?? ''), count);
      if (pieces.reduce((all, { tokens }) => all + tokens, 0) > PREFIX_BUDGET) over++;
      caches[place]?.(pieces);
    }
    await remember(byWords, rows.slice(turn, turn + 2));
  }
  await agents.warm();
  await agents.close();
  return { sums, over, faults: agents.faults.map(({ where, error }) => `${where}: ${String(error)}`) };
}
