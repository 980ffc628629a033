import { expect, it } from 'vitest';
import { promptBudget } from './prompt-budget.ts';

const budget = (given: Partial<Parameters<typeof promptBudget>[0]>) =>
  promptBudget({ settings: {}, window: undefined, maxOutputTokens: undefined, isExact: true, ...given });

it.each([
  ['nothing of a model that is not known', {}, undefined],
  ['what is set', { settings: { maxTokens: 500 } }, 500],
  ['the window less what the answer may need', { window: 128_000 }, 119_808],
  ['three quarters of a small window', { window: 8192 }, 6144],
  ['less what the call says', { window: 128_000, maxOutputTokens: 1000 }, 127_000],
  ['less what is set', { window: 128_000, settings: { reserveOutput: 28_000 } }, 100_000],
  ['a tenth less where it is estimated', { window: 108_192, isExact: false }, 90_000],
  ['the smaller one', { window: 10_000, settings: { maxTokens: 500 } }, 500],
  ['the window, where what is set is larger', { window: 10_000, settings: { maxTokens: 50_000 } }, 7500],
  ['the window, where that is wanted', { window: 10_000, settings: { maxTokens: 'auto' } }, 7500],
  [
    'nothing of a model that is not known, where that is wanted',
    { settings: { maxTokens: 'auto' } },
    undefined,
  ],
  ['whole tokens', { window: 8193 }, 6144],
  [
    'less what the call says, whatever is set',
    { window: 9000, maxOutputTokens: 1, settings: { reserveOutput: 2 } },
    8999,
  ],
  ['never nothing', { window: 100, maxOutputTokens: 500 }, 1],
] as const)('a prompt may have %s', (_what, given, expected) => {
  expect(budget(given)).toBe(expected);
});
