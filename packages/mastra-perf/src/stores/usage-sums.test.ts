import { describe, expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import type { LedgerInterval, LedgerQuery } from './ledger.ts';
import { usageSums } from './usage-sums.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** At the beginning of a day in the middle of a month. */
function setUp(bounds = { groupsPerInterval: 100, groupsInAll: 10_000 }, begin = Date.UTC(2026, 4, 15)) {
  const clock = testClock();
  const start = clock.now();
  const moved = { ...clock, now: () => begin + clock.now() - start };
  const sums = usageSums(moved, bounds);
  const report = (query: Partial<LedgerQuery> = {}) =>
    sums.report({ by: [], from: 0, to: Number.MAX_SAFE_INTEGER, ...query });
  return {
    begin,
    advance: clock.advance,
    report,
    add: (group: Record<string, string>, counts: Record<string, number>, at = moved.now()) =>
      sums.add({ id: '', at, group, counts }),
    rows: (interval: LedgerInterval) => report({ by: ['user'], interval }).length,
  };
}

describe('sums of usage', () => {
  it('are of each name that was counted, in whatever order names came', () => {
    const { add, report } = setUp();
    add({ user: 'a' }, { calls: 1 });
    add({ user: 'b' }, { tokens: 5, nanoUsd: 7 });
    add({ user: 'a' }, { nanoUsd: 2, calls: 3 });
    add({ user: 'c' }, { calls: 0 });
    const byUser = Object.fromEntries(
      report({ by: ['user'] }).map(({ group, counts }) => [group.user, counts]),
    );
    expect(byUser).toEqual({ a: { calls: 4, nanoUsd: 2 }, b: { tokens: 5, nanoUsd: 7 }, c: {} });
    expect(report()).toEqual([{ group: {}, counts: { calls: 4, tokens: 5, nanoUsd: 9 } }]);
  });

  it('begin with their interval where rows of one are asked for, and have no begin elsewhere', () => {
    const { add, advance, begin, report } = setUp();
    add({ user: 'a' }, { calls: 1 });
    advance(HOUR_MS + MINUTE_MS);
    add({ user: 'a' }, { calls: 2 });
    expect(report({ by: ['user'], interval: 'hour' })).toEqual([
      { group: { user: 'a' }, start: begin, counts: { calls: 1 } },
      { group: { user: 'a' }, start: begin + HOUR_MS, counts: { calls: 2 } },
    ]);
    expect(report({ by: ['user'], from: begin, to: begin + HOUR_MS })).toEqual([
      { group: { user: 'a' }, counts: { calls: 1 } },
    ]);
    expect(report({ from: begin + HOUR_MS })).toEqual([{ group: {}, counts: { calls: 2 } }]);
  });

  it('hold those names of a group that are asked for, and only what has all values', () => {
    const { add, report } = setUp();
    add({ user: 'a', agent: 'x' }, { calls: 1 });
    add({ agent: 'y', user: 'a' }, { calls: 2 });
    add({ user: 'b' }, { calls: 4 });
    const sorted = (query: Partial<LedgerQuery>) =>
      report(query)
        .map(({ group, counts }) => [group, counts.calls])
        .toSorted(([, a], [, b]) => Number(a) - Number(b));
    expect(sorted({ by: ['agent'] })).toEqual([
      [{ agent: 'x' }, 1],
      [{ agent: 'y' }, 2],
      [{}, 4],
    ]);
    expect(sorted({ by: ['user'], where: { agent: 'y' } })).toEqual([[{ user: 'a' }, 2]]);
    expect(sorted({ where: { agent: 'y', user: 'b' } })).toEqual([]);
  });
});

describe('the bounds of sums', () => {
  it('let as many groups be as they say, in all intervals', () => {
    const { add, advance, rows } = setUp({ groupsPerInterval: 100, groupsInAll: 8 });
    add({ user: 'a' }, { calls: 1 });
    advance(MINUTE_MS);
    // One in each of four intervals, and one more in another minute: five.
    add({ user: 'a' }, { calls: 1 });
    advance(MINUTE_MS);
    add({ user: 'a' }, { calls: 1 });
    advance(MINUTE_MS);
    add({ user: 'a' }, { calls: 1 });
    advance(MINUTE_MS);
    add({ user: 'a' }, { calls: 1 });
    expect([rows('minute'), rows('hour'), rows('day'), rows('month')]).toEqual([5, 1, 1, 1]);
    advance(MINUTE_MS);
    add({ user: 'a' }, { calls: 1 });
    expect([rows('minute'), rows('hour'), rows('day'), rows('month')]).toEqual([5, 1, 1, 1]);
    advance(MINUTE_MS);
    add({ user: 'b' }, { calls: 1 });
    // Of b there are four new ones: the current minute and what is coarser stay.
    expect([rows('minute'), rows('hour'), rows('day'), rows('month')]).toEqual([2, 2, 2, 2]);
  });

  it('take the hours once no minute can go, and then days and months', () => {
    const { add, advance, rows } = setUp({ groupsPerInterval: 100, groupsInAll: 4 });
    const counted = () => [rows('minute'), rows('hour'), rows('day'), rows('month')];
    add({ user: 'a' }, { calls: 1 });
    for (const step of [MINUTE_MS, HOUR_MS, DAY_MS, 31 * DAY_MS]) {
      advance(step);
      add({ user: 'a' }, { calls: 1 });
      expect(counted()).toEqual([1, 1, 1, 1]);
    }
  });

  it('leave what goes to the coarser sums, which are still exact', () => {
    const { add, advance, begin, report } = setUp({ groupsPerInterval: 100, groupsInAll: 5 });
    for (let minute = 0; minute < 10; minute++) {
      add({ user: 'a' }, { calls: 1 });
      advance(MINUTE_MS);
    }
    const calls = (from: number, to?: number) => report({ from, ...(to && { to }) })[0]?.counts.calls;
    expect(calls(begin)).toBe(10);
    expect(calls(begin + 8 * MINUTE_MS)).toBe(2);
    expect(calls(begin + 7 * MINUTE_MS)).toBe(10);
    expect(calls(begin + 8 * MINUTE_MS, begin + 9 * MINUTE_MS)).toBe(1);
  });

  it('let a group be in an interval that is full if it is there, or if it is that of the others', () => {
    const { add, report } = setUp({ groupsPerInterval: 1, groupsInAll: 100 });
    for (const user of ['a', 'b', 'a', '(other)', 'c']) add({ user }, { calls: 1 });
    add({ user: '(other)', agent: 'x' }, { calls: 1 });
    add({}, { calls: 1 });
    const rows = report({ by: ['user', 'agent'] }).map(({ group, counts }) => [group, counts.calls]);
    expect(rows).toEqual([
      [{ user: 'a' }, 2],
      [{ user: '(other)' }, 3],
      [{ user: '(other)', agent: '(other)' }, 1],
      [{}, 1],
    ]);
  });

  it('keep an interval for all of its time, also when others begin', () => {
    const { add, advance, rows } = setUp();
    add({ user: 'a' }, { calls: 1 });
    advance(DAY_MS);
    add({ user: 'a' }, { calls: 1 });
    expect(rows('minute')).toBe(2);
    advance(MINUTE_MS);
    add({ user: 'a' }, { calls: 1 });
    expect(rows('minute')).toBe(2);
  });

  it('do not take what time has not: what came in late is gone with its interval', () => {
    const { add, advance, begin, report, rows } = setUp({ groupsPerInterval: 100, groupsInAll: 100 });
    add({ user: 'late' }, { calls: 1 }, begin - 2 * DAY_MS);
    expect(rows('minute')).toBe(0);
    advance(MINUTE_MS);
    add({ user: 'a' }, { calls: 1 });
    expect(rows('minute')).toBe(1);
    expect(report({ by: ['user'] })).toHaveLength(2);
  });
});
