import { randomUUID } from 'node:crypto';
import { service, startRedis, until } from '@mastra-perf/testkit';
import { Redis } from 'ioredis';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { redisStore, type RedisStore } from '../src/index.ts';
import { begun, isServed, written } from './sample-writes.ts';

const redis = await service(startRedis, 'Redis');
afterAll(() => redis.skip ?? redis.service.stop());

async function open(prefix: string, url = redis.service.url): Promise<RedisStore> {
  const store = redisStore({ url, prefix });
  onTestFinished(() => store.close());
  await store.connect();
  return store;
}

test.skipIf(redis.skip)('stores with different prefixes see nothing of each other', async () => {
  const prefix = `${redis.service.prefix}${randomUUID()}`;
  // Names that would meet if a prefix, a kind and a name were only put one after another.
  const [one, other] = [await open(prefix), await open(`${prefix}:e`)];
  const entry = await written(one.cache, { key: 'e:key', tags: ['tag'] });
  expect(await other.cache.getMany([{ key: 'key' }, { key: 'e:key' }])).toEqual([undefined, undefined]);

  await other.cache.invalidateTags(['tag']);
  await other.cache.delete(['e:key', 'key']);
  await other.cache.clear();
  expect(await isServed(one.cache, entry)).toBe(true);

  expect(await one.leases.acquire('lease', 60_000)).toMatchObject({ granted: true });
  expect(await other.leases.acquire('lease', 60_000)).toMatchObject({ granted: true });

  const heard: string[] = [];
  await one.bus.subscribe('topic', { message: (text) => void heard.push(text), gap() {} });
  await other.bus.publish('topic', 'from the other');
  await one.bus.publish('topic', 'from this one');
  await until('the message is there', () => heard.length > 0);
  expect(heard).toEqual(['from this one']);
});

test.skipIf(redis.skip)('stores in different databases share nothing but messages', async () => {
  const prefix = `${redis.service.prefix}${randomUUID()}`;
  const [one, other] = [
    await open(prefix, `${redis.service.url}/1`),
    await open(prefix, `${redis.service.url}/2`),
  ];
  const entry = await written(one.cache, { tags: ['tag'] });
  expect(await isServed(other.cache, entry)).toBe(false);
  await other.cache.clear();
  expect(await isServed(one.cache, entry)).toBe(true);
});

test.skipIf(redis.skip)(
  'everything is below the prefix, and what is left behind expires or is one key',
  async () => {
    const prefix = `${redis.service.prefix}${randomUUID()}`;
    const store = await open(prefix);
    await written(store.cache, { key: 'an entry', tags: ['tag'] });
    await store.cache.invalidateTags(['tag', 'other']);
    await store.leases.acquire('a lease', 60_000);
    const admin = new Redis(redis.service.url);
    onTestFinished(() => void admin.disconnect());
    const keys = await admin.keys(`${prefix}*`);
    expect(keys.toSorted()).toEqual([
      `${prefix}:#e:an entry`,
      `${prefix}:{c}:lease:a lease`,
      `${prefix}:{c}:marks`,
    ]);
    const lives = await Promise.all(keys.toSorted().map((key) => admin.pttl(key)));
    expect(lives.map((ms) => ms > 0)).toEqual([true, true, false]);
  },
);

test.skipIf(redis.skip)('texts of any length and kind, and values from nothing to megabytes', async () => {
  const { cache } = await open(`${redis.service.prefix}${randomUUID()}`);
  const hostile = [
    '',
    '{',
    '}',
    '{}',
    '{}a}',
    'a b\nc\r\n',
    '\0',
    '\ud800',
    '\udfff',
    '\ufffd',
    '*?[a]',
    'é'.repeat(10_000),
  ];
  const values = [new Uint8Array(0), new Uint8Array(5 * 1024 ** 2).fill(7), Uint8Array.of(255, 0, 13, 10)];
  const entries = await Promise.all(
    hostile.map((key, index) => begun(cache, { key, tags: [key, ...hostile], value: values[index % 3]! })),
  );
  expect(await cache.setMany(entries)).toEqual(entries.map(() => true));
  const found = await cache.getMany(entries.map(({ key }) => ({ key })));
  for (const [index, { value, tags }] of entries.entries()) {
    expect(found[index]?.tags).toEqual(tags);
    expect(Buffer.compare(found[index]!.value, value)).toBe(0);
  }
  await cache.delete(['\ud800']);
  const left = await cache.getMany(hostile.map((key) => ({ key })));
  expect(left.flatMap((entry, index) => (entry ? [] : [hostile[index]]))).toEqual(['\ud800']);
});

test.skipIf(redis.skip)('a small value does not keep a large reply in memory', async () => {
  const { cache } = await open(`${redis.service.prefix}${randomUUID()}`);
  const entries = await Promise.all(
    Array.from({ length: 50 }, () => begun(cache, { value: Buffer.alloc(500) })),
  );
  await cache.setMany(entries);
  for (const entry of await cache.getMany(entries.map(({ key }) => ({ key }))))
    expect(entry?.value.buffer.byteLength).toBe(500);
});
