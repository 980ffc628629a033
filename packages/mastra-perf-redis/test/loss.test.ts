import { randomUUID } from 'node:crypto';
import { service, startRedis } from '@mastra-perf/testkit';
import { Redis } from 'ioredis';
import { MAX_TTL_MS } from 'mastra-perf';
import { afterAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { redisStore, type RedisStore } from '../src/index.ts';
import { begun, isServed, written } from './sample-writes.ts';

const redis = await service(startRedis, 'Redis');
afterAll(() => redis.skip ?? redis.service.stop());
const full = await service(startRedis, 'Redis');
afterAll(() => full.skip ?? full.service.stop());
/** The settings of the server of `REDIS_URL` are not changed. */
const notOurs = full.skip ?? (full.service.owned ? undefined : 'the server is not ours');

const DAY_US = 86_400_000_000;

/** Until the connection is there again. */
async function untilServed(cache: RedisStore['cache']): Promise<void> {
  await vi.waitFor(() => cache.stamp(), { timeout: 5000, interval: 20 });
}

describe.skipIf(redis.skip)('what the server loses or holds', () => {
  let store: RedisStore;
  let admin: Redis;
  let marks: string;
  let entryKey: (key: string) => string;

  beforeEach(async () => {
    const prefix = `${redis.service.prefix}${randomUUID()}`;
    marks = `${prefix}:{c}:marks`;
    entryKey = (key) => `${prefix}:#e:${key}`;
    store = redisStore({ url: redis.service.url, prefix });
    admin = new Redis(redis.service.url);
    onTestFinished(async () => {
      await store.close();
      admin.disconnect();
    });
    await store.connect();
  });

  test('without the marks nothing counts that came before, written or under way', async () => {
    const { cache } = store;
    const standing = await written(cache, { tags: ['tag'] });
    const underWay = await begun(cache);
    await admin.del(marks);
    expect(await isServed(cache, standing)).toBe(false);
    expect(await cache.areCurrent([standing, underWay])).toEqual([false, false]);
    expect(await cache.setMany([underWay])).toEqual([false]);
    expect(await isServed(cache, underWay)).toBe(false);
    const later = await written(cache, { key: standing.key });
    expect(await isServed(cache, later)).toBe(true);
    expect(await cache.areCurrent([standing, underWay, later])).toEqual([false, false, true]);
  });

  test.skipIf(notOurs)(
    'a server that is given back what it had saved before an invalidation serves nothing of it',
    async () => {
      const { cache } = store;
      const taken = await written(cache, { tags: ['tag'] });
      const underWay = await begun(cache, { tags: ['tag'] });
      await admin.save();
      await cache.invalidateTags(['tag']);
      await redis.service.restart();
      await untilServed(cache);
      expect(await admin.exists(entryKey(taken.key))).toBe(1);
      expect(await isServed(cache, taken)).toBe(false);
      expect(await cache.areCurrent([taken, underWay])).toEqual([false, false]);
      expect(await cache.setMany([underWay])).toEqual([false]);
      expect(await isServed(cache, await written(cache, { key: taken.key, tags: ['tag'] }))).toBe(true);
    },
  );

  test.each(['', 'nan', 'inf', '1e300', '-1', '0.5', 'soon'])(
    'what is noted as "%s" takes away rather than lets live',
    async (text) => {
      const { cache } = store;
      const entry = await written(cache, { tags: ['tag'] });
      await admin.hset(marks, 't:tag', text);
      expect(await isServed(cache, entry)).toBe(false);
      for (const field of ['born', 'clock']) {
        await admin.hset(marks, field, text);
        const later = await written(cache);
        expect(await isServed(cache, later)).toBe(true); // it is made anew with the next moment
        expect(await isServed(cache, entry)).toBe(false);
      }
    },
  );

  test('also if the server that has them now is half a minute behind the one that lost them', async () => {
    const { cache, leases } = store;
    const ahead = (Date.now() + 30_000) * 1000;
    await admin.hset(marks, { born: ahead, clock: ahead });
    const entry = await written(cache);
    const attempt = await leases.acquire('lease', 60_000);
    expect(entry.stamp).toBeGreaterThan(ahead);
    await admin.del(marks);
    const after = await cache.stamp();
    expect(after).toBeGreaterThan(entry.stamp);
    expect(await isServed(cache, entry)).toBe(false);
    expect(attempt.granted && (await leases.release(attempt.lease))).toBe(true);
    const next = await leases.acquire('lease', 60_000);
    expect(next.granted && attempt.granted && next.lease.token > attempt.lease.token).toBe(true);
  });

  test('the clock goes on where it was when that of the server stands or goes back', async () => {
    const ahead = (Date.now() + 3_600_000) * 1000;
    await store.cache.stamp();
    await admin.hset(marks, 'clock', ahead);
    expect(await Promise.all([1, 2, 3].map(() => store.cache.stamp()))).toEqual([
      ahead + 1,
      ahead + 2,
      ahead + 3,
    ]);
  });

  test('an entry whose tags were invalidated so long ago that it is forgotten is not current', async () => {
    const { cache } = store;
    const entry = await written(cache, { tags: ['tag'] });
    const clock = Number(await admin.hget(marks, 'clock'));
    await admin.hset(marks, { born: 1, clock: clock + 32 * DAY_US });
    expect(await isServed(cache, entry)).toBe(false);
    expect(await cache.areCurrent([entry])).toEqual([false]);
    await admin.hset(marks, { born: 1, clock: clock + 30 * DAY_US });
    expect(await isServed(cache, entry)).toBe(true);
  });

  test('no entry is kept for longer than 30 days', async () => {
    const { key } = await written(store.cache, { ttlMs: Number.MAX_SAFE_INTEGER });
    const ms = await admin.pttl(entryKey(key));
    expect(ms).toBeLessThanOrEqual(MAX_TTL_MS);
    expect(ms).toBeGreaterThan(MAX_TTL_MS - 60_000);
  });

  test('tags that were invalidated more than 31 days ago are forgotten by and by, and no others', async () => {
    const { cache } = store;
    const now = await cache.stamp();
    const fields = (name: string, age: number) =>
      Object.fromEntries(
        Array.from({ length: 1000 }, (_, index) => [`t:${name}-${index}`, now - age * DAY_US]),
      );
    await admin.hset(marks, fields('old', 31.5));
    await admin.hset(marks, fields('young', 30.5));
    for (let round = 0; round < 100; round++)
      await cache.invalidateTags(Array.from({ length: 50 }, (_, index) => `new-${round}-${index}`));
    const left = (await admin.hkeys(marks)).map((field) => field.replace(/-.*/, ''));
    const counts = Object.fromEntries(['t:old', 't:young', 't:new'].map((kind) => [kind, 0]));
    for (const kind of left) if (kind in counts) counts[kind]!++;
    expect(counts['t:young']).toBe(1000);
    expect(counts['t:new']).toBe(5000);
    // Each of 15,000 looks at one of at most 7,000 fields: one in eight is left on average.
    expect(counts['t:old']).toBeLessThan(250);
    expect(left).toEqual(expect.arrayContaining(['born', 'clock']));
  });

  test('clear leaves no mark behind', async () => {
    await store.cache.invalidateTags(['a', 'b']);
    await store.cache.clear();
    const left = await admin.hgetall(marks);
    expect(Object.keys(left).toSorted()).toEqual(['born', 'clock', 'life']);
    expect(left['born']).toBe(left['clock']);
  });

  test('an entry that cannot be read is none, and is replaced', async () => {
    const { cache } = store;
    const damages: Array<(key: string) => Promise<unknown>> = [
      (key) => admin.hdel(key, 's'),
      (key) => admin.hdel(key, 't'),
      (key) => admin.hdel(key, 'v'),
      (key) => admin.hset(key, 's', 'soon'),
      (key) => admin.hset(key, 's', '1e400'),
      (key) => admin.hset(key, 't', '["tag'),
      (key) => admin.hset(key, 't', '{"length":0}'),
      (key) => admin.hset(key, 't', '[7]'),
      // Later than anything that may be written, and nobody knows of what.
      (key) => admin.hset(key, { s: '9007199254740991', t: '?' }),
    ];
    for (const damage of damages) {
      const sound = await written(cache);
      const { key } = await written(cache, { tags: ['tag'] });
      await damage(entryKey(key));
      const found = await cache.getMany([{ key }, { key: sound.key }]);
      expect(found.map((entry) => entry !== undefined)).toEqual([false, true]);
      await written(cache, { key });
      expect(await isServed(cache, { key })).toBe(true);
    }
  });

  test('what is no entry at all is none, and does not spoil the others', async () => {
    const sound = await written(store.cache);
    await admin.set(entryKey('foreign'), 'text');
    const found = await store.cache.getMany([{ key: 'foreign' }, { key: sound.key }]);
    expect(found.map((entry) => entry !== undefined)).toEqual([false, true]);
  });
});

describe.skipIf(notOurs)('a server whose memory is full', () => {
  async function fill(policy: string): Promise<{ store: RedisStore; admin: Redis }> {
    const { url } = full.service;
    const admin = new Redis(url);
    const store = redisStore({ url, prefix: `test:${randomUUID()}` });
    onTestFinished(async () => {
      await store.close();
      await admin.config('SET', 'maxmemory', '0');
      await admin.flushall();
      admin.disconnect();
    });
    await store.connect();
    await store.cache.stamp();
    const used = Number(/used_memory:(\d+)/.exec(await admin.info('memory'))?.[1]);
    await admin.config('SET', 'maxmemory', String(used + 2 * 1024 ** 2));
    await admin.config('SET', 'maxmemory-policy', policy);
    return { store, admin };
  }

  test.each(['allkeys-lru', 'allkeys-random', 'volatile-ttl'])(
    'with %s entries and even the marks may go, but nothing invalid is served',
    async (policy) => {
      const { store, admin } = await fill(policy);
      const { cache } = store;
      const value = Buffer.alloc(50_000, 'x');
      let served = 0;
      for (let round = 0; round < 150; round++) {
        const [old, kept] = [
          await begun(cache, { tags: [`tag-${round}`], value }),
          await begun(cache, { tags: ['kept'], value }),
        ];
        await cache.setMany([old, kept]);
        await cache.invalidateTags([`tag-${round}`]);
        expect(await isServed(cache, old)).toBe(false);
        if (await isServed(cache, kept)) served++;
      }
      expect(Number(/evicted_keys:(\d+)/.exec(await admin.info('stats'))?.[1])).toBeGreaterThan(0);
      expect(served).toBeGreaterThan(50);
    },
  );

  test('with noeviction, what cannot be written is rejected and reads go on', async () => {
    const { store, admin } = await fill('noeviction');
    const { cache } = store;
    const entry = await written(cache, { tags: ['tag'] });
    await admin.config('SET', 'maxmemory', '1');
    await expect(cache.stamp()).rejects.toThrow('OOM');
    await expect(cache.setMany([entry])).rejects.toThrow('OOM');
    // That it is not carried out is told, so nobody takes it for done.
    await expect(cache.invalidateTags(['tag'])).rejects.toThrow('OOM');
    expect(await isServed(cache, entry)).toBe(true);
  });
});
