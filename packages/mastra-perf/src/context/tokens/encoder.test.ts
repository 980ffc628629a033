import fc from 'fast-check';
import { countTokens as count100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as count200k } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { loadEncoder } from './encoder.ts';
import { anyText, longRun, SENTENCES } from './test-texts.ts';

const o200k = await loadEncoder('o200k');

describe('encoder', () => {
  it('counts as the vocabulary does', async () => {
    const cl100k = await loadEncoder('cl100k');
    for (const sentence of Object.values(SENTENCES)) {
      const text = sentence.repeat(30);
      expect(o200k(text)).toBe(count200k(text));
      expect(cl100k(text)).toBe(count100k(text));
    }
    expect(o200k('')).toBe(0);
  });

  it('counts unbroken runs as the vocabulary does, without being cut', () => {
    fc.assert(
      fc.property(longRun(1200), (text) => {
        expect(o200k(text)).toBe(count200k(text));
      }),
      { numRuns: 60 },
    );
  });

  it('counts any text as the vocabulary does', () => {
    const plain = { disallowedSpecial: new Set<string>() };
    fc.assert(
      fc.property(fc.oneof(anyText(), fc.string({ maxLength: 200 })), (text) => {
        expect(o200k(text)).toBe(count200k(text, plain));
      }),
      { numRuns: 300 },
    );
  });

  it('takes names of control tokens as plain text', () => {
    expect(o200k('<|endoftext|>')).toBeGreaterThan(1);
    expect(o200k('a <|im_start|> b')).toBeGreaterThan(3);
  });

  it('counts the same again and takes any text, broken pairs too', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        const tokens = o200k(text);
        expect(tokens).toBe(o200k(text));
        expect(tokens).toBeLessThanOrEqual(Buffer.byteLength(text));
        expect(tokens > 0).toBe(text.length > 0);
      }),
    );
  });

  it('counts two texts together as apart, but for the word where they meet', () => {
    const words = fc.array(fc.constantFrom(...Object.values(SENTENCES)), { maxLength: 4 });
    fc.assert(
      fc.property(words, words, (one, other) => {
        const [a, b] = [one.join(''), other.join('')];
        expect(Math.abs(o200k(a + b) - o200k(a) - o200k(b))).toBeLessThanOrEqual(2);
        expect(o200k(a + b)).toBeGreaterThanOrEqual(o200k(a));
      }),
    );
  });
});
