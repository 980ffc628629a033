import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dearestCost } from './dearest-cost.ts';
import { costOf, type Rate, type RateCard } from './rate-card.ts';

const price = fc.double({ min: 0, max: 100, noNaN: true });
const tier = fc.record({ start: fc.integer({ min: 0, max: 300 }), price });
const rate: fc.Arbitrary<Rate> = fc.oneof(
  price,
  fc.record({ base: price, tiers: fc.array(tier, { minLength: 1, maxLength: 3 }) }),
);
const card: fc.Arbitrary<RateCard> = fc.record(
  {
    input_mtok: rate,
    output_mtok: rate,
    cache_read_mtok: rate,
    cache_write_mtok: rate,
    cache_write_1h_mtok: rate,
    output_reasoning_mtok: rate,
    requests_kcount: rate,
  },
  { requiredKeys: ['input_mtok', 'output_mtok'] },
);
const count = fc.integer({ min: 0, max: 400 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('the dearest cost', () => {
  it('is never less than what a call within the bounds costs, whatever its tokens are and whichever tier they reach', () => {
    fc.assert(
      fc.property(
        card,
        count,
        count,
        fc.tuple(share, share, share, share, share, share),
        (rates, input, output, parts) => {
          const [ofInput, ofOutput, cached, written, hour, reasoning] = parts;
          const inputTokens = Math.floor(input * ofInput);
          const outputTokens = Math.floor(output * ofOutput);
          const cachedInputTokens = Math.floor(inputTokens * cached);
          const cacheWriteTokens = Math.floor((inputTokens - cachedInputTokens) * written);
          const cost = costOf(rates, {
            inputTokens,
            outputTokens,
            cachedInputTokens,
            cacheWriteTokens,
            cacheWrite1hTokens: Math.floor(cacheWriteTokens * hour),
            reasoningTokens: Math.floor(outputTokens * reasoning),
          });
          const most = dearestCost(rates, { inputTokens: input, outputTokens: output });
          expect(most! * (1 + 1e-12) + 1e-15).toBeGreaterThanOrEqual(cost!);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('is that of the plain call where no part is dearer', () => {
    const rates = { input_mtok: 2.5, output_mtok: 10, cache_read_mtok: 1.25 };
    expect(dearestCost(rates, { inputTokens: 1_000_000, outputTokens: 100_000 })).toBeCloseTo(3.5, 12);
  });

  it('is unknown where a rate is', () => {
    expect(dearestCost({ input_mtok: 1 }, { inputTokens: 1, outputTokens: 1 })).toBeUndefined();
    expect(dearestCost({ output_mtok: 1 }, { inputTokens: 1, outputTokens: 1 })).toBeUndefined();
    expect(dearestCost({ input_mtok: 1 }, { inputTokens: 1, outputTokens: 0 })).toBe(1e-6);
  });
});
