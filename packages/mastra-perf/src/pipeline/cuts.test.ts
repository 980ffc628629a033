import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { readCuts, writeCuts } from './cuts.ts';

vi.setConfig({ testTimeout: 60_000 });

const sum = (lengths: readonly number[]): number => lengths.reduce((total, length) => total + length, 0);

describe('cuts', () => {
  it('come back as they were', () => {
    const length = fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 2 ** 31 }));
    fc.assert(
      fc.property(fc.array(length), (lengths) => {
        expect(readCuts(writeCuts(lengths), sum(lengths))).toEqual(lengths);
      }),
      { numRuns: 1000 },
    );
  });

  it('take one character each, as long as the pieces are short', () => {
    expect(writeCuts([0, 5, 9, 10, 35, 36, 100, 4])).toBe('059az(10)(2s)4');
    expect(writeCuts([])).toBe('');
  });

  it('need no escape in JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), (lengths) => {
        const text = writeCuts(lengths);
        expect(JSON.stringify(text)).toBe(`"${text}"`);
      }),
    );
  });

  it.each([
    ['lengths of more', '55', 9],
    ['lengths of less', '55', 11],
    ['nothing, where there is something', '', 1],
    ['something, where there is nothing', '1', 0],
    ['capitals', '5A', 15],
    ['a sign', '-5', 5],
    ['a space', '5 5', 10],
    ['a parenthesis that does not end', '5(10', 41],
    ['a parenthesis that does not begin', '510)', 41],
    ['an empty parenthesis', '5()', 5],
    ['a length in parentheses that needs none', '(5)', 5],
    ['a length beyond all texts', '(zzzzzzzzzzzz)', 36 ** 12 - 1],
    ['a character that is none', '\ud83d', 0],
  ])('are not %s', (_what, text, total) => {
    expect(readCuts(text, total)).toBeUndefined();
  });

  it('that are no cuts give undefined and nothing else', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'059az()A-\u0000é') }),
        fc.nat({ max: 60 }),
        (text, total) => {
          const lengths = readCuts(text, total);
          if (lengths) expect(sum(lengths)).toBe(total);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
