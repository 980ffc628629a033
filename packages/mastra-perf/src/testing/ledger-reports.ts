import assert from 'node:assert/strict';
import type { LedgerEntry, LedgerInterval } from '../stores/ledger.ts';
import { intervalStart } from '../stores/ledger-intervals.ts';
import { fresh, hostileNames } from './fresh-names.ts';
import { anAccount, DAY_MS, HOUR_MS, ledgerOf, MINUTE_MS, summed } from './sample-usage.ts';
import { withRandom, type Random } from './seeded-random.ts';
import type { StoreTests } from './store-suite.ts';

const NAMES = ['agent', 'model', 'user', 'label'];

/** As JSON, the second contains the first. */
const LIKE_CONDITIONS: ReadonlyArray<Record<string, string>> = [
  { ',': '],[' },
  { 'A[': ',', ']y': 'z' },
  { user: 'u' },
  { user: 'u', agent: 'user' },
  { agent: 'u' },
  { agent: '","user":"u' },
];

export const reportTests: StoreTests = {
  async 'sums by any names, of which a group may lack some'({ store, second, now, seed }) {
    await withRandom(seed, async (random) => {
      const { entry, rows } = anAccount(now());
      const entries = Array.from({ length: 60 }, () =>
        entry({
          group: Object.fromEntries(
            random.some(NAMES, 0, 4).map((name) => [name, random.pick(['x', 'y', 'z'])]),
          ),
          counts: { calls: 1, tokens: random.below(1000) },
        }),
      );
      await ledgerOf(store).record(entries);
      const queries = [[], NAMES, NAMES.toReversed(), ['nobody has it', 'user'], ['user', 'user']];
      for (const by of [...queries, ...Array.from({ length: 6 }, () => random.some(NAMES, 1, 3))])
        assert.deepEqual(await rows(second, { by }), summed(entries, by), `by ${by.join(', ')}`);
    });
  },

  async 'counts only what has all values that are asked for, whether or not they make rows'(bench) {
    const { store, second, now, seed } = bench;
    await withRandom(seed, async (random) => {
      const { entry, rows } = anAccount(now());
      const aGroup = (least: number): LedgerEntry['group'] =>
        Object.fromEntries(
          random.some(NAMES, least, 4).map((name) => [name, random.pick(['x', 'y', 'X', '(other)'])]),
        );
      const entries = Array.from({ length: 200 }, () =>
        entry({ group: aGroup(0), counts: { calls: 1, tokens: random.below(1000) } }),
      );
      await ledgerOf(store).record(entries);
      for (let round = 0; round < 30; round++) {
        const [by, where] = [random.some(NAMES, 0, 3), aGroup(0)];
        const wanted = entries.filter(({ group }) =>
          Object.entries(where).every(([name, value]) => group[name] === value),
        );
        const what = `by ${by.join(', ')} where ${JSON.stringify(where)}`;
        assert.deepEqual(await rows(second, { by, where }), summed(wanted, by), what);
        const interval = random.pick<LedgerInterval>(['minute', 'hour', 'day', 'month']);
        assert.deepEqual(
          await rows(second, { by, where, interval }),
          summed(wanted, by, (at) => intervalStart(at, interval)),
          `${what}, for each ${interval}`,
        );
      }
      const nobody = { by: ['user'], where: { user: 'somebody else' } };
      assert.deepEqual(await rows(second, nobody), []);
    });
  },

  async 'tells what is asked for from what looks like it'({ store, second, now }) {
    const { entry, rows } = anAccount(now());
    const groups: Array<Record<string, string>> = [
      ...[...hostileNames(), '%', '_', '*', '.*', '$1', '{}', '""', 'null'].flatMap((name) => [
        { user: name },
        { [name]: 'x' },
      ]),
      ...LIKE_CONDITIONS,
    ].filter((group) => Object.keys(group).every((name) => name !== ''));
    await ledgerOf(store).record(groups.map((group) => entry({ group })));
    for (const where of groups) {
      const wanted = groups.filter((group) =>
        Object.entries(where).every(([name, value]) => Object.hasOwn(group, name) && group[name] === value),
      );
      assert.deepEqual(
        await rows(second, { where }),
        [{ group: {}, counts: { calls: wanted.length } }],
        `where ${JSON.stringify(where)}`,
      );
    }
  },

  async 'gives one row without any names, and none of what nobody used'({ store, now }) {
    const [one, two] = [anAccount(now()), anAccount(now())];
    const name = fresh('count');
    await ledgerOf(store).record([
      one.entry({ counts: { [name]: 1 } }),
      two.entry({ counts: { [name]: 2 }, group: { user: 'u' } }),
    ]);
    const time = { from: now() - HOUR_MS, to: now() + HOUR_MS };
    const rows = await ledgerOf(store).report({ by: [], ...time });
    assert.deepEqual(
      rows.map(({ group, start, counts }) => ({ group, start, count: counts[name] })),
      [{ group: {}, start: undefined, count: 3 }],
    );
    const longAgo = Date.UTC(2000, 0, 1);
    const nothing = await ledgerOf(store).report({ by: [], from: longAgo, to: longAgo + HOUR_MS });
    assert.deepEqual(nothing, []);
  },

  async 'counts what lies between two moments, the minutes of both included'({ store, now }) {
    const begin = intervalStart(now() - 30 * MINUTE_MS, 'minute');
    const { entry, rows } = anAccount(now());
    const moments = [-1, 0, MINUTE_MS - 1, MINUTE_MS, 2 * MINUTE_MS - 1, 2 * MINUTE_MS];
    await ledgerOf(store).record(
      moments.map((moment, index) => entry({ at: begin + moment, counts: { sum: 10 ** index } })),
    );
    const cases = [
      [0, MINUTE_MS, 110],
      [0, 2 * MINUTE_MS, 11_110],
      [MINUTE_MS - 1, MINUTE_MS, 110],
      [0, 1, 110],
      [1, MINUTE_MS + 1, 11_110],
      [-1, 0, 1],
      [2 * MINUTE_MS, 3 * MINUTE_MS, 100_000],
      [-HOUR_MS, HOUR_MS, 111_111],
      [0, 0, 0],
      [MINUTE_MS, 0, 0],
    ] as const;
    for (const [from, to, sum] of cases) {
      const expected = sum === 0 ? [] : [{ group: {}, counts: { sum } }];
      assert.deepEqual(
        await rows(store, { from: begin + from, to: begin + to }),
        expected,
        `from ${from} to ${to}`,
      );
    }
  },

  async 'gives a row for each minute, hour, day and month of UTC in which something was used'(bench) {
    const now = bench.now();
    const cases: ReadonlyArray<readonly [LedgerInterval, readonly number[]]> = [
      ['minute', [now - 10 * HOUR_MS, now - HOUR_MS]],
      ['hour', [now - 30 * DAY_MS, now - 2 * DAY_MS, now - HOUR_MS]],
      ['day', [...lastMonths(now, 12), now - 300 * DAY_MS, now - DAY_MS]],
      ['month', [...lastMonths(now, 30), ...aroundLeapDay(now)]],
    ];
    for (const [interval, moments] of cases) {
      const { entry, rows } = anAccount(now);
      const begins = moments.map((moment) => intervalStart(moment, interval));
      const entries = begins.flatMap((begin) => [
        entry({ at: begin - 1, group: { user: 'before' } }),
        entry({ at: begin, group: { user: 'after' } }),
        entry({ at: begin + 1, group: { user: 'after' } }),
      ]);
      await ledgerOf(bench.store).record(entries);
      const query = { by: ['user'], from: Math.min(...begins) - 1, to: now + 1, interval };
      assert.deepEqual(
        await rows(bench.second, query),
        summed(entries, query.by, (at) => intervalStart(at, interval)),
        `for each ${interval}`,
      );
    }
  },

  async 'knows which years have a 29th of February'({ store, now }) {
    const { entry, rows } = anAccount(now());
    const [eve, leapDay, march] = aroundLeapDay(now());
    const entries = [eve, leapDay - 1, leapDay, march - 1, march].map((at) => entry({ at }));
    await ledgerOf(store).record(entries);
    const february = intervalStart(leapDay, 'month');
    assert.deepEqual(await rows(store, { from: february, to: now() + 1, interval: 'month' }), [
      { start: february, group: {}, counts: { calls: 4 } },
      { start: march, group: {}, counts: { calls: 1 } },
    ]);
    assert.deepEqual(await rows(store, { from: february, to: march }), [{ group: {}, counts: { calls: 4 } }]);
  },

  async 'begins rows with the interval in which "from" lies, and ends with that in which "to" lies'(bench) {
    const now = bench.now();
    const { entry, rows } = anAccount(now);
    const begin = intervalStart(now - 5 * HOUR_MS, 'hour');
    const hours = [-1, 0, 1, 2, 3].map((hour) => begin + hour * HOUR_MS);
    await ledgerOf(bench.store).record(hours.map((at) => entry({ at: at + MINUTE_MS })));
    const starts = async (from: number, to: number) => {
      const found = await rows(bench.store, { from: begin + from, to: begin + to, interval: 'hour' });
      return found.map(({ start = 0 }) => (start - begin) / HOUR_MS);
    };
    assert.deepEqual(await starts(0, 2 * HOUR_MS), [0, 1]);
    assert.deepEqual(await starts(HOUR_MS - 1, 2 * HOUR_MS + 1), [0, 1, 2]);
    assert.deepEqual(await starts(HOUR_MS, HOUR_MS), []);
  },

  async 'adds up whole time spans, however long ago and however long'({ store, second, now, seed }) {
    await withRandom(seed, async (random) => {
      const { entry, rows } = anAccount(now());
      const entries: LedgerEntry[] = Array.from({ length: 200 }, () =>
        entry({ at: aMoment(now(), random), counts: { calls: 1, tokens: random.below(10 ** 9) } }),
      );
      await ledgerOf(store).record(entries);
      for (let round = 0; round < 20; round++) {
        const [from = 0, to = 0] = [0, 0]
          .map(() => asFineAsKept(aMoment(now(), random), now()))
          .toSorted((a, b) => a - b);
        const within = entries.filter(({ at }) => at >= from && at < to);
        assert.deepEqual(
          await rows(second, { from, to }),
          summed(within, []),
          `from ${new Date(from).toISOString()} to ${new Date(to).toISOString()}`,
        );
      }
      const always = { from: 0, to: Number.MAX_SAFE_INTEGER };
      assert.deepEqual(await rows(second, always), summed(entries, []));
    });
  },
};

