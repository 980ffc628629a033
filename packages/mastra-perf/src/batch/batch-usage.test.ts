import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TokenUsage } from '../pipeline/usage.ts';
import { NO_USAGE, plusUsage, splitUsage } from './batch-usage.ts';

const usage = fc.record({
  inputTokens: fc.nat(),
  outputTokens: fc.nat(),
  cachedInputTokens: fc.nat(),
  cacheWriteTokens: fc.nat(),
  reasoningTokens: fc.nat(),
});
const shares = fc.array(fc.record({ input: fc.nat(100_000), output: fc.nat(100_000) }), {
  minLength: 1,
  maxLength: 50,
});

it('splits usage into whole tokens that add up, none of them negative', () => {
  fc.assert(
    fc.property(usage, shares, (whole, of) => {
      const parts = splitUsage(whole, of);
      expect(parts.reduce<TokenUsage>(plusUsage, NO_USAGE)).toEqual(whole);
      for (const part of parts)
        for (const tokens of Object.values(part)) expect(Number.isInteger(tokens) && tokens >= 0).toBe(true);
    }),
  );
});

it('charges the longer message and the longer answer with more', () => {
  const [short, long] = splitUsage({ ...NO_USAGE, inputTokens: 100, outputTokens: 100 }, [
    { input: 9, output: 39 },
    { input: 29, output: 9 },
  ]);
  expect([short?.inputTokens, long?.inputTokens]).toEqual([25, 75]);
  expect([short?.outputTokens, long?.outputTokens]).toEqual([80, 20]);
});
