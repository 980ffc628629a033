import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { END_OF_TIME, intervalEnd, intervalStart, ledgerSpans, retainedSince } from './ledger-intervals.ts';
import type { LedgerInterval } from './ledger.ts';

const INTERVALS = ['minute', 'hour', 'day', 'month'] as const satisfies readonly LedgerInterval[];
/** How much of an ISO date tells the interval. */
const DIGITS = { minute: 16, hour: 13, day: 10, month: 7 } as const;
const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 23, 8, 15, 30);

const iso = (at: number): string => new Date(at).toISOString();
const anyInterval = fc.constantFrom(...INTERVALS);

describe('an interval', () => {
  it('is told by the first digits of a date, from one begin to the next', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: END_OF_TIME - 1 }), anyInterval, (at, interval) => {
        const [start, end] = [intervalStart(at, interval), intervalEnd(at, interval)];
        const named = (moment: number): string => iso(moment).slice(0, DIGITS[interval]);
        expect(start).toBeLessThanOrEqual(at);
        expect(end).toBeGreaterThan(at);
        expect([named(start), named(end - 1)]).toEqual([named(at), named(at)]);
        expect(intervalStart(end, interval)).toBe(end);
      }),
    );
  });

  it.each([
    ['2024-02-29T23:59:59.999Z', '2024-02-01', '2024-03-01'],
    ['2023-02-28T23:59:59.999Z', '2023-02-01', '2023-03-01'],
    ['2025-12-31T23:59:59.999Z', '2025-12-01', '2026-01-01'],
    ['2026-01-01T00:00:00.000Z', '2026-01-01', '2026-02-01'],
    ['2000-02-29T00:00:00.000Z', '2000-02-01', '2000-03-01'],
  ])('%s is in the month from %s to %s', (at, start, end) => {
    const moment = Date.parse(at);
    expect([intervalStart(moment, 'month'), intervalEnd(moment, 'month')]).toEqual([
      Date.parse(start),
      Date.parse(end),
    ]);
  });

  it('is kept as long as it says, and whole', () => {
    expect(INTERVALS.map((interval) => iso(retainedSince(NOW, interval)))).toEqual([
      '2026-11-22T08:15:00.000Z',
      '2026-10-19T08:00:00.000Z',
      '2025-10-19T00:00:00.000Z',
      '2016-11-01T00:00:00.000Z',
    ]);
    expect(retainedSince(0, 'month')).toBe(0);
  });
});

const kept = (interval: LedgerInterval): number => retainedSince(NOW, interval);
const spansOf = (from: number | string, to: number | string, interval?: LedgerInterval, since = kept) =>
  ledgerSpans({ from: +new Date(from), to: +new Date(to), ...(interval && { interval }) }, since).map(
    (span) => `${span.interval} ${iso(span.from).slice(0, 16)} ${iso(span.to).slice(0, 16)}`,
  );

