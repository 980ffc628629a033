import { randomUUID } from 'node:crypto';
import { service, startRedis, startRedisCluster, until } from '@mastra-perf/testkit';
import { InMemoryServerCache, MastraServerCache } from '@mastra/core/cache';
import { Cluster, Redis } from 'ioredis';
import { memoryStore } from 'mastra-perf';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { redisStore, type RedisStore } from '../src/index.ts';
import { redisServerCache } from '../src/mastra.ts';
import { countingClient } from './counting-client.ts';

const redis = await service(startRedis, 'Redis');
const cluster = await service(startRedisCluster, 'Redis Cluster');
afterAll(() => redis.skip ?? redis.service.stop());
afterAll(() => cluster.skip ?? cluster.service.stop());

const nodes = () => cluster.service.nodes.map(({ host, port }) => ({ host, port }));
const onServer = (): RedisStore => redisStore({ url: redis.service.url, prefix: `test:${randomUUID()}` });
const onCluster = (): RedisStore => redisStore({ cluster: nodes(), prefix: `test:${randomUUID()}` });
const onClient = (): RedisStore => {
  const client = new Redis(redis.service.url, { keyPrefix: 'app[*]:' });
  afterAll(() => void client.disconnect());
  return redisStore({ client, prefix: `test:${randomUUID()}` });
};

