import { describe, expect, it } from 'vitest';
import { finishUsage } from './finish-usage.ts';

const finish = (usage: unknown, providerMetadata?: Record<string, unknown>) =>
  finishUsage({ type: 'finish', usage, ...(providerMetadata && { providerMetadata }) });

const flat = { inputTokens: 10, outputTokens: 5, totalTokens: 15, cachedInputTokens: 700 };

describe('the usage of an answer', () => {
  it('has all of its input where a v2 model of Anthropic tells the cached part beside it', () => {
    const raw = { cache_creation: { ephemeral_1h_input_tokens: 300 } };
    expect(finish(flat, { anthropic: { usage: raw, cacheCreationInputTokens: 300 } })).toEqual({
      inputTokens: { total: 1010, cacheRead: 700, cacheWrite: 300 },
      outputTokens: { total: 5, reasoning: undefined },
      raw,
    });
    const first = { inputTokens: 10, outputTokens: 5, cachedInputTokens: undefined };
    expect(finish(first, { anthropic: { cacheCreationInputTokens: 300 } })).toMatchObject({
      inputTokens: { total: 310, cacheRead: 0, cacheWrite: 300 },
    });
    expect(finish(flat, { anthropic: { cacheCreationInputTokens: null } })).toMatchObject({
      inputTokens: { total: 710, cacheRead: 700, cacheWrite: 0 },
    });
  });

  it('has it where a v2 model of Bedrock does so', () => {
    expect(finish(flat, { bedrock: { usage: { cacheWriteInputTokens: 300 } } })).toMatchObject({
      inputTokens: { total: 1010, cacheRead: 700, cacheWrite: 300 },
    });
  });

  it('is what was told everywhere else', () => {
    const nested = { inputTokens: { total: 10, cacheRead: 7 }, outputTokens: { total: 5 } };
    const anthropic = { anthropic: { cacheCreationInputTokens: 300 } };
    expect(finish(nested, anthropic)).toBe(nested);
    expect(finish(flat)).toBe(flat);
    expect(finish(flat, { openai: { cachedPromptTokens: 5 } })).toBe(flat);
    const none = { inputTokens: 10, outputTokens: 5 };
    expect(finish(none, { anthropic: { cacheCreationInputTokens: 0 } })).toBe(none);
    expect(finish(undefined, anthropic)).toBeUndefined();
  });
});