/** As long ago as any store keeps months, with some time to spare; every age is as likely as ten times that age. */
const aMoment = (now: number, random: Random): number =>
  now - Math.floor(MINUTE_MS * (3600 * 24 * 60) ** (random.below(10_000) / 10_000));

/** What every store can tell apart, with some time to spare: intervals whose coarser one is kept in such from its begin. */
function asFineAsKept(at: number, now: number): number {
  const isYounger = (coarser: LedgerInterval, ageMs: number): boolean =>
    now - intervalStart(at, coarser) < ageMs;
  if (isYounger('hour', 20 * HOUR_MS)) return intervalStart(at, 'minute');
  if (isYounger('day', 34 * DAY_MS)) return intervalStart(at, 'hour');
  return intervalStart(at, isYounger('month', 390 * DAY_MS) ? 'day' : 'month');
}

const lastMonths = (now: number, count: number): number[] => {
  const date = new Date(now);
  return Array.from({ length: count }, (_, index) =>
    Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - index),
  );
};

/** The last one in the past: the days before, of and after it. */
function aroundLeapDay(now: number): readonly [number, number, number] {
  let year = new Date(now - 60 * DAY_MS).getUTCFullYear();
  while (new Date(Date.UTC(year, 1, 29)).getUTCMonth() !== 1 || Date.UTC(year, 2, 1) > now) year--;
  return [Date.UTC(year, 1, 28), Date.UTC(year, 1, 29), Date.UTC(year, 2, 1)];
}
