import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createExchangeClock } from './exchange-times.ts';

it('gives the exchanges of a thread times that only ever grow, in their order', () => {
  const steps = fc.array(fc.record({ thread: fc.constantFrom('a', 'b'), pass: fc.nat(9), late: fc.nat(3) }));
  fc.assert(
    fc.property(steps, (all) => {
      let now = 1000;
      const times = createExchangeClock(() => now, 3);
      const last = new Map<string, number>();
      for (const { thread, pass, late } of all) {
        now += pass;
        const { askedAt, answeredAt } = times.next(thread, now - late);
        expect(askedAt).toBeGreaterThanOrEqual(now - late);
        expect(answeredAt).toBeGreaterThan(askedAt);
        expect(askedAt).toBeGreaterThan(last.get(thread) ?? 0);
        last.set(thread, answeredAt);
      }
    }),
  );
});
