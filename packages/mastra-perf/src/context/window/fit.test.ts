import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fit, type Trim } from './fit.ts';
import type { Unit } from './units.ts';

/** As good as at random, and the same each time. */
const markOf = (turn: number): number => (Math.imul(turn + 1, 2_654_435_761) ^ Math.imul(turn, 40_503)) >>> 0;
const unitsFrom = (
  sizes: readonly (readonly [tokens: number, fixed: boolean, mark?: number])[],
  first = 0,
): Unit[] =>
  sizes.map(([tokens, fixed, mark], from) => ({
    from,
    to: from + 1,
    tokens,
    fixed,
    mark: mark ?? markOf(first + from),
  }));
const plain = (...tokens: number[]): Unit[] => unitsFrom(tokens.map((count) => [count, false]));
/** Turns of a conversation, from one of them up to another one. */
const turns = (from: number, to: number, tokens: (turn: number) => number = () => 20): Unit[] =>
  unitsFrom(
    Array.from({ length: to - from }, (_, index) => [tokens(from + index), false]),
    from,
  );
/** How often what is kept begins elsewhere, over 400 turns. */
function beginnings(unitsAt: (turn: number) => Unit[], trim: Trim, budget = 1000): number {
  const firsts: number[] = [];
  for (let turn = 60; turn < 460; turn++) {
    const units = unitsAt(turn);
    const { dropped, tokens } = fit(units, budget, trim);
    expect(tokens).toBeLessThanOrEqual(budget);
    expect(tokens).toBeGreaterThanOrEqual(budget * 0.6);
    expect(dropped.size).toBeGreaterThan(0);
    firsts.push(units.find((_, place) => !dropped.has(place))!.mark);
  }
  return firsts.filter((first, index) => index > 0 && first !== firsts[index - 1]).length;
}

/** Few marks, so that some are alike. */
const anyUnits = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 9 }), fc.nat(20)), {
    maxLength: 60,
  })
  .map((sizes) => unitsFrom(sizes.map(([tokens, one, mark]) => [tokens, one === 0, mark])));
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

  it.each([100, 150])('drops nothing that fits, wherever it were better to begin: %d', (budget) => {
    const units = unitsFrom(Array.from({ length: 10 }, (_, place) => [10, false, place]));
    for (const trim of ['block', 'slide'] as const)
      expect(fit(units, budget, trim)).toEqual({ dropped: new Set(), tokens: 100 });
  });

  it('leaves six tenths of the budget at least, and that may be all that it leaves', () => {
    const units = unitsFrom(Array.from({ length: 10 }, (_, place) => [100, false, place]));
    // 500 to 700 are to be dropped, of which the last has the highest mark.
    expect(fit(units, 500, 'block').tokens).toBe(300);
  });

  it('drops no more than it must where marks are alike', () => {
    expect(fit(unitsFrom(Array.from({ length: 10 }, () => [100, false, 7])), 500, 'block').tokens).toBe(500);
  });

  it('drops the oldest, no more than it must when it slides', () => {
    expect(fit(plain(40, 40, 40, 40), 100, 'slide')).toEqual({ dropped: new Set([0, 1]), tokens: 80 });
  });

  it('begins alike in blocks while the prompt grows', () => {
    // 400 turns are eight budgets.
    expect(beginnings((turn) => turns(0, turn), 'block')).toBeLessThanOrEqual(40);
    expect(beginnings((turn) => turns(0, turn), 'slide')).toBe(399);
  });

  it('begins alike when a store gives back the last messages only', () => {
    const all = beginnings((turn) => turns(0, turn), 'block');
    expect(beginnings((turn) => turns(turn - 60, turn), 'block')).toBe(all);
  });

  it('begins nearly alike while estimates get better', () => {
    const factor = (turn: number): number => 1 + 0.2 * 0.98 ** (turn - 60);
    const changes = beginnings((turn) => turns(0, turn, () => 20 * factor(turn)), 'block');
    expect(changes).toBeLessThanOrEqual(50);
  });

  it('begins where the mark is highest of all that leave six tenths of the budget', () => {
    const units = unitsFrom([9, 1, 7, 2, 8, 3, 5, 4, 9, 1].map((mark) => [100, false, mark]));
    // 400 to 640 are to be dropped: four, five or six turns, marked 8, 3 and 5.
    expect(fit(units, 600, 'block')).toEqual({ dropped: new Set([0, 1, 2, 3]), tokens: 600 });
    expect(fit(units, 590, 'block')).toEqual({ dropped: new Set([0, 1, 2, 3, 4, 5]), tokens: 400 });
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
