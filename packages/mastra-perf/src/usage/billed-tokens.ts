import { readUsage, type TokenUsage } from '../pipeline/usage.ts';

/** Tokens as a provider bills them: the parts never exceed their whole. */
export interface BilledTokens extends TokenUsage {
  /** Part of `cacheWriteTokens` that is kept for an hour, which Anthropic bills higher. */
  readonly cacheWrite1hTokens: number;
}

/** Tokens from the usage of a language model or of an embedding (`{ tokens }`); `undefined` when none was reported. */
export function billedTokens(usage: unknown): BilledTokens | undefined {
  const read = readUsage(usage) ?? embeddingTokens(usage);
  if (!read) return undefined;
  const { cachedInputTokens, cacheWriteTokens, reasoningTokens } = read;
  return {
    inputTokens: whole(read.inputTokens, cachedInputTokens + cacheWriteTokens),
    outputTokens: whole(read.outputTokens, reasoningTokens),
    cachedInputTokens,
    cacheWriteTokens,
    reasoningTokens,
    cacheWrite1hTokens: Math.min(cacheWriteTokens, oneHourWrites(usage)),
  };
}

/**
 * A part larger than its whole was reported beside it: specification v2 models of Anthropic leave cached tokens out of
 * the input, those of Google leave thoughts out of the output. Both are billed.
 */
const whole = (total: number, part: number): number => (part > total ? total + part : total);

function embeddingTokens(usage: unknown): TokenUsage | undefined {
  const tokens = field(usage, 'tokens');
  if (typeof tokens !== 'number' || !Number.isFinite(tokens) || tokens < 0) return undefined;
  return {
    inputTokens: tokens,
    outputTokens: 0,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
  };
}

/** The AI SDK has one number for cache writes; Anthropic's own report, passed on as `raw`, tells them apart. */
function oneHourWrites(usage: unknown): number {
  const tokens = field(field(field(usage, 'raw'), 'cache_creation'), 'ephemeral_1h_input_tokens');
  return typeof tokens === 'number' && tokens > 0 ? tokens : 0;
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
