import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fit, type Trim } from './fit.ts';
import type { Unit } from './units.ts';

const unitsFrom = (sizes: readonly (readonly [tokens: number, fixed: boolean])[]): Unit[] =>
  sizes.map(([tokens, fixed], from) => ({ from, to: from + 1, tokens, fixed }));
const plain = (...tokens: number[]): Unit[] => unitsFrom(tokens.map((count) => [count, false]));

const anyUnits = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 9 })), { maxLength: 60 })
  .map((sizes) => unitsFrom(sizes.map(([tokens, one]) => [tokens, one === 0])));
const anyTrim = fc.constantFrom<Trim>('block', 'slide');
const anyBudget = fc.integer({ min: 1, max: 12_000 });

const fixedTokens = (units: readonly Unit[]): number =>
  units.reduce((sum, { tokens, fixed }) => sum + (fixed ? tokens : 0), 0);
const kept = (units: readonly Unit[], dropped: ReadonlySet<number>): Unit[] =>
  units.filter((_, place) => !dropped.has(place));

describe('fitting into a budget', () => {
  it('drops nothing that fits', () => {
    expect(fit(plain(50, 50), 100, 'block')).toEqual({ dropped: new Set(), tokens: 100 });
  });

  it('drops the oldest, no more than it must when it slides', () => {
    expect(fit(plain(40, 40, 40, 40), 100, 'slide')).toEqual({ dropped: new Set([0, 1]), tokens: 80 });
  });

  it('drops the same in blocks until the prompt has grown by the step', () => {
    const changes = { block: 0, slide: 0 };
    for (const trim of ['block', 'slide'] as const) {
      let before = 0;
      for (let turns = 1; turns <= 400; turns++) {
        const { dropped, tokens } = fit(plain(...Array.from({ length: turns }, () => 20)), 1000, trim);
        expect(tokens).toBeLessThanOrEqual(1000);
        if (turns > 50) expect(tokens).toBeGreaterThanOrEqual(660);
        if (dropped.size !== before) changes[trim]++;
        before = dropped.size;
      }
    }
    expect(changes).toEqual({ block: 28, slide: 350 });
  });

  it('never passes the budget, unless what stays does, and never drops what stays', () => {
    fc.assert(
      fc.property(anyUnits, anyBudget, anyTrim, (units, budget, trim) => {
        const { dropped, tokens } = fit(units, budget, trim);
        expect(tokens).toBe(kept(units, dropped).reduce((sum, unit) => sum + unit.tokens, 0));
        expect(tokens).toBeLessThanOrEqual(Math.max(budget, fixedTokens(units)));
        for (const place of dropped) expect(units[place]!.fixed).toBe(false);
      }),
    );
  });

  it('drops nothing more from what it has left', () => {
    fc.assert(
      fc.property(anyUnits, anyBudget, anyTrim, (units, budget, trim) => {
        const once = fit(units, budget, trim);
        const again = fit(kept(units, once.dropped), budget, trim);
        if (once.tokens <= budget) expect(again.dropped.size).toBe(0);
      }),
    );
  });

  it('keeps with a larger budget all that it keeps with a smaller one', () => {
    fc.assert(
      fc.property(anyUnits, anyBudget, anyBudget, anyTrim, (units, a, b, trim) => {
        const [smaller, larger] = a < b ? [a, b] : [b, a];
        const less = fit(units, smaller, trim).dropped;
        for (const place of fit(units, larger, trim).dropped) expect(less.has(place)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('drops only from the beginning', () => {
    fc.assert(
      fc.property(anyUnits, anyBudget, anyTrim, (units, budget, trim) => {
        const { dropped } = fit(units, budget, trim);
        const last = Math.max(-1, ...dropped);
        for (let place = 0; place < last; place++)
          expect(dropped.has(place) || units[place]!.fixed).toBe(true);
      }),
    );
  });
});
