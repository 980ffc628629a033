import { describe, expect, it } from 'vitest';
import { PerfConfigError } from '../errors.ts';
import { rangeQuery, readRangeQuery } from './metrics-query.ts';

const NOW = Date.UTC(2026, 5, 1, 12, 30, 15);
const [MINUTE, HOUR] = [60_000, 3_600_000];

describe('a query of metrics', () => {
  it('is the last hour, by whole minutes', () => {
    expect(rangeQuery(undefined, NOW)).toEqual({
      from: Date.UTC(2026, 5, 1, 11, 31),
      to: Date.UTC(2026, 5, 1, 12, 31),
      step: 'minute',
    });
  });

  it('is by hours where it begins earlier, as far back as a day', () => {
    expect(rangeQuery({ from: NOW - 5 * HOUR }, NOW)).toEqual({
      from: Date.UTC(2026, 5, 1, 7),
      to: Date.UTC(2026, 5, 1, 13),
      step: 'hour',
    });
    expect(rangeQuery({ from: '2026-01-01' }, NOW).from).toBe(Date.UTC(2026, 4, 31, 13));
  });

  it('takes moments of all kinds, and nothing that is still to come', () => {
    const from = new Date(NOW - 10 * MINUTE);
    for (const given of [from, from.getTime(), from.toISOString()])
      expect(rangeQuery({ from: given, to: NOW + HOUR }, NOW)).toMatchObject({
        from: Date.UTC(2026, 5, 1, 12, 20),
        to: Date.UTC(2026, 5, 1, 12, 31),
      });
  });

  it('says what is wrong', () => {
    for (const wrong of [
      { from: 'yesterday' },
      { step: 'day' },
      { agents: 'x' },
      { from: NOW, to: NOW - HOUR },
    ])
      expect(() => rangeQuery(wrong as object, NOW)).toThrow(PerfConfigError);
  });

  it('is read from another process only as one of ours makes it', () => {
    const query = rangeQuery({ agent: 'a' }, NOW);
    expect(readRangeQuery(JSON.parse(JSON.stringify(query)))).toEqual(query);
    for (const wrong of [
      null,
      {},
      { ...query, from: query.from + 1 },
      { ...query, from: query.from - HOUR },
      { ...query, to: query.from },
      { ...query, model: {} },
    ])
      expect(readRangeQuery(wrong)).toBeUndefined();
  });
});
