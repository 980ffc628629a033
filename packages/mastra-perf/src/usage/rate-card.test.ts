import { calcPrice, findProvider, type Provider } from '@pydantic/genai-prices';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BilledTokens } from './billed-tokens.ts';
import { costOf, type RateCard } from './rate-card.ts';

const PROVIDERS = [
  'anthropic',
  'aws',
  'azure',
  'cohere',
  'deepseek',
  'google',
  'groq',
  'mistral',
  'openai',
  'openrouter',
  'perplexity',
  'x-ai',
];
const AT = new Date('2026-11-23T12:00:00Z');

const tokens: fc.Arbitrary<BilledTokens> = fc
  .record({
    plain: fc.nat(400_000),
    cachedInputTokens: fc.oneof(fc.constant(0), fc.nat(300_000)),
    cacheWriteTokens: fc.oneof(fc.constant(0), fc.nat(50_000)),
    answer: fc.nat(60_000),
    reasoningTokens: fc.oneof(fc.constant(0), fc.nat(30_000)),
    cacheWrite1hTokens: fc.nat(50_000),
  })
  .map(({ plain, answer, ...parts }) => ({
    ...parts,
    inputTokens: plain + parts.cachedInputTokens + parts.cacheWriteTokens,
    outputTokens: answer + parts.reasoningTokens,
    cacheWrite1hTokens: Math.min(parts.cacheWriteTokens, parts.cacheWrite1hTokens),
  }));

const one = (provider: Provider, model: Provider['models'][number]): Provider => ({
  ...provider,
  models: [{ ...model, match: { starts_with: '' } }],
});

describe('costOf', () => {
  it('agrees with genai-prices for every model that is priced by tokens', () => {
    let compared = 0;
    for (const id of PROVIDERS) {
      const provider = findProvider({ providerId: id });
      if (!provider) throw new Error(`genai-prices has no provider ${id}`);
      for (const model of provider.models) {
        const only = one(provider, model);
        const card = calcPrice({}, model.id, { provider: only, timestamp: AT })?.model_price as RateCard;
        if (card.input_mtok === undefined || card.output_mtok === undefined) continue;
        compared++;
        fc.assert(
          fc.property(tokens, (used) => {
            const usage = {
              input_tokens: used.inputTokens,
              output_tokens: used.outputTokens,
              cache_read_tokens: used.cachedInputTokens,
              cache_write_tokens: used.cacheWriteTokens,
              cache_write_1h_tokens: used.cacheWrite1hTokens,
              output_reasoning_tokens: used.reasoningTokens,
            };
            const theirs =
              calcPrice(usage, model.id, { provider: only, timestamp: AT })?.total_price ?? Number.NaN;
            const ours = costOf(card, used) ?? Number.NaN;
            expect(Math.abs(ours - theirs), `${id}/${model.id}`).toBeLessThanOrEqual(
              1e-9 * Math.max(1, theirs),
            );
          }),
          { numRuns: 5 },
        );
      }
    }
    expect(compared).toBeGreaterThan(800);
  });

  it('has no price for a kind of token without a rate', () => {
    const used = {
      inputTokens: 10,
      outputTokens: 0,
      cachedInputTokens: 0,
      cacheWriteTokens: 0,
      reasoningTokens: 0,
      cacheWrite1hTokens: 0,
    };
    expect(costOf({ input_mtok: 2 }, used)).toBe(0.00002);
    expect(costOf({ input_mtok: 2 }, { ...used, outputTokens: 1 })).toBeUndefined();
    expect(costOf({}, used)).toBeUndefined();
  });
});
