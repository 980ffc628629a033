import { splitWhole } from '../base/split-whole.ts';
import type { TokenUsage } from '../pipeline/usage.ts';

export const NO_USAGE: TokenUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
};

export const plusUsage = (a: TokenUsage, b: TokenUsage): TokenUsage => ({
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
  cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
  reasoningTokens: a.reasoningTokens + b.reasoningTokens,
});

/** How long a message and its answer are; what both have in common is shared by these lengths too. */
export interface Share {
  readonly input: number;
  readonly output: number;
}

/** Splits the usage of a call into whole parts that add up to it. */
export function splitUsage(usage: TokenUsage, shares: readonly Share[]): TokenUsage[] {
  // Plus one: whoever has no answer still was asked for.
  const inputs = shares.map(({ input }) => input + 1);
  const outputs = shares.map(({ output }) => output + 1);
  const split = {
    inputTokens: splitWhole(usage.inputTokens, inputs),
    outputTokens: splitWhole(usage.outputTokens, outputs),
    cachedInputTokens: splitWhole(usage.cachedInputTokens, inputs),
    cacheWriteTokens: splitWhole(usage.cacheWriteTokens, inputs),
    reasoningTokens: splitWhole(usage.reasoningTokens, outputs),
  };
  return shares.map((_, at) => ({
    inputTokens: split.inputTokens[at] ?? 0,
    outputTokens: split.outputTokens[at] ?? 0,
    cachedInputTokens: split.cachedInputTokens[at] ?? 0,
    cacheWriteTokens: split.cacheWriteTokens[at] ?? 0,
    reasoningTokens: split.reasoningTokens[at] ?? 0,
  }));
}