/** What Mastra's own cache in memory does is what ours does. */
describe.each<[name: string, skip: string | undefined, openStore: (() => RedisStore) | undefined]>([
  ['the cache of Mastra in memory', undefined, undefined],
  ['ours on one server', redis.skip, onServer],
  ['ours on a given client with a key prefix', redis.skip, onClient],
  ['ours on a Cluster', cluster.skip, onCluster],
])('%s', (_name, skip, openStore) => {
  let store: RedisStore | undefined;
  let cache: MastraServerCache;
  const open = (options: { ttlMs?: number } = {}): MastraServerCache =>
    store ? redisServerCache(store, { prefix: randomUUID(), ...options }) : new InMemoryServerCache(options);
  beforeAll(() => {
    if (skip) return;
    store = openStore?.();
    cache = open();
  });
  afterAll(() => store?.close());

  const cases: Readonly<Record<string, () => Promise<void>>> = {
    async 'is a cache of Mastra'() {
      expect(cache).toBeInstanceOf(MastraServerCache);
    },

    async 'gives back what was set, and nothing where nothing was'() {
      const values = [
        'text',
        '',
        7,
        -1.5,
        0,
        true,
        false,
        null,
        { a: [1, { b: null }] },
        [],
        'null',
        '{"a":1}',
      ];
      for (const value of values) {
        await cache.set('key', value);
        expect(await cache.get('key')).toEqual(value);
      }
      expect(await cache.get('none')).toBeUndefined();
    },

    async 'takes undefined for nothing'() {
      await cache.set('key', 'value');
      await cache.set('key', undefined);
      expect(await cache.get('key')).toBeUndefined();
    },

    async 'deletes values, lists and counters'() {
      await cache.set('value', 1);
      await cache.listPush('list', 1);
      await cache.increment('counter');
      for (const key of ['value', 'list', 'counter', 'none']) {
        await cache.delete(key);
        expect(await cache.get(key)).toBeUndefined();
      }
      expect(await cache.listLength('list')).toBe(0);
      expect(await cache.increment('counter')).toBe(1);
    },

    async 'keeps the order of a list, and gives any part of it'() {
      for (const value of ['a', { b: 1 }, 3, null, 'e']) await cache.listPush('list', value);
      expect(await cache.listLength('list')).toBe(5);
      const all = ['a', { b: 1 }, 3, null, 'e'];
      const parts: Array<[from: number, to: number | undefined, expected: unknown[]]> = [
        [0, undefined, all],
        [0, -1, all],
        [1, 2, [{ b: 1 }, 3]],
        [3, 100, [null, 'e']],
        [5, undefined, []],
        [100, 200, []],
        [0, 0, ['a']],
        [2, 1, []],
        [-2, undefined, [null, 'e']],
        [-100, 0, ['a']],
        [0, -3, ['a', { b: 1 }, 3]],
        [0, -100, []],
      ];
      for (const [from, to, expected] of parts)
        expect(await cache.listFromTo('list', from, to)).toEqual(expected);
    },

    async 'has no list where there is none'() {
      expect(await cache.listLength('none')).toBe(0);
      expect(await cache.listFromTo('none', 0)).toEqual([]);
    },

    async 'a list is a value as well, and a set value replaces it'() {
      await cache.listPush('list', 1);
      await cache.listPush('list', 2);
      expect(await cache.get('list')).toEqual([1, 2]);
      await cache.set('list', 'value');
      expect(await cache.get('list')).toBe('value');
    },

    async 'what is no list is not taken for one'() {
      await cache.set('value', 'text');
      await expect(cache.listPush('value', 1)).rejects.toThrow('value exists but is not an array');
      await expect(cache.listLength('value')).rejects.toThrow('value exists but is not an array');
      expect(await cache.listFromTo('value', 0)).toEqual([]);
    },

    async 'counts from 1, on from a number that was set'() {
      expect([await cache.increment('a'), await cache.increment('a'), await cache.increment('b')]).toEqual([
        1, 2, 1,
      ]);
      expect(await cache.get('a')).toBe(2);
      await cache.set('a', 40);
      expect(await cache.increment('a')).toBe(41);
    },

    async 'counts each time once, also at the same time'() {
      const counted = await Promise.all(Array.from({ length: 100 }, () => cache.increment('many')));
      expect(counted.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    },

    async 'does not count what is no number'() {
      await cache.set('text', 'text');
      await cache.listPush('list', 1);
      await expect(cache.increment('text')).rejects.toThrow('text exists but is not a number');
      await expect(cache.increment('list')).rejects.toThrow('list exists but is not a number');
    },

    async 'pushes with an index that it counts itself'() {
      expect(await cache.listPushIndexed('list', 'counter', { type: 'a' })).toBe(0);
      expect(await cache.listPushIndexed('list', 'counter', {})).toBe(1);
      expect(
        await cache.listPushIndexed('list', 'counter', { index: 77, big: 2 ** 53, deep: [{}, []] }),
      ).toBe(2);
      expect(await cache.listFromTo('list', 0)).toEqual([
        { type: 'a', index: 0 },
        { index: 1 },
        { big: 2 ** 53, deep: [{}, []], index: 2 },
      ]);
      expect(await cache.increment('counter')).toBe(4);
    },

    async 'clears all that is its own'() {
      for (let index = 0; index < 1200; index++) void cache.set(`key-${index}`, index);
      await cache.listPush('list', 1);
      await cache.increment('counter');
      await cache.set('*', 1);
      await cache.clear();
      const keys = ['list', 'counter', '*', ...Array.from({ length: 1200 }, (_, index) => `key-${index}`)];
      expect(await Promise.all(keys.map((key) => cache.get(key)))).toEqual(keys.map(() => undefined));
    },

    async 'tells keys apart, whatever they look like'() {
      const keys = [
        '',
        ' ',
        'a',
        'A',
        'a:',
        ':a',
        '{a}',
        '{',
        '*',
        '[a]',
        'é',
        '😀',
        'a\nb',
        'x'.repeat(5000),
      ];
      for (const key of keys) await cache.set(key, key);
      for (const key of keys) expect(await cache.get(key)).toBe(key);
    },

    async 'forgets after the time that the writer gives, or its own'() {
      const short = open({ ttlMs: 100 });
      await Promise.all([
        cache.set('short', 1, 100),
        short.set('value', 1),
        short.listPush('list', 1),
        short.increment('counter'),
        short.listPushIndexed('indexed', 'its counter', {}),
      ]);
      await Promise.all([short.set('long', 1, 60_000), cache.set('long', 1), short.set('for ever', 1, 0)]);
      await until('they are gone', async () => {
        const keys = ['value', 'list', 'counter', 'indexed', 'its counter'];
        const found = await Promise.all([cache.get('short'), ...keys.map((key) => short.get(key))]);
        return found.every((value) => value === undefined);
      });
      expect([await short.get('long'), await cache.get('long'), await short.get('for ever')]).toEqual([
        1, 1, 1,
      ]);
    },

    async 'counts the time of a list and of a counter from when they were last written'() {
      const short = open({ ttlMs: 150 });
      await Promise.all([short.listPush('list', 0), short.increment('counter'), short.listPush('old', 0)]);
      // For as long as it takes until what was not written again is gone.
      await until('the old one is gone', async () => {
        await Promise.all([short.listPush('list', 1), short.increment('counter')]);
        return (await short.listLength('old')) === 0;
      });
      expect(await short.listFromTo('list', 0, 0)).toEqual([0]);
      expect(await short.get('counter')).toBeGreaterThan(1);
    },
  };
  for (const [title, run] of Object.entries(cases)) {
    test.skipIf(skip)(`${title}`, async () => {
      cache = open();
      await run();
    });
  }
});

test.skipIf(redis.skip)(
  'every operation on one server is one round trip, and uses the connection of the store',
  async () => {
    const client = new Redis(redis.service.url);
    const counting = countingClient(client);
    const store = redisStore({ client: counting.client, prefix: `test:${randomUUID()}` });
    onTestFinished(async () => {
      await store.close();
      client.disconnect();
    });
    const cache = redisServerCache(store);
    const operations: Array<() => Promise<unknown>> = [
      () => cache.set('value', 1),
      () => cache.get('value'),
      () => cache.listPush('list', 1),
      () => cache.listFromTo('list', 0),
      () => cache.listLength('list'),
      () => cache.increment('counter'),
      () => cache.listPushIndexed('indexed', 'its counter', {}),
      () => cache.delete('value'),
    ];
    for (const operation of operations) await operation();
    for (const operation of operations) {
      const before = counting.roundTrips();
      await operation();
      expect(counting.roundTrips() - before).toBe(1);
    }
    expect(new Set(counting.commands.map(([name]) => name))).not.toContain('keys');
  },
);

test.skipIf(redis.skip)('caches of one store, and the store itself, see nothing of each other', async () => {
  const store = onServer();
  onTestFinished(() => store.close());
  const [one, other] = [redisServerCache(store), redisServerCache(store, { prefix: 'e' })];
  await one.set('key', 'one');
  await other.set('key', 'other');
  const stamp = await store.cache.stamp();
  await store.cache.setMany([{ key: 'key', value: Buffer.from('entry'), tags: [], stamp, ttlMs: 60_000 }]);
  await other.clear();
  expect([await one.get('key'), await other.get('key')]).toEqual(['one', undefined]);
  await one.clear();
  const [entry] = await store.cache.getMany([{ key: 'key' }]);
  expect(Buffer.from(entry!.value).toString()).toBe('entry');
  await store.cache.clear();
  await one.set('key', 'again');
  expect(await one.get('key')).toBe('again');
});

test.skipIf(cluster.skip)('clear leaves nothing on any node of a Cluster', async () => {
  const prefix = `test:${randomUUID()}`;
  const store = redisStore({ cluster: nodes(), prefix });
  const admin = new Cluster(nodes());
  onTestFinished(async () => {
    await store.close();
    admin.disconnect();
  });
  const cache = redisServerCache(store);
  await Promise.all(Array.from({ length: 300 }, (_, index) => cache.set(`key-${index}`, index)));
  const left = async () => {
    const keys = await Promise.all(admin.nodes('master').map((node) => node.keys(`${prefix}:*`)));
    return keys.map((some) => some.length);
  };
  expect((await left()).every((count) => count > 0)).toBe(true);
  await cache.clear();
  expect(await left()).toEqual([0, 0, 0]);
});

test.each<[path: string, make: () => unknown]>([
  ['redisServerCache.store', () => redisServerCache(memoryStore())],
  ['redisServerCache.store', () => redisServerCache(undefined as never)],
  ['redisServerCache.ttlMs', () => redisServerCache(redisStore({ url: 'redis://localhost' }), { ttlMs: -1 })],
  [
    'redisServerCache.ttlMs',
    () => redisServerCache(redisStore({ url: 'redis://localhost' }), { ttlMs: 0.5 }),
  ],
  [
    'redisServerCache.prefix',
    () => redisServerCache(redisStore({ url: 'redis://localhost' }), { prefix: 'a:b' }),
  ],
])('a wrong option is told: %s', (path, make) => {
  expect(make).toThrow(expect.objectContaining({ path, code: 'MASTRA_PERF_CONFIG' }));
});
