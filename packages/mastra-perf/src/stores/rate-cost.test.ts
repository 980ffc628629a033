import { expect, test } from 'vitest';
import { rateCost } from './rate-cost.ts';

const claim = { name: 'r', amount: 3, perMinute: 120, burst: 10 };

test('an amount costs the time in which it comes back, and is spared what the burst leaves', () => {
  expect(rateCost(claim)).toEqual({ costMs: 1500, sparedMs: 3500 });
  expect(rateCost({ ...claim, amount: 0 })).toEqual({ costMs: 0, sparedMs: 5000 });
  expect(rateCost({ ...claim, amount: 11 })).toEqual({ costMs: 5500, sparedMs: 0 });
  expect(rateCost({ ...claim, amount: -3 })).toEqual({ costMs: -1500, sparedMs: 6500 });
  expect(rateCost({ ...claim, burst: 1e300 }).sparedMs).toBe(Number.MAX_SAFE_INTEGER);
});

test.each([
  { amount: Number.NaN },
  { amount: Infinity },
  { amount: 1e300 },
  { perMinute: 0 },
  { perMinute: -1 },
  { perMinute: Number.NaN },
  { perMinute: 1e-300 },
  { burst: 0 },
  { burst: Number.NaN },
])('%o is no rate', (wrong) => {
  expect(() => rateCost({ ...claim, ...wrong })).toThrow(RangeError);
});
