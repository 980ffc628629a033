import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createHistogram } from './histogram.ts';

it('percentiles are within 2.6 % of the real ones, or 10 µs', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 3_600_000, noNaN: true }), { minLength: 1, maxLength: 300 }),
      (times) => {
        const histogram = createHistogram();
        for (const ms of times) histogram.record(ms);
        const sorted = times.toSorted((a, b) => a - b);
        const stats = histogram.stats();
        for (const [share, told] of [
          [0.5, stats.p50],
          [0.95, stats.p95],
          [0.99, stats.p99],
        ] as const) {
          const real = sorted[Math.ceil(share * times.length) - 1]!;
          expect(Math.abs(told - real)).toBeLessThanOrEqual(Math.max(0.01, real * 0.026));
        }
        expect(stats.count).toBe(times.length);
        expect(stats.maxMs).toBe(sorted.at(-1));
      },
    ),
  );
});

it('of nothing is zero', () => {
  expect(createHistogram().stats()).toEqual({ count: 0, totalMs: 0, maxMs: 0, p50: 0, p95: 0, p99: 0 });
});
