import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { splitWhole } from './split-whole.ts';

it('gives whole parts that add up, in proportion', () => {
  expect(splitWhole(10, [1, 1, 2])).toEqual([2, 3, 5]);
  expect(splitWhole(7, [0, 0])).toEqual([0, 7]);
  expect(splitWhole(5, [3])).toEqual([5]);
  expect(splitWhole(0, [1, 2])).toEqual([0, 0]);
  fc.assert(
    fc.property(fc.nat(), fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 50 }), (whole, weights) => {
      const parts = splitWhole(whole, weights);
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(whole);
      expect(parts.every((part) => Number.isInteger(part) && part >= 0)).toBe(true);
    }),
  );
});
