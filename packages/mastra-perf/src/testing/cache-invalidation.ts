import assert from 'node:assert/strict';
import type { CacheStore } from '../stores/cache-store.ts';
import { anEntry, bytes, isServed, LONG_MS, textsAt, written } from './sample-entries.ts';
import { fresh, hostileNames } from './fresh-names.ts';
import type { StoreTests } from './store-suite.ts';

const MANY = 2000;

export const invalidationTests: StoreTests = {
  async 'takes away the entries with the tag, for every process, and no others'({ store, second }) {
    const [a, b, c] = [fresh('tag'), fresh('tag'), fresh('tag')];
    const tagged = [[a], [b], [a, b], [c, a], [], [`${a}x`], [a.slice(0, -1)]];
    const entries = [];
    for (const tags of tagged) entries.push(await written(store.cache, { tags }));
    const keys = entries.map(({ key }) => key);
    await second.cache.invalidateTags([a]);
    for (const { cache } of [store, second]) {
      const expected = keys.map((key, index) => (tagged[index]?.includes(a) ? undefined : key));
      assert.deepEqual(await textsAt(cache, keys), expected);
    }
  },

  async 'takes several tags at once, known or not'({ store, second }) {
    const [a, b] = [fresh('tag'), fresh('tag')];
    const entries = [await written(store.cache, { tags: [a] }), await written(store.cache, { tags: [b] })];
    const other = await written(store.cache, { tags: [fresh('tag')] });
    await store.cache.invalidateTags([fresh('none'), b, a, b]);
    for (const entry of entries) assert.ok(!(await isServed(second.cache, entry)));
    assert.ok(await isServed(second.cache, other));
  },

  async 'never serves an entry that is written afterwards but was begun before'({ store, second }) {
    const tag = fresh('tag');
    const entry = await anEntry(store.cache, { tags: [tag] });
    await second.cache.invalidateTags([tag]);
    assert.deepEqual(await store.cache.setMany([entry]), [false]);
    for (const { cache } of [store, second])
      assert.ok(!(await isServed(cache, entry)), 'the older write survived');
  },

  async 'an older write does not survive when an entry of a later one is there'({ store, second }) {
    const tag = fresh('tag');
    const older = await anEntry(store.cache, { tags: [tag], value: bytes('older') });
    await second.cache.invalidateTags([tag]);
    const later = await written(second.cache, { key: older.key, tags: [tag], value: bytes('later') });
    assert.deepEqual(await store.cache.setMany([older]), [false]);
    assert.deepEqual(await textsAt(store.cache, [later.key]), ['later']);
  },

  async 'serves an entry that was begun afterwards'({ store, second }) {
    const tag = fresh('tag');
    const { key } = await written(store.cache, { tags: [tag] });
    await store.cache.invalidateTags([tag]);
    const later = await anEntry(second.cache, { key, tags: [tag], value: bytes('later') });
    assert.deepEqual(await second.cache.setMany([later]), [true]);
    assert.deepEqual(await textsAt(store.cache, [key]), ['later']);
  },

  async 'counts for each time that it happens'({ store, second }) {
    const tag = fresh('tag');
    for (let round = 0; round < 3; round++) {
      const entry = await written(store.cache, { tags: [tag] });
      assert.ok(await isServed(second.cache, entry));
      await second.cache.invalidateTags([tag]);
      assert.ok(!(await isServed(store.cache, entry)));
    }
  },

  async 'an entry answers for the tags that it has, not for those that it replaced'({ store: { cache } }) {
    const [old, current] = [fresh('tag'), fresh('tag')];
    const { key } = await written(cache, { tags: [old] });
    await written(cache, { key, tags: [current] });
    await cache.invalidateTags([old]);
    assert.deepEqual(await textsAt(cache, [key]), [key]);
    await cache.invalidateTags([current]);
    assert.deepEqual(await textsAt(cache, [key]), [undefined]);
  },

  async 'counts for a reader who names the tag, whether or not the entry carries it'({ store, second }) {
    const [tag, other] = [fresh('tag'), fresh('tag')];
    const { key } = await written(store.cache, { tags: [other] });
    assert.deepEqual(await textsAt(second.cache, [key], [tag]), [key]);
    await second.cache.invalidateTags([tag]);
    for (const { cache } of [store, second]) {
      assert.deepEqual(await textsAt(cache, [key], [fresh('none'), tag]), [undefined]);
      assert.deepEqual(await textsAt(cache, [key], [other]), [key]);
      assert.deepEqual(await textsAt(cache, [key]), [key]);
    }
    await written(store.cache, { key });
    assert.deepEqual(await textsAt(second.cache, [key], [tag]), [key]);
  },

  async 'each read of one request has tags of its own'({ store: { cache } }) {
    const tag = fresh('tag');
    const { key } = await written(cache);
    const { key: other } = await written(cache);
    await cache.invalidateTags([tag]);
    const found = await cache.getMany([
      { key, tags: [tag] },
      { key },
      { key: other, tags: [] },
      { key: other, tags: [tag] },
    ]);
    assert.deepEqual(
      found.map((entry) => entry !== undefined),
      [false, true, true, false],
    );
  },

  async 'tells what would be served, without the entries'({ store, second }) {
    const [a, b] = [fresh('tag'), fresh('tag')];
    const before = await store.cache.stamp();
    await second.cache.invalidateTags([a]);
    const after = await store.cache.stamp();
    const claims = [
      { tags: [a], stamp: before },
      { tags: [b], stamp: before },
      { tags: [b, a], stamp: before },
      { tags: [], stamp: before },
      { tags: [a, b], stamp: after },
    ];
    const entries = claims.map((claim) => ({
      ...claim,
      key: fresh('key'),
      value: bytes('v'),
      ttlMs: LONG_MS,
    }));
    const expected = [false, true, false, true, true];
    assert.deepEqual(await store.cache.areCurrent(claims), expected);
    assert.deepEqual(await store.cache.setMany(entries), expected);
    const served = await second.cache.getMany(entries.map(({ key }) => ({ key })));
    assert.deepEqual(
      served.map((entry) => entry !== undefined),
      expected,
    );
  },

  async 'tells tags apart, whatever they look like'({ store: { cache } }) {
    const tags = hostileNames();
    const stamp = await cache.stamp();
    const entries = tags.map((tag) => ({
      key: fresh('key'),
      value: bytes('v'),
      tags: [tag],
      stamp,
      ttlMs: LONG_MS,
    }));
    await cache.setMany(entries);
    const keys = entries.map(({ key }) => ({ key }));
    const found = await cache.getMany(keys);
    assert.deepEqual(
      found.map((entry) => entry?.tags),
      tags.map((tag) => [tag]),
    );
    for (const [index, tag] of tags.entries()) {
      await cache.invalidateTags([tag]);
      const left = (await cache.getMany(keys)).map((entry) => entry !== undefined);
      const expected = tags.map((_, other) => other > index);
      assert.deepEqual(left, expected, `after the invalidation of ${JSON.stringify(tag)}`);
    }
  },

  async 'costs as many round trips for 2,000 entries as for one'({ store: { cache }, roundTrips }) {
    if (!roundTrips) return { needs: 'roundTrips' };
    await cache.invalidateTags([fresh('none')]); // what is needed only once may be fetched now
    const costs = [];
    for (const count of [1, MANY]) {
      const tag = fresh('tag');
      const keys = await manyWith(cache, tag, count);
      const before = roundTrips();
      await cache.invalidateTags([tag]);
      costs.push(roundTrips() - before);
      const left = await textsAt(cache, [keys[0] ?? '', keys.at(-1) ?? '']);
      assert.deepEqual(left, [undefined, undefined]);
    }
    assert.equal(costs[1], costs[0]);
  },
};

async function manyWith(cache: CacheStore, tag: string, count: number): Promise<string[]> {
  const stamp = await cache.stamp();
  const keys = Array.from({ length: count }, () => fresh('key'));
  for (let at = 0; at < count; at += 500) {
    const chunk = keys.slice(at, at + 500);
    await cache.setMany(chunk.map((key) => ({ key, value: bytes('v'), tags: [tag], stamp, ttlMs: LONG_MS })));
  }
  return keys;
}
