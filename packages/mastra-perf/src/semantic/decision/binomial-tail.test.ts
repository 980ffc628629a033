import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialTail } from './binomial-tail.ts';

function summed(wrong: number, count: number, rate: number): number {
  let [term, sum] = [(1 - rate) ** count, 0];
  for (let k = 0; k <= wrong; k++) {
    sum += term;
    term *= ((count - k) / (k + 1)) * (rate / (1 - rate));
  }
  return sum;
}

describe('the tail of a binomial distribution', () => {
  it('is the sum of its terms', () => {
    const cases = fc
      .record({
        count: fc.integer({ min: 1, max: 600 }),
        rate: fc.double({ min: 0.002, max: 0.5, noNaN: true }),
      })
      .chain(({ count, rate }) =>
        fc.record({
          count: fc.constant(count),
          rate: fc.constant(rate),
          wrong: fc.integer({ min: 0, max: count }),
        }),
      );
    fc.assert(
      fc.property(cases, ({ wrong, count, rate }) => {
        expect(binomialTail(wrong, count, rate)).toBeCloseTo(Math.min(1, summed(wrong, count, rate)), 8);
      }),
    );
  });

  it('of counts that are not whole lies between those of the whole ones', () => {
    const between = binomialTail(2.5, 200, 0.02);
    expect(between).toBeGreaterThan(binomialTail(2, 200, 0.02));
    expect(between).toBeLessThan(binomialTail(3, 200, 0.02));
  });
});
