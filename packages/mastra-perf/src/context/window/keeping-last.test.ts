import { expect, it } from 'vitest';
import { keepingLast } from './keeping-last.ts';
import type { Unit } from './units.ts';

const units = (...given: readonly (readonly [tokens: number, fixed?: boolean])[]): Unit[] =>
  given.map(([tokens, fixed = false], from) => ({ from, to: from + 1, fixed, tokens, mark: from }));
const fixed = (given: readonly Unit[]): boolean[] => given.map((unit) => unit.fixed);

it('fixes the last units, where there is room for all that is fixed then', () => {
  const given = units([10, true], [100], [20], [30]);
  const kept = keepingLast(given, 2, 60);
  expect(fixed(kept)).toEqual([true, false, true, true]);
  expect(kept.map(({ fixed: _fixed, ...rest }) => rest)).toEqual(
    given.map(({ fixed: _fixed, ...rest }) => rest),
  );
  expect(fixed(given)).toEqual([true, false, false, false]);
});

it('leaves units as they are where there is no room', () => {
  const given = units([10, true], [100], [20], [30]);
  expect(keepingLast(given, 2, 59)).toBe(given);
});

it('fixes all where there are not so many', () => {
  expect(fixed(keepingLast(units([10], [10]), 3, 100))).toEqual([true, true]);
});

it('fixes none of none', () => {
  expect(fixed(keepingLast(units([10], [10]), 0, 100))).toEqual([false, false]);
});
