import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { memoryRates } from '../stores/memory-rates.ts';
import { paceOf } from './pace.ts';

const MINUTE_MS = 60_000;

/** When calls begin that come at these times, each asking until it is granted. */
async function begins(arrivals: readonly number[], pace: ReturnType<typeof paceOf>): Promise<number[]> {
  const clock = testClock();
  const rates = memoryRates(clock);
  const times: number[] = [];
  for (const arrival of arrivals) {
    clock.advance(Math.max(0, arrival - clock.monotonic()));
    const { waitMs } = await rates.take([{ name: 'r', amount: 1, ...pace }], Infinity);
    times.push(clock.monotonic() + waitMs);
  }
  return times;
}

/** The most that begin within any window, its end not included. */
function mostWithin(times: readonly number[], windowMs: number): number {
  let [most, from] = [0, 0];
  for (const [index, time] of times.entries()) {
    while ((times[from] ?? 0) <= time - windowMs + 1e-6) from++;
    most = Math.max(most, index - from + 1);
  }
  return most;
}

describe('the pace of requests', () => {
  it.each([1, 2, 3, 10, 15, 24, 25, 26, 60, 600, 3001])(
    'never passes %d in any minute, and hands out 90 %% of them',
    async (allowed) => {
      const times = await begins(
        Array.from({ length: 4 * allowed }, () => 0),
        paceOf(allowed, MINUTE_MS),
      );
      expect(mostWithin(times, MINUTE_MS)).toBeLessThanOrEqual(allowed);
      expect(times.at(-1)).toBeLessThanOrEqual((4 * MINUTE_MS) / 0.9);
    },
  );

  it('never passes what is allowed, whenever calls come and whatever the window is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 200 }),
        fc.constantFrom(1000, 10_000, MINUTE_MS),
        fc.array(fc.tuple(fc.nat(90_000), fc.integer({ min: 1, max: 60 })), { minLength: 1, maxLength: 12 }),
        async (allowed, windowMs, crowds) => {
          let at = 0;
          const arrivals = crowds.flatMap(([gap, count]) => {
            at += gap;
            return Array.from({ length: count }, () => at);
          });
          const times = await begins(arrivals, paceOf((allowed * MINUTE_MS) / windowMs, windowMs));
          expect(mostWithin(times, windowMs)).toBeLessThanOrEqual(allowed);
          // On the way, what left in 3 % more time may arrive together.
          if (allowed > 25) expect(mostWithin(times, windowMs * 1.03)).toBeLessThanOrEqual(allowed);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('lets a few begin at once where nothing was sent for a while', () => {
    expect(paceOf(600, MINUTE_MS).burst).toBe(24);
    expect(paceOf(600, 1000).burst).toBe(1);
    expect(paceOf(1, MINUTE_MS).burst).toBe(1);
  });
});
