import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pairFeatures } from './pair-features.ts';
import { pairScore } from './pair-score.ts';

it('rises with the similarity, and stays between 0 and 1', () => {
  const similarity = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.string(), fc.string(), similarity, similarity, (a, b, one, other) => {
      const [low, high] = one < other ? [one, other] : [other, one];
      const [least, most] = [pairScore(a, b, low), pairScore(a, b, high)];
      expect(least).toBeLessThanOrEqual(most);
      expect(least).toBeGreaterThanOrEqual(0);
      expect(most).toBeLessThanOrEqual(1);
    }),
  );
});

it('is higher where no word is left unexplained, and where more of them are the same', () => {
  const same = pairScore('How do I reset my password?', 'how do i reset my password', 0.9);
  const framed = pairScore('How do I reset my password?', 'What is the best way to reset a password?', 0.9);
  const other = pairScore('How do I reset my password?', 'How do I forget my password?', 0.9);
  expect(same).toBeGreaterThan(framed);
  expect(framed).toBeGreaterThan(other);
});

it('is 0 for no similarity at all that could be worked out', () => {
  expect(pairScore('a', 'a', Number.NaN)).toBe(0);
});

it('counts the words that are left', () => {
  expect(pairFeatures('Where is my red car?', 'Where is my blue car?', 0.9)).toMatchObject({
    isExplained: false,
    unmatched: 2,
  });
  expect(pairFeatures('Where is my car?', 'where is my car', 0.9)).toMatchObject({
    isExplained: true,
    overlap: 1,
  });
});