describe('spans of a time', () => {
  it('are as coarse as they can be, with finer ones at both ends', () => {
    const all = () => 0;
    expect(spansOf('2024-01-30T22:58:30Z', '2024-04-02T01:02:00Z', undefined, all).toSorted()).toEqual(
      [
        'day 2024-01-31T00:00 2024-02-01T00:00',
        'day 2024-04-01T00:00 2024-04-02T00:00',
        'hour 2024-01-30T23:00 2024-01-31T00:00',
        'hour 2024-04-02T00:00 2024-04-02T01:00',
        'minute 2024-01-30T22:58 2024-01-30T23:00',
        'minute 2024-04-02T01:00 2024-04-02T01:02',
        'month 2024-02-01T00:00 2024-04-01T00:00',
      ].toSorted(),
    );
  });

  it('are finer ones only where these are kept', () => {
    expect(spansOf('2026-11-01T10:30Z', '2026-11-01T10:40Z')).toEqual([
      'hour 2026-11-01T10:00 2026-11-01T11:00',
    ]);
    expect(spansOf('2026-01-10T10:30Z', '2026-01-11T00:00Z')).toEqual([
      'day 2026-01-10T00:00 2026-01-11T00:00',
    ]);
    expect(spansOf('2020-02-29T10:30Z', '2020-02-29T10:40Z')).toEqual([
      'month 2020-02-01T00:00 2020-03-01T00:00',
    ]);
    expect(spansOf('2026-11-23T08:14:30Z', '2026-11-23T08:15:01Z')).toEqual([
      'minute 2026-11-23T08:14 2026-11-23T08:16',
    ]);
  });

  it('count an interval whole of which only the end is kept in finer ones', () => {
    expect(spansOf('2026-11-22T08:00Z', '2026-11-22T08:20Z')).toEqual([
      'hour 2026-11-22T08:00 2026-11-22T09:00',
    ]);
    expect(spansOf('2026-11-22T08:15Z', '2026-11-22T08:20Z')).toEqual([
      'minute 2026-11-22T08:15 2026-11-22T08:20',
    ]);
  });

  it('are those of the length that is asked for, as long as they are kept', () => {
    expect(spansOf('2026-11-21T10:30Z', '2026-11-22T10:30:01Z', 'hour')).toEqual([
      'hour 2026-11-21T10:00 2026-11-22T11:00',
    ]);
    expect(spansOf('2026-11-21T10:30Z', '2026-11-22T10:30Z', 'minute')).toEqual([
      'minute 2026-11-22T08:15 2026-11-22T10:30',
    ]);
    expect(spansOf('2026-11-01Z', '2026-11-02Z', 'minute')).toEqual([]);
  });

  it.each([
    [1, 1],
    [2, 1],
    [Number.NaN, 1],
    [0, Number.NaN],
    [-5, 0],
    [END_OF_TIME, Number.POSITIVE_INFINITY],
  ])('are none from %d to %d', (from, to) => {
    expect(ledgerSpans({ from, to }, kept)).toEqual([]);
    expect(ledgerSpans({ from, to, interval: 'day' }, kept)).toEqual([]);
  });

  it('of all time begin with what is kept', () => {
    for (const interval of [undefined, 'month'] as const) {
      const query = { from: -Infinity, to: Infinity, ...(interval && { interval }) };
      expect(ledgerSpans(query, kept)).toEqual([{ interval: 'month', from: kept('month'), to: END_OF_TIME }]);
    }
  });

  it('join without a gap, all of them kept, and reach no further than they must', () => {
    const aMoment = fc
      .tuple(fc.integer({ min: 0, max: 4000 * DAY_MS }), fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([age, share]) => NOW + DAY_MS - Math.floor(age ** share));
    /** Each at least as long as the finer one before it, as retention and a lack of memory have it. */
    const aRetention = fc.array(aMoment, { minLength: 4, maxLength: 4 }).map((moments) => {
      const [month = 0, day = 0, hour = 0, minute = 0] = moments.toSorted((a, b) => a - b);
      const since = { minute, hour, day, month };
      return (interval: LedgerInterval): number => intervalStart(since[interval], interval);
    });
    fc.assert(
      fc.property(aMoment, aMoment, aRetention, (a, b, since) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const spans = ledgerSpans({ from, to }, since).toSorted((one, two) => one.from - two.from);
        for (const [index, span] of spans.entries()) {
          expect(intervalStart(span.from, span.interval)).toBe(span.from);
          expect(intervalStart(span.to, span.interval)).toBe(span.to);
          expect(span.from).toBeLessThan(span.to);
          expect(span.from).toBeGreaterThanOrEqual(since(span.interval));
          if (index > 0) expect(span.from).toBe(spans[index - 1]?.to);
        }
        const [first, last] = [spans[0], spans.at(-1)];
        if (to <= since('month') || from === to) return;
        expect(spans.length).toBeGreaterThan(0);
        expect(spans.length).toBeLessThanOrEqual(7);
        expect(first!.from).toBeLessThanOrEqual(Math.max(from, since('month')));
        expect(last!.to).toBeGreaterThanOrEqual(to);
        const finest = INTERVALS.find((interval) => since(interval) <= intervalStart(from, interval));
        expect(first!.from).toBe(Math.max(intervalStart(from, finest ?? 'month'), since('month')));
        expect(last!.to).toBeLessThanOrEqual(intervalEnd(to, last!.interval));
      }),
      { numRuns: 2000 },
    );
  });
});
