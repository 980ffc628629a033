import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import {
  reasonOf,
  service,
  startDelayProxy,
  startRedis,
  until,
  untilWorks,
  within,
} from '@mastra-perf/testkit';
import { Redis } from 'ioredis';
import { isPerfError } from 'mastra-perf';
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { redisStore, type RedisStore } from '../src/index.ts';
import { killConnections } from './kill-connections.ts';
import { failOnPrinting } from './not-printed.ts';
import { isServed, written } from './sample-writes.ts';

const redis = await service(startRedis, 'Redis');
afterAll(() => redis.skip ?? redis.service.stop());
/** The server of `REDIS_URL` is not killed. */
const notOurs = redis.skip ?? (redis.service.owned ? undefined : 'the server is not ours');

/** So short that a test with a server that hangs need not take long. */
const HANGS_MS = 300;
/** Longer than any operation may take then, on a busy machine. */
const SOON_MS = 4000;

function open(url: string, options: object = {}): RedisStore {
  const prefix = `test:${randomUUID()}`;
  const store = redisStore({ url, prefix, options: { socketTimeout: HANGS_MS, ...options } });
  onTestFinished(() => store.close());
  return store;
}

const failed = async (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => false,
    () => true,
  );

failOnPrinting();

describe('a port where nobody listens', () => {
  test('connect rejects and says why, and so does every operation, at once', async () => {
    const store = open('redis://127.0.0.1:1');
    await expect(store.connect()).rejects.toThrow('ECONNREFUSED');
    const operations = [
      store.cache.stamp(),
      store.cache.getMany([{ key: 'a' }]),
      store.cache.clear(),
      store.leases.acquire('a', 1),
      store.bus.publish('a', ''),
      store.bus.subscribe('a', { message() {}, gap() {} }),
      store.health(),
    ];
    for (const result of await Promise.allSettled(operations)) {
      expect(result.status).toBe('rejected');
      const { reason } = result as PromiseRejectedResult;
      expect(isPerfError(reason) && reason.code).toBe('MASTRA_PERF_STORE');
      expect(String(reason)).toContain('not connected');
    }
  });

  test('operations before connect() begin it and wait for it, once for all', async () => {
    const store = open('redis://127.0.0.1:1');
    for (const result of await Promise.allSettled([store.cache.stamp(), store.connect(), store.health()]))
      expect(String((result as PromiseRejectedResult).reason)).toContain('ECONNREFUSED');
  });
});

describe.skipIf(notOurs)('a server that goes', () => {
  test('and comes: everything works again by itself, a lost clock included', async () => {
    const store = open(redis.service.url);
    await store.connect();
    const gaps: string[] = [];
    const heard: string[] = [];
    await store.bus.subscribe('topic', {
      message: (text) => void heard.push(text),
      gap: () => void gaps.push('gap'),
    });
    const entry = await written(store.cache);

    redis.service.kill();
    await until('an operation fails', () => failed(store.cache.stamp()));
    await redis.service.restart();
    await untilWorks('the server is there again', () => store.health());

    expect(await isServed(store.cache, entry)).toBe(false);
    const later = await written(store.cache, { key: entry.key });
    expect(later.stamp).toBeGreaterThan(entry.stamp);
    expect(await isServed(store.cache, later)).toBe(true);
    await until('the subscriber was told', () => gaps.length > 0);
    await store.bus.publish('topic', 'text');
    await until('the message is there', () => heard.length > 0);
    expect([heard, gaps]).toEqual([['text'], ['gap']]);
  });

  test('while commands are under way: each of them settles', async () => {
    const store = open(redis.service.url);
    await store.connect();
    const underWay = Array.from({ length: 200 }, () => failed(store.cache.stamp()));
    redis.service.kill();
    await within(SOON_MS, Promise.all(underWay));
    await redis.service.restart();
    await untilWorks('the server is there again', () => store.cache.stamp());
  });

  test('that was not there at first: the store connects when it comes', async () => {
    redis.service.kill();
    const store = open(redis.service.url);
    expect(await failed(store.connect())).toBe(true);
    await redis.service.restart();
    await untilWorks('the server is there', () => store.connect());
    expect(await store.cache.stamp()).toBeGreaterThan(0);
  });
});

