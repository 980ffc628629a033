import assert from 'node:assert/strict';
import { MAX_TTL_MS } from '../stores/cache-store.ts';
import { anEntry, bytes, isServed, LONG_MS, text, textsAt, written } from './sample-entries.ts';
import { fresh, hostileNames } from './fresh-names.ts';
import type { StoreTests } from './store-suite.ts';

const SHORT_MS = 150;

export const readingTests: StoreTests = {
  async 'gives back value, tags and stamp as they were written, to every process'({ store, second }) {
    const { key, value, tags, stamp } = await written(store.cache, { tags: ['b', 'a'].map(fresh) });
    for (const { cache } of [store, second]) {
      const [entry] = await cache.getMany([{ key }]);
      assert.ok(entry, 'the entry is not there');
      assert.deepEqual([...entry.value], [...value]);
      assert.deepEqual(entry.tags, tags);
      assert.equal(entry.stamp, stamp);
    }
  },

  async 'has nothing where nothing was written'({ store }) {
    assert.deepEqual(await store.cache.getMany([{ key: fresh('none') }]), [undefined]);
  },

  async 'answers in the order of the reads, also for absent keys and a key that is named twice'({ store }) {
    const a = await written(store.cache);
    const b = await written(store.cache);
    const none = fresh('none');
    const keys = [none, b.key, a.key, none, b.key, b.key];
    assert.deepEqual(await textsAt(store.cache, keys), [undefined, b.key, a.key, undefined, b.key, b.key]);
  },

  async 'takes a thousand entries at once, and gives them back in any order'({ store }) {
    const stamp = await store.cache.stamp();
    const entries = await Promise.all(
      Array.from({ length: 1000 }, async () => anEntry(store.cache, { stamp })),
    );
    assert.deepEqual(
      await store.cache.setMany(entries),
      entries.map(() => true),
    );
    const keys = entries.map(({ key }) => key).toReversed();
    assert.deepEqual(await textsAt(store.cache, keys), keys);
  },

  async 'takes an empty list for nothing to do'({ store: { cache } }) {
    assert.deepEqual(await cache.getMany([]), []);
    assert.deepEqual(await cache.setMany([]), []);
    assert.deepEqual(await cache.areCurrent([]), []);
    await cache.delete([]);
    await cache.invalidateTags([]);
  },

  async 'keeps every byte: none, each of the 256, a megabyte'({ store, second }) {
    const values = [
      new Uint8Array(0),
      Uint8Array.from({ length: 256 }, (_, index) => index),
      Uint8Array.from({ length: 1024 ** 2 }, (_, index) => (index * 31 + (index >> 8)) & 255),
    ];
    for (const value of values) {
      const { key } = await written(store.cache, { value });
      const [entry] = await second.cache.getMany([{ key }]);
      assert.equal(entry?.value.byteLength, value.byteLength);
      assert.ok(
        Buffer.from(value).equals(Buffer.from(entry.value)),
        `${value.byteLength} bytes were changed`,
      );
    }
  },

  async 'is not changed by what a caller does to the bytes afterwards'({ store }) {
    const value = bytes('before');
    const { key } = await written(store.cache, { value });
    value.fill(0);
    const [entry] = await store.cache.getMany([{ key }]);
    assert.equal(text(entry?.value), 'before');
    entry?.value.fill(0);
    assert.deepEqual(await textsAt(store.cache, [key]), ['before']);
  },

  async 'tells keys apart, whatever they look like'({ store }) {
    const keys = hostileNames();
    const stamp = await store.cache.stamp();
    const value = (index: number) => bytes(String(index));
    await store.cache.setMany(
      keys.map((key, index) => ({ key, value: value(index), tags: [], stamp, ttlMs: LONG_MS })),
    );
    assert.deepEqual(
      await textsAt(store.cache, keys),
      keys.map((_, index) => String(index)),
    );
    const gone = keys.filter((_, index) => index % 2 === 0);
    await store.cache.delete(gone);
    const left = await textsAt(store.cache, keys);
    for (const [index, key] of keys.entries())
      assert.equal(
        left[index],
        index % 2 === 0 ? undefined : String(index),
        `the entry of ${JSON.stringify(key)}`,
      );
  },

  async 'forgets an entry when its time is over, and no other one'(bench) {
    const { cache } = bench.store;
    const short = await written(cache, { ttlMs: SHORT_MS });
    const long = await written(cache);
    assert.ok(
      await bench.afterTime(SHORT_MS, async () => !(await isServed(cache, short))),
      'it never expired',
    );
    assert.ok(await isServed(cache, long), 'an entry expired before its time');
    assert.ok(!(await isServed(bench.second.cache, short)), 'it is still there for another process');
  },

  async 'counts the time of an entry from when it was last written'(bench) {
    const { cache } = bench.store;
    const { key } = await written(cache, { ttlMs: SHORT_MS });
    const [renewed, cut] = [await written(cache, { key }), await written(cache)];
    await written(cache, { key: cut.key, ttlMs: SHORT_MS });
    assert.ok(
      await bench.afterTime(SHORT_MS, async () => !(await isServed(cache, cut))),
      'the shorter time does not count',
    );
    assert.ok(await isServed(cache, renewed), 'the longer time does not count');
  },

  async 'keeps an entry for the longest time that may be asked for'({ store: { cache } }) {
    const entry = await anEntry(cache, { ttlMs: MAX_TTL_MS });
    assert.deepEqual(await cache.setMany([entry]), [true]);
    assert.ok(await isServed(cache, entry));
  },
};
