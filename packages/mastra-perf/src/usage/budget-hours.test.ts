import { describe, expect, it } from 'vitest';
import type { Applied } from './budget-applied.ts';
import type { BudgetSpan } from './budget-windows.ts';
import { hourOf, leastHour, usualHour } from './budget-hours.ts';

/** The hours before the present one, the latest first; those that are not named spent nothing. */
const hoursAgo = (spent: Record<number, number>): number[] =>
  Array.from({ length: 168 }, (_, index) => spent[index + 1] ?? 0);

describe('a usual hour', () => {
  it('is the mean of the hours in which something was spent', () => {
    expect(usualHour(hoursAgo({ 1: 2, 2: 4, 3: 6, 30: 2, 31: 4, 168: 6 }))).toBe(4);
  });

  it.each<[string, Record<number, number>]>([
    ['nothing was ever spent', {}],
    ['less than a day has passed', Object.fromEntries(Array.from({ length: 23 }, (_, i) => [i + 1, 5]))],
    ['something was spent in five hours only', { 1: 5, 2: 5, 3: 5, 4: 5, 168: 5 }],
  ])('is not known when %s', (_when, spent) => {
    expect(usualHour(hoursAgo(spent))).toBeUndefined();
  });

  it('is known from a day on, and from six hours on', () => {
    expect(usualHour(hoursAgo({ 1: 5, 2: 5, 3: 5, 4: 5, 5: 5, 24: 5 }))).toBe(5);
  });
});

describe('an hour of which nothing is told', () => {
  it.each<[BudgetSpan, number]>([
    [{ unit: 'minute', zone: 'UTC' }, 100],
    [{ unit: 'hour', zone: 'UTC' }, 100],
    [{ unit: 'day', zone: 'UTC' }, 100 / 24],
    [{ unit: 'week', zone: 'UTC' }, 100 / 168],
    [{ unit: 'month', zone: 'UTC' }, 100 / 720],
    [{ ms: 60_000 }, 100],
    [{ ms: 36_000_000 }, 10],
  ])('has less than a tenth of its share of the limit of %o', (span, least) => {
    expect(leastHour({ limit: 1000, budget: { span } } as Applied)).toBeCloseTo(least, 9);
  });
});

describe('the counters of hours', () => {
  const budget = { name: 'b', per: 'user' } as Applied['budget'];
  const at = (time: string, scope = 'ann') =>
    hourOf({ budget, scope, begunAt: Date.parse(time) } as unknown as Applied);

  it('begin at whole hours of UTC, and are asked for until seven days after them', () => {
    const hour = at('2025-06-15T15:59:59.999Z');
    expect(hour.counter).toBe(at('2025-06-15T15:00:00Z').counter);
    expect(hour.counter).not.toBe(at('2025-06-15T16:00:00Z').counter);
    expect(hour.counter).not.toBe(at('2025-06-15T15:00:00Z', 'bob').counter);
    const later = at('2025-06-22T15:59:59.999Z');
    expect(later.before()).toHaveLength(168);
    expect(later.before()[0]).toBe(at('2025-06-22T14:00:00Z').counter);
    expect(later.before()[167]).toBe(hour.counter);
    expect(hour.expiresAt).toBeGreaterThan(Date.parse('2025-06-22T15:59:59.999Z'));
    expect(hour.expiresAt).toBeLessThan(Date.parse('2025-06-23T00:00:00Z'));
  });
});
