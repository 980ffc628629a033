import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createDistribution } from './distribution.ts';

/** The nearest rank, as the histogram counts it. */
const nearest = (sorted: readonly number[], percent: number): number =>
  sorted[Math.max(1, Math.floor((percent / 100) * sorted.length + 0.5)) - 1] ?? Number.NaN;

it('tells percentiles that are at most 1 % off, and max and mean exactly', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 3_000_000, noNaN: true }), { minLength: 1, maxLength: 200 }),
      (values) => {
        const distribution = createDistribution();
        for (const value of values) distribution.add(value);
        const told = distribution.percentiles();
        const sorted = values.toSorted((a, b) => a - b);
        for (const percent of [50, 90, 95, 99] as const) {
          const [ours, exact] = [told?.[`p${percent}`] ?? Number.NaN, nearest(sorted, percent)];
          expect(Math.abs(ours - exact)).toBeLessThanOrEqual(0.01 * exact + 0.001);
        }
        expect(told?.max).toBe(sorted.at(-1));
        expect(told?.mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 6);
      },
    ),
  );
});

it('is empty before the first value and takes any number', () => {
  const distribution = createDistribution();
  expect(distribution.percentiles()).toBeUndefined();
  distribution.add(Number.NaN);
  expect(distribution.percentiles()).toBeUndefined();
  for (const value of [0, -1, 1e12]) distribution.add(value);
  expect(distribution.percentiles()?.max).toBe(1e12);
});
