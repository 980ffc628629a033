import assert from 'node:assert/strict';
import { hostileNames } from './fresh-names.ts';
import { anAccount, ledgerOf, summed } from './sample-usage.ts';
import type { StoreTests } from './store-suite.ts';

const NO_COUNTS = [Number.NaN, -1, 0.5, 2 ** 53, Number.POSITIVE_INFINITY];
const NO_TIMES = [Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY];
/** Words that objects have a meaning for. */
const OF_OBJECTS = ['__proto__', 'constructor', 'toString'];

export const recordingTests: StoreTests = {
  async 'adds up what was recorded, by whatever process, as any process sees it'({ store, second, now }) {
    const { entry, rows } = anAccount(now());
    await ledgerOf(store).record([entry({ counts: { calls: 1, tokens: 20 } })]);
    await ledgerOf(second).record([entry({ counts: { calls: 1, nanoUsd: 5 } }), entry()]);
    await ledgerOf(store).record([]);
    for (const view of [store, second])
      assert.deepEqual(await rows(view), [{ group: {}, counts: { calls: 3, nanoUsd: 5, tokens: 20 } }]);
  },

  async 'records an entry once that is sent again, alone or among others, by whatever process'(bench) {
    const { entry, rows } = anAccount(bench.now());
    const [store, second] = [ledgerOf(bench.store), ledgerOf(bench.second)];
    const [a, b, c] = [entry(), entry(), entry()];
    await store.record([a, b]);
    await store.record([a, b]);
    await second.record([a]);
    await second.record([a, c]);
    assert.deepEqual(await rows(bench.store), summed([a, b, c], []));
    await store.record([c, b]);
    assert.deepEqual(await rows(bench.store), summed([a, b, c], []));
  },

  async 'records an entry once that stands in a list twice'({ store, now }) {
    const { entry, rows } = anAccount(now());
    const [a, b] = [entry(), entry()];
    await ledgerOf(store).record([a, b, a, { ...b, group: { ...b.group } }]);
    assert.deepEqual(await rows(store), summed([a, b], []));
  },

  async 'records an entry once that is sent many times at once, in lists that overlap'(bench) {
    const { entry, rows } = anAccount(bench.now());
    const entries = Array.from({ length: 6 }, (_, index) => entry({ group: { user: `u${index % 2}` } }));
    const sent = Array.from({ length: 20 }, async (_, index) => {
      const list = [...entries.slice(index % 3), ...entries.slice(0, index % 4)];
      await ledgerOf(index % 2 ? bench.store : bench.second).record(index % 5 ? list : list.toReversed());
    });
    await Promise.all(sent);
    assert.deepEqual(await rows(bench.store, { by: ['user'] }), summed(entries, ['user']));
  },

  async 'records all of a list or nothing, and takes no number that is none'({ store, now }) {
    const { entry, rows } = anAccount(now());
    const good = entry();
    const bad = [
      ...NO_COUNTS.map((count) => entry({ counts: { calls: 1, tokens: count } })),
      ...NO_TIMES.map((at) => entry({ at })),
    ];
    for (const one of bad) {
      await assert.rejects(
        async () => ledgerOf(store).record([good, one]),
        Error,
        `${one.at} ${JSON.stringify(one.counts)} was recorded`,
      );
    }
    assert.deepEqual(await rows(store), [], 'the first half of a list was recorded');
    await ledgerOf(store).record([good]);
    assert.deepEqual(await rows(store), summed([good], []), 'an entry is taken for recorded that is not');
  },

  async 'records 500 entries at once'({ store, second, now }) {
    const { entry, rows } = anAccount(now());
    const entries = Array.from({ length: 500 }, (_, index) =>
      entry({ group: { user: `u${index % 7}` }, counts: { calls: 1, tokens: index } }),
    );
    await ledgerOf(store).record(entries);
    assert.deepEqual(await rows(second, { by: ['user'] }), summed(entries, ['user']));
  },

  async 'is exact up to 2^53 - 1'({ store, now }) {
    const { entry, rows } = anAccount(now());
    const entries = [
      entry({ group: { user: 'one' }, counts: { nanoUsd: Number.MAX_SAFE_INTEGER, calls: 0 } }),
      entry({ group: { user: 'two' }, counts: { nanoUsd: Number.MAX_SAFE_INTEGER - 1 } }),
      entry({ group: { user: 'two' }, counts: { nanoUsd: 1, tokens: 2 ** 40 + 1 } }),
    ];
    await ledgerOf(store).record(entries);
    assert.deepEqual(await rows(store, { by: ['user'] }), summed(entries, ['user']));
  },

  async 'tells ids and groups apart, and what was counted, whatever they look like'({ store, second, now }) {
    const { entry, rows } = anAccount(now());
    const names = [...hostileNames(), ...OF_OBJECTS, ''];
    const [ids, values, labels, counted, mixed] = [
      hostileNames().map((id) => entry({ id })),
      names.map((user) => entry({ group: { user } })),
      names.map((label) => entry({ group: Object.fromEntries([[label || 'label', 'x']]) })),
      names.map((name) => entry({ counts: Object.fromEntries([[name || 'count', 2]]) })),
      [
        ['a:b', 'c'],
        ['a', 'b:c'],
        ['a', 'b'],
        ['b', 'a'],
        ['a","b', ''],
        ['a', '","b'],
      ].map(([agent = '', user = '']) => entry({ group: { agent, user } })),
    ];
    await ledgerOf(store).record([...ids, ...ids]);
    for (const list of [values, labels, counted, mixed]) await ledgerOf(second).record(list);
    const all = [...ids, ...values, ...labels, ...counted, ...mixed];
    assert.deepEqual(await rows(store), summed(all, []));
    assert.deepEqual(
      await rows(store, { by: ['agent', 'user'] }),
      summed(all, ['agent', 'user']),
      'values of groups are mixed up',
    );
    const asked = names.filter((name) => name !== '');
    assert.deepEqual(await rows(second, { by: asked }), summed(all, asked), 'names of groups are mixed up');
  },

  async 'takes a group for the same in whatever order its names stand'({ store, now }) {
    const { entry, rows } = anAccount(now());
    const entries = [
      entry({ group: { agent: 'a', user: 'u' } }),
      entry({ group: { user: 'u', agent: 'a' } }),
    ];
    await ledgerOf(store).record(entries);
    assert.deepEqual(await rows(store, { by: ['user', 'agent'] }), [
      { group: { agent: 'a', user: 'u' }, counts: { calls: 2 } },
    ]);
  },

  async 'keeps nothing that its caller may change'({ store, now }) {
    const { entry, rows } = anAccount(now());
    const [group, counts] = [{ user: 'one' }, { calls: 1 }];
    const given = { ...entry(), counts };
    Object.assign(group, given.group);
    const list = [{ ...given, group }];
    await ledgerOf(store).record(list);
    group.user = 'another';
    counts.calls = 100;
    list.length = 0;
    assert.deepEqual(await rows(store, { by: ['user'] }), [{ group: { user: 'one' }, counts: { calls: 1 } }]);
  },
};
