import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Family } from './counted-model.ts';
import { loadEncoder } from './encoder.ts';
import { estimateText } from './estimate-text.ts';
import { anyText, longRun, SENTENCES } from './test-texts.ts';

const FAMILIES: readonly Family[] = [
  'o200k',
  'cl100k',
  'claude',
  'claudeNext',
  'gemini',
  'llama',
  'mistral',
  'qwen',
  'deepseek',
  'unknown',
];

describe('estimateText', () => {
  it.each(['o200k', 'cl100k'] as const)(
    'is within 12 percent of %s on the mean of many languages',
    async (family) => {
      const encode = await loadEncoder(family);
      const errors = Object.values(SENTENCES).map((sentence) => {
        const text = sentence.repeat(20);
        return Math.abs(estimateText(text, family) / encode(text) - 1);
      });
      expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.12);
      expect(Math.max(...errors)).toBeLessThan(0.35);
    },
  );

  it('is the same each time, above zero for any word, and never far above its bytes', () => {
    fc.assert(
      fc.property(fc.oneof(anyText(), longRun(500)), fc.constantFrom(...FAMILIES), (text, family) => {
        const tokens = estimateText(text, family);
        expect(tokens).toBe(estimateText(text, family));
        if (text.trim()) expect(tokens).toBeGreaterThan(0);
        expect(tokens).toBeLessThanOrEqual(3 * Buffer.byteLength(text));
      }),
    );
  });

  it('grows with the text', () => {
    fc.assert(
      fc.property(anyText(), anyText(), fc.constantFrom(...FAMILIES), (one, other, family) => {
        // What a word begins as may change with what follows it: 'A' + 'b' is one word.
        expect(estimateText(one + other, family)).toBeGreaterThan(estimateText(one, family) - 3);
      }),
    );
  });

  it('adds up but for the words where two texts meet', () => {
    fc.assert(
      fc.property(anyText(), anyText(), fc.constantFrom(...FAMILIES), (one, other, family) => {
        const apart = estimateText(one, family) + estimateText(other, family);
        expect(Math.abs(estimateText(`${one}\n${other}`, family) - apart)).toBeLessThan(8);
      }),
    );
  });
});
