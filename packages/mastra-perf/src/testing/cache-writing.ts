import assert from 'node:assert/strict';
import { anEntry, bytes, isServed, textsAt, written } from './sample-entries.ts';
import { fresh } from './fresh-names.ts';
import type { StoreTests } from './store-suite.ts';

export const writingTests: StoreTests = {
  async 'stamps grow with each one, whichever process takes it'({ store, second }) {
    const stamps: number[] = [];
    for (let round = 0; round < 20; round++) stamps.push(await (round % 3 ? store : second).cache.stamp());
    for (const [index, stamp] of stamps.entries()) {
      assert.ok(Number.isFinite(stamp), `${stamp} is no moment`);
      assert.ok(index === 0 || stamp > (stamps[index - 1] ?? 0), `${stamp} came after ${stamps[index - 1]}`);
    }
  },

  async 'stamps that are taken at the same time differ'({ store, second }) {
    const views = Array.from({ length: 40 }, (_, index) => (index % 2 ? store : second));
    const stamps = await Promise.all(views.map(async ({ cache }) => cache.stamp()));
    assert.equal(new Set(stamps).size, stamps.length);
  },

  async 'a later entry replaces an earlier one, with all that it had'({ store, second }) {
    const { key } = await written(store.cache, { tags: [fresh('old')] });
    const later = { ...(await anEntry(second.cache, { tags: [fresh('new')] })), key, value: bytes('later') };
    assert.deepEqual(await second.cache.setMany([later]), [true]);
    const [entry] = await store.cache.getMany([{ key }]);
    assert.deepEqual([entry?.tags, entry?.stamp], [later.tags, later.stamp]);
    assert.deepEqual(await textsAt(store.cache, [key]), ['later']);
  },

  async 'an earlier entry never replaces a later one, and is told so'({ store, second }) {
    const earlier = await anEntry(store.cache, { value: bytes('earlier') });
    const later = await written(second.cache, { key: earlier.key, value: bytes('later') });
    assert.deepEqual(await store.cache.setMany([earlier]), [false]);
    for (const { cache } of [store, second]) assert.deepEqual(await textsAt(cache, [later.key]), ['later']);
  },

  async 'writing the same entry again changes nothing'({ store: { cache } }) {
    const entry = await written(cache);
    assert.deepEqual(await cache.setMany([entry]), [true]);
    assert.deepEqual(await textsAt(cache, [entry.key]), [entry.key]);
  },

  async 'tells of each entry, in order, whether it stands'({ store: { cache } }) {
    const tag = fresh('tag');
    const invalidated = await anEntry(cache, { tags: [fresh('other'), tag] });
    const superseded = await anEntry(cache);
    await written(cache, { key: superseded.key });
    await cache.invalidateTags([tag]);
    const good = [await anEntry(cache, { tags: [tag] }), await anEntry(cache)] as const;
    const entries = [good[0], invalidated, good[1], superseded];
    assert.deepEqual(await cache.setMany(entries), [true, false, true, false]);
    assert.ok(!(await isServed(cache, invalidated)), 'an entry that was refused is served');
    assert.ok(
      (await isServed(cache, good[0])) && (await isServed(cache, good[1])),
      'an entry that stands is not served',
    );
  },

  async 'a write that is refused leaves alone what stands there'({ store, second }) {
    const tag = fresh('tag');
    const standing = await written(store.cache, { tags: [fresh('other')] });
    const invalid = await anEntry(second.cache, { key: standing.key, tags: [tag], value: bytes('invalid') });
    await store.cache.invalidateTags([tag]);
    assert.deepEqual(await second.cache.setMany([invalid]), [false]);
    assert.deepEqual(await textsAt(store.cache, [standing.key]), [standing.key]);
  },

  async 'delete takes these entries away for every process, and no others'({ store, second }) {
    const entries = [await written(store.cache), await written(store.cache), await written(store.cache)];
    const keys = entries.map(({ key }) => key);
    await second.cache.delete([fresh('none'), ...keys.slice(1)]);
    for (const { cache } of [store, second])
      assert.deepEqual(await textsAt(cache, keys), [keys[0], undefined, undefined]);
  },

  async 'what is under way while its key is deleted is stored all the same'({ store, second }) {
    const entry = await anEntry(store.cache);
    await written(store.cache, { key: entry.key, stamp: entry.stamp });
    await second.cache.delete([entry.key]);
    assert.deepEqual(await store.cache.setMany([entry]), [true]);
    assert.ok(await isServed(second.cache, entry));
  },

  async 'clear takes everything away for every process, what is under way included'({ store, second }) {
    const standing = [await written(store.cache), await written(second.cache, { tags: [fresh('tag')] })];
    const underWay = [await anEntry(store.cache), await anEntry(second.cache, { tags: [fresh('tag')] })];
    await store.cache.clear();
    for (const { cache } of [store, second])
      for (const entry of standing) assert.ok(!(await isServed(cache, entry)), 'an entry was left');
    assert.deepEqual(await second.cache.areCurrent(standing), [false, false]);
    assert.deepEqual(await second.cache.setMany(underWay), [false, false]);
    for (const entry of underWay) assert.ok(!(await isServed(store.cache, entry)), 'an older write survived');
    const later = await written(second.cache);
    assert.ok(await isServed(store.cache, later), 'nothing can be stored any more');
  },
};
