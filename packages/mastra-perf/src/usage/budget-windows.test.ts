import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counterName, periods, type BudgetSpan } from './budget-windows.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Zones with and without summer time, with half hours, with midnights that do not exist or come twice, and across the date line. */
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Africa/Cairo',
  'Asia/Beirut',
  'America/Sao_Paulo',
  'America/Havana',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Africa/Casablanca',
  'Asia/Tehran',
];
const zone = fc.constantFrom(...ZONES);
const time = fc.integer({ min: Date.UTC(2012, 0), max: Date.UTC(2035, 0) });
const at = (text: string): number => Date.parse(text);

/** What the calendar on a wall there shows, in another way than the code asks for it. */
const walls = new Map(
  ZONES.map((name) => [name, new Intl.DateTimeFormat('sv-SE', { timeZone: name, dateStyle: 'short' })]),
);
const shown = (name: string, moment: number): string => walls.get(name)!.format(moment);

describe('a day', () => {
  it('is named by the calendar of its zone, and ends when that turns', () => {
    fc.assert(
      fc.property(zone, time, (name, now) => {
        const { name: period, resetsAt } = periods({ unit: 'day', zone: name })(now);
        expect(period).toBe(`day ${shown(name, now)}`);
        expect(resetsAt).toBeGreaterThan(now);
        expect(resetsAt - now).toBeLessThanOrEqual(25 * HOUR_MS);
        expect(shown(name, resetsAt - 1)).toBe(shown(name, now));
        expect(shown(name, resetsAt) > shown(name, now)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['23 hours in spring', 'Europe/Berlin', '2026-03-28T23:00Z', 23],
    ['25 hours in autumn', 'Europe/Berlin', '2026-10-24T22:00Z', 25],
    ['23.5 hours where clocks go on by half an hour', 'Australia/Lord_Howe', '2026-10-03T13:30Z', 23.5],
    ['23 hours where midnight itself does not exist', 'Africa/Cairo', '2026-04-23T22:00Z', 23],
    ['25 hours where midnight comes twice', 'Africa/Cairo', '2026-10-28T21:00Z', 25],
    ['24 hours elsewhere', 'Asia/Kolkata', '2026-03-28T18:30Z', 24],
  ])('has %s', (_what, name, begin, hours) => {
    const periodAt = periods({ unit: 'day', zone: name });
    const from = at(begin);
    const { resetsAt, name: period } = periodAt(from);
    expect((resetsAt - from) / HOUR_MS).toBe(hours);
    expect(periodAt(from - 1).name).not.toBe(period);
    expect(periodAt(resetsAt - 1).name).toBe(period);
    expect(periodAt(resetsAt).name).not.toBe(period);
  });

  it('that a country has skipped is left out', () => {
    const periodAt = periods({ unit: 'day', zone: 'Pacific/Apia' });
    const before = periodAt(at('2011-12-30T09:59Z'));
    expect(before.name).toBe('day 2011-12-29');
    expect(periodAt(before.resetsAt).name).toBe('day 2011-12-31');
  });
});

describe('weeks and months', () => {
  it('begin with their first day and hold all of their days', () => {
    fc.assert(
      fc.property(zone, time, fc.constantFrom('week' as const, 'month' as const), (name, now, unit) => {
        const period = periods({ unit, zone: name })(now);
        const next = periods({ unit, zone: name })(period.resetsAt);
        const last = shown(name, period.resetsAt - 1);
        const first = shown(name, period.resetsAt);
        expect(period.name <= `${unit} ${shown(name, now)}`).toBe(true);
        expect(next.name).toBe(`${unit} ${first}`);
        expect(periods({ unit, zone: name })(period.resetsAt - 1).name).toBe(period.name);
        if (unit === 'month') {
          expect(first.slice(8)).toBe('01');
          expect(last.slice(0, 7)).toBe(period.name.slice(6, 13));
        } else expect(new Date(first).getUTCDay()).toBe(1);
      }),
      { numRuns: 300 },
    );
  });
});

describe('windows of the calendar', () => {
  const calendar = fc.record({ unit: fc.constantFrom('minute', 'hour', 'day', 'week', 'month'), zone });

  it('are the same whatever was asked before, also when the clock has gone back', () => {
    fc.assert(
      fc.property(calendar, fc.array(time, { minLength: 2, maxLength: 8 }), (span, moments) => {
        const periodAt = periods(span as BudgetSpan);
        for (const moment of moments) {
          expect(periodAt(moment)).toEqual(periods(span as BudgetSpan)(moment));
          expect(periodAt(moment - HOUR_MS)).toEqual(periods(span as BudgetSpan)(moment - HOUR_MS));
        }
      }),
    );
  });

  it('are kept for an hour after their end', () => {
    fc.assert(
      fc.property(calendar, time, (span, now) => {
        const { resetsAt, expiresAt } = periods(span as BudgetSpan)(now);
        expect(expiresAt - resetsAt).toBe(HOUR_MS);
      }),
    );
  });
});

describe('a rolling window', () => {
  const length = fc.integer({ min: 60_000, max: 366 * DAY_MS });

  it('counts at least its length, and at most a twelfth more', () => {
    fc.assert(
      fc.property(length, time, fc.double({ min: 0, max: 1.3, noNaN: true }), (ms, now, share) => {
        const periodAt = periods({ ms });
        const spentAt = Math.floor(now - share * ms);
        const { name, others, resetsAt, expiresAt } = periodAt(now);
        const counted = [name, ...others].includes(periodAt(spentAt).name);
        if (now - spentAt <= ms) expect(counted).toBe(true);
        if (now - spentAt > Math.ceil((ms * 13) / 12)) expect(counted).toBe(false);
        expect(resetsAt).toBeGreaterThan(now);
        expect(Number.isInteger(expiresAt)).toBe(true);
        expect(periodAt(spentAt).expiresAt).toBeGreaterThan(spentAt + (ms * 13) / 12);
      }),
      { numRuns: 2000 },
    );
  });

  it('never lets more through than the limit in any span of its length', () => {
    const spending = fc.array(
      fc.record({ wait: fc.integer({ min: 0, max: 20_000 }), amount: fc.integer({ min: 1, max: 40 }) }),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(spending, time, (tries, start) => {
        const [ms, limit] = [60_000, 100];
        const periodAt = periods({ ms });
        const counters = new Map<string, number>();
        const passed: Array<{ at: number; amount: number }> = [];
        let now = start;
        for (const { wait, amount } of tries) {
          now += wait;
          const { name, others } = periodAt(now);
          const used = [name, ...others].reduce((sum, counter) => sum + (counters.get(counter) ?? 0), 0);
          if (used + amount > limit) continue;
          counters.set(name, (counters.get(name) ?? 0) + amount);
          passed.push({ at: now, amount });
        }
        for (const { at: end } of passed) {
          const inside = passed.filter((one) => one.at > end - ms && one.at <= end);
          expect(inside.reduce((sum, one) => sum + one.amount, 0)).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });

  it('sees what was spent by a clock that is ahead by up to a twelfth, or was before it was set back', () => {
    fc.assert(
      fc.property(length, time, fc.double({ min: 0, max: 1, noNaN: true }), (ms, now, share) => {
        const ahead = Math.floor(now + (share * ms) / 12 - 1);
        const { name, others } = periods({ ms })(now);
        expect([name, ...others]).toContain(periods({ ms })(Math.max(now, ahead)).name);
      }),
    );
  });
});

describe('names of counters', () => {
  const scope = fc.option(
    fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.constantFrom('', '"', '[]', '"]')),
    {
      nil: undefined,
    },
  );
  const text = fc.string({ maxLength: 12 });
  const per = fc.oneof(fc.constantFrom('resource' as const, 'user' as const), fc.record({ label: text }));
  const counter = fc.tuple(fc.record({ name: text, per }), scope, text);

  it('are equal for the same and for nothing else, and never long', () => {
    fc.assert(
      fc.property(counter, counter, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b);
        expect(counterName(...a) === counterName(...b)).toBe(same);
        expect(counterName(...a).length).toBeLessThanOrEqual(256);
      }),
      { numRuns: 2000 },
    );
  });

  it('tell an identity from none, and a label from a scope of its name', () => {
    const budget = { name: 'b', per: 'resource' } as const;
    const all = [
      counterName(budget, undefined, 'p'),
      counterName(budget, '', 'p'),
      counterName(budget, 'undefined', 'p'),
      counterName({ ...budget, per: { label: 'resource' } }, '', 'p'),
      counterName(budget, 'p', ''),
      counterName(budget, '\ud800', 'p'),
      counterName(budget, '\ud801', 'p'),
      counterName(budget, 'x'.repeat(500), 'p'),
      counterName(budget, 'x'.repeat(501), 'p'),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});