describe.skipIf(notOurs)('a server that hangs', () => {
  beforeEach(() => () => redis.service.thaw());

  test('lets commands wait until the connection is given up, then they fail at once, and it comes back', async () => {
    const store = open(redis.service.url);
    await store.connect();
    redis.service.freeze();
    const waiting = Array.from({ length: 20 }, () => failed(store.cache.stamp()));
    expect(await within(SOON_MS, Promise.all(waiting))).toEqual(Array(20).fill(true));
    // From now on there is nothing to wait for.
    const refused = await within(HANGS_MS / 2, Promise.allSettled([store.cache.stamp(), store.health()]));
    for (const result of refused)
      expect(String((result as PromiseRejectedResult).reason)).toContain('not connected');
    redis.service.thaw();
    await untilWorks('the server answers', () => store.cache.stamp());
  });

  test('does not hold up connect', async () => {
    redis.service.freeze();
    const store = open(redis.service.url);
    await expect(within(SOON_MS, store.connect())).rejects.toThrow(/Socket timeout|closed/);
    redis.service.thaw();
    await untilWorks('the server answers', () => store.connect());
  });

  test('takes no more memory than a bound, also where a client may wait for ever', async () => {
    const store = open(redis.service.url, { socketTimeout: 60_000 });
    await store.connect();
    redis.service.freeze();
    const value = Buffer.alloc(8 * 1024 ** 2);
    const attempts: Array<Promise<string>> = [];
    for (let attempt = 0; attempt < 20; attempt++) {
      const write = { key: 'a', value, tags: [], stamp: 1, ttlMs: 1000 };
      attempts.push(store.cache.setMany([write]).then(() => 'done', String));
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Eight of 8 MB fill it; the others are told at once.
    const refused = await within(SOON_MS, Promise.all(attempts.slice(8)));
    expect(new Set(refused)).toEqual(new Set([expect.stringContaining('the server hangs')]));
    redis.service.thaw();
    expect(await within(SOON_MS, Promise.all(attempts.slice(0, 8)))).toEqual(Array(8).fill('done'));
    expect(await store.cache.stamp()).toBeGreaterThan(0);
  });
});

describe.skipIf(redis.skip)('a network that breaks', () => {
  test('in the middle of replies: all settle, and it goes on', async () => {
    await using proxy = await startDelayProxy({ target: redis.service });
    const store = open(`redis://127.0.0.1:${proxy.port}`);
    await store.connect();
    const entry = await written(store.cache, { value: Buffer.alloc(1024 ** 2) });
    for (let round = 0; round < 5; round++) {
      const reads = Array.from({ length: 10 }, () => failed(store.cache.getMany([entry])));
      proxy.cut();
      await within(SOON_MS, Promise.all(reads));
      await untilWorks('the connection is there again', () => store.health());
    }
    expect(await isServed(store.cache, entry)).toBe(true);
  });

  test('that refuses for a while: the store comes back', async () => {
    await using proxy = await startDelayProxy({ target: redis.service });
    const store = open(`redis://127.0.0.1:${proxy.port}`);
    await store.connect();
    proxy.refuse();
    proxy.cut();
    await until('an operation fails', () => failed(store.cache.stamp()));
    await proxy.accept();
    await untilWorks('the server is there again', () => store.cache.stamp());
  });

  test('for messages only: the others are not disturbed', async () => {
    const connectionName = randomUUID();
    const store = open(redis.service.url, { connectionName });
    const gaps: string[] = [];
    await store.bus.subscribe('topic', { message() {}, gap: () => void gaps.push('gap') });
    expect(await killConnections(redis.service, connectionName, 'pubsub')).toBe(1);
    expect(await store.cache.stamp()).toBeGreaterThan(0);
    await until('the subscriber was told', () => gaps.length > 0);
  });
});

describe.skipIf(redis.skip)('a server that refuses', () => {
  test.each([
    ['a wrong password', (url: string) => url.replace('//', '//nobody:wrong-password@'), 'WRONGPASS'],
    // ioredis would go on in database 0.
    ['a database that is not there', (url: string) => `${url}/99999`, 'DB index is out of range'],
  ])('%s: connect and all operations reject', async (_what, urlOf, why) => {
    const store = open(urlOf(redis.service.url));
    const error = await reasonOf(store.connect());
    expect(String(error)).toContain(why);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('wrong-password');
    for (let attempt = 0; attempt < 5; attempt++) {
      expect(await failed(store.cache.stamp())).toBe(true);
      expect(await failed(store.connect())).toBe(true);
    }
  });
});

test.skipIf(redis.skip)('no error carries what was to be stored', async () => {
  const prefix = `test:${randomUUID()}`;
  const store = redisStore({ url: redis.service.url, prefix });
  const admin = new Redis(redis.service.url);
  onTestFinished(async () => {
    await store.close();
    admin.disconnect();
  });
  await admin.set(`${prefix}:#e:key`, 'of another type, at which the script fails');
  const value = Buffer.from('the answer');
  const write = { key: 'key', value, tags: ['a secret tag'], stamp: 1, ttlMs: 1000 };
  const error = await reasonOf(store.cache.setMany([write]));
  expect(String(error)).toContain('WRONGTYPE');
  const all = inspect(error, { depth: 9, showHidden: true });
  for (const secret of ['the answer', '74 68 65 20 61', 'a secret tag']) expect(all).not.toContain(secret);
});
