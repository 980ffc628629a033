import { describe, expect, it } from 'vitest';
import { readUsage, zeroUsage } from './usage.ts';

const v2 = {
  inputTokens: 100,
  outputTokens: 20,
  totalTokens: 120,
  reasoningTokens: 5,
  cachedInputTokens: 60,
};
const v3 = {
  inputTokens: { total: 100, noCache: 30, cacheRead: 60, cacheWrite: 10 },
  outputTokens: { total: 20, text: 15, reasoning: 5 },
  raw: { prompt_tokens: 100, nested: { billed: 1 } },
};

describe('readUsage', () => {
  it.each([
    [
      'v2',
      v2,
      { inputTokens: 100, outputTokens: 20, cachedInputTokens: 60, cacheWriteTokens: 0, reasoningTokens: 5 },
    ],
    [
      'v3 and v4',
      v3,
      { inputTokens: 100, outputTokens: 20, cachedInputTokens: 60, cacheWriteTokens: 10, reasoningTokens: 5 },
    ],
    [
      'half of either',
      { inputTokens: { total: 7 }, outputTokens: 3 },
      { inputTokens: 7, outputTokens: 3, cachedInputTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 },
    ],
    [
      'one side only',
      { inputTokens: undefined, outputTokens: 3 },
      { inputTokens: 0, outputTokens: 3, cachedInputTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 },
    ],
    [
      'nothing spent',
      { inputTokens: 0, outputTokens: 0 },
      { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 },
    ],
  ])('reads %s', (_form, usage, expected) => {
    expect(readUsage(usage)).toStrictEqual(expected);
  });

  it.each([
    [undefined],
    [null],
    [5],
    [{}],
    [{ inputTokens: undefined, outputTokens: undefined }],
    [{ inputTokens: Number.NaN, outputTokens: -1 }],
    [{ inputTokens: '10', outputTokens: null }],
    [{ inputTokens: { total: undefined }, outputTokens: {} }],
  ])('takes %o for no report', (usage) => {
    expect(readUsage(usage)).toBeUndefined();
  });
});

describe('zeroUsage', () => {
  it('keeps the shape with every count at zero, and drops what the provider billed', () => {
    expect(zeroUsage(v2)).toStrictEqual({
      inputTokens: 0,
      outputTokens: 0,
      totalTokens: 0,
      reasoningTokens: 0,
      cachedInputTokens: 0,
    });
    expect(zeroUsage(v3)).toStrictEqual({
      inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: 0, text: 0, reasoning: 0 },
    });
    expect(v3.inputTokens.total).toBe(100);
  });

  it('keeps what was not reported unreported', () => {
    expect(zeroUsage({ inputTokens: undefined, outputTokens: null })).toStrictEqual({
      inputTokens: undefined,
      outputTokens: null,
    });
    expect(zeroUsage(undefined)).toBeUndefined();
  });

  it.each([v2, v3])('reads as nothing spent', (usage) => {
    expect(Object.values(readUsage(zeroUsage(usage)) ?? { missing: 1 })).toStrictEqual([0, 0, 0, 0, 0]);
  });
});
