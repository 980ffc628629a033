import { expect, it } from 'vitest';
import { billedTokens } from './billed-tokens.ts';

const none = { cachedInputTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0, cacheWrite1hTokens: 0 };

it.each([
  [
    'flat usage (v2)',
    { inputTokens: 100, outputTokens: 20, cachedInputTokens: 40 },
    { ...none, inputTokens: 100, outputTokens: 20, cachedInputTokens: 40 },
  ],
  [
    'nested usage (v3, v4)',
    {
      inputTokens: { total: 100, cacheRead: 30, cacheWrite: 20 },
      outputTokens: { total: 50, reasoning: 10 },
    },
    {
      inputTokens: 100,
      outputTokens: 50,
      cachedInputTokens: 30,
      cacheWriteTokens: 20,
      reasoningTokens: 10,
      cacheWrite1hTokens: 0,
    },
  ],
  ['an embedding', { tokens: 7 }, { ...none, inputTokens: 7, outputTokens: 0 }],
  [
    'cached tokens beside the input',
    { inputTokens: 10, outputTokens: 1, cachedInputTokens: 5000 },
    { ...none, inputTokens: 5010, outputTokens: 1, cachedInputTokens: 5000 },
  ],
  [
    'reasoning beside the output',
    { inputTokens: 1, outputTokens: 5, reasoningTokens: 100 },
    { ...none, inputTokens: 1, outputTokens: 105, reasoningTokens: 100 },
  ],
  [
    'writes that Anthropic keeps for an hour',
    {
      inputTokens: { total: 100, cacheWrite: 60 },
      outputTokens: { total: 1 },
      raw: { cache_creation: { ephemeral_1h_input_tokens: 40 } },
    },
    { ...none, inputTokens: 100, outputTokens: 1, cacheWriteTokens: 60, cacheWrite1hTokens: 40 },
  ],
])('reads %s', (_what, usage, expected) => {
  expect(billedTokens(usage)).toEqual(expected);
});

it.each([undefined, null, {}, 'no', { inputTokens: {} }, { tokens: -1 }, { tokens: Number.NaN }])(
  'reads %j as not reported',
  (usage) => {
    expect(billedTokens(usage)).toBeUndefined();
  },
);
