/**
 * What is counted, as whole numbers, so that sums do not depend on their order and groups can be folded exactly. Money
 * is in nano-dollars: one token of the cheapest models costs 5 of them, and 9 million dollars still fit exactly.
 */
const ZERO = {
  misses: 0,
  hits: 0,
  stale: 0,
  shared: 0,
  bypassed: 0,
  errors: 0,
  aborted: 0,
  modelCalls: 0,
  embeddingCalls: 0,
  inputTokens: 0,
  outputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  nanoUsd: 0,
  unpricedCalls: 0,
  estimatedCalls: 0,
  savedCalls: 0,
  savedEmbeddings: 0,
  savedInputTokens: 0,
  savedOutputTokens: 0,
  savedNanoUsd: 0,
  savedMs: 0,
};

export type UsageCounts = Record<keyof typeof ZERO, number>;

export const noCounts = (): UsageCounts => ({ ...ZERO });

export function addCounts(to: UsageCounts, counts: Readonly<Partial<UsageCounts>>): void {
  for (const name of Object.keys(counts) as (keyof UsageCounts)[]) to[name] += counts[name] ?? 0;
}

export const toNanoUsd = (usd: number): number => Math.round(usd * 1e9);
