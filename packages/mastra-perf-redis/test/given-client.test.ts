import { randomUUID } from 'node:crypto';
import { service, startRedis, until, untilWorks, within } from '@mastra-perf/testkit';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis5';
import { afterAll, describe, expect, expectTypeOf, onTestFinished, test, vi } from 'vitest';
import { redisStore, type RedisClient, type RedisStore } from '../src/index.ts';
import { killConnections } from './kill-connections.ts';

const redis = await service(startRedis, 'Redis');
afterAll(() => redis.skip ?? redis.service.stop());
const notOurs = redis.skip ?? (redis.service.owned ? undefined : 'the server is not ours');

const versions = [
  ['ioredis 6', Redis],
  ['ioredis 5', Redis5],
] as const;
type AnyRedis = Redis | Redis5;
type GivenOptions = Pick<RedisOptions, 'connectionName' | 'lazyConnect' | 'maxRetriesPerRequest'>;

function given(Client: typeof Redis | typeof Redis5, options: GivenOptions = {}): AnyRedis {
  const { host, port } = redis.service;
  // The options of both versions that are used here are the same.
  const client: AnyRedis = new (Client as typeof Redis)({ host, port, retryStrategy: () => 50, ...options });
  client.on('error', () => {});
  onTestFinished(() => void client.disconnect());
  return client;
}

function storeOn(client: RedisClient | (() => RedisClient | Promise<RedisClient>)): RedisStore {
  const store = redisStore({ client, prefix: `test:${randomUUID()}` });
  onTestFinished(() => store.close());
  return store;
}

const listenersOf = (client: AnyRedis): Record<string, number> =>
  Object.fromEntries(client.eventNames().map((name) => [String(name), client.listenerCount(name)]));

const failed = async (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => false,
    () => true,
  );

test('the types of ioredis are accepted', () => {
  expectTypeOf<Redis>().toExtend<RedisClient>();
  expectTypeOf<Redis5>().toExtend<RedisClient>();
  expectTypeOf<Cluster>().toExtend<RedisClient>();
  expectTypeOf<Cluster5>().toExtend<RedisClient>();
});

describe.skipIf(redis.skip).each(versions)('a client of %s', (_name, Client) => {
  test('is used, not changed and not closed; the connection for messages is closed', async () => {
    const connectionName = randomUUID();
    const client = given(Client, { connectionName });
    await client.ping();
    const [listeners, options] = [listenersOf(client), JSON.stringify(client.options)];
    const store = storeOn(client);
    await store.connect();
    const end = await store.bus.subscribe('topic', { message() {}, gap() {} });
    await store.cache.stamp();
    await end();
    await store.close();
    expect(client.status).toBe('ready');
    expect(await client.ping()).toBe('PONG');
    expect(listenersOf(client)).toEqual(listeners);
    expect(JSON.stringify(client.options)).toBe(options);
    await until('one connection is left', async () => {
      const list = String(await client.client('LIST'));
      return list.split('\n').filter((line) => line.includes(`name=${connectionName} `)).length === 1;
    });
  });

  test('that is not connected yet is connected by the first need, once', async () => {
    const client = given(Client, { lazyConnect: true });
    const connect = vi.spyOn(client, 'connect');
    const store = storeOn(client);
    expect(client.status).toBe('wait');
    await Promise.all([store.cache.stamp(), store.connect(), store.cache.stamp()]);
    expect(connect).toHaveBeenCalledTimes(1);
  });

  test('is waited for while it connects', async () => {
    const client = given(Client);
    expect(client.status).toBe('connecting');
    expect(await storeOn(client).cache.stamp()).toBeGreaterThan(0);
  });

  test.skipIf(notOurs)('with a queue of its own: nothing is put there while the server is away', async () => {
    const client = given(Client, { maxRetriesPerRequest: null });
    const store = storeOn(client);
    await store.connect();
    redis.service.kill();
    await until('the client has noticed', () => client.status !== 'ready');
    const operations = [store.cache.stamp(), store.cache.getMany([{ key: 'a' }]), store.health()];
    const results = await within(1000, Promise.allSettled(operations));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await redis.service.restart();
    await untilWorks('the client is back', () => store.cache.stamp());
  });

  test.skipIf(notOurs)(
    'that would wait for ever: while the server hangs no more than a bound is sent',
    async () => {
      const client = given(Client);
      const store = storeOn(client);
      await store.connect();
      redis.service.freeze();
      onTestFinished(() => redis.service.thaw());
      const value = Buffer.alloc(8 * 1024 ** 2);
      const sent: Array<Promise<boolean>> = [];
      let refused = false;
      while (!refused) {
        const write = store.cache.setMany([{ key: 'a', value, tags: [], stamp: 1, ttlMs: 1000 }]);
        const turn = new Promise<'sent'>((resolve) => setImmediate(resolve, 'sent'));
        refused = (await Promise.race([turn, write.catch(String)])) !== 'sent';
        if (!refused) sent.push(failed(write));
        else await expect(write).rejects.toThrow('the server hangs');
      }
      expect(sent.length).toBe(8);
      redis.service.thaw();
      expect(await Promise.all(sent)).toEqual(Array(8).fill(false));
      expect(await store.cache.stamp()).toBeGreaterThan(0);
    },
  );

  test('the subscriber finds its way back without the given client losing its connection', async () => {
    const connectionName = randomUUID();
    const client = given(Client, { connectionName });
    const store = storeOn(client);
    const heard: string[] = [];
    await store.bus.subscribe('topic', {
      message: (text) => void heard.push(text),
      gap: () => void heard.push('gap'),
    });
    expect(await killConnections(redis.service, connectionName, 'pubsub')).toBe(1);
    await until('the subscriber was told', () => heard.length > 0);
    await store.bus.publish('topic', 'text');
    await until('the message is there', () => heard.length > 1);
    expect(heard).toEqual(['gap', 'text']);
    expect(client.status).toBe('ready');
  });
});

describe.skipIf(redis.skip)('a client that is given by a function', () => {
  test('is asked for once, by the first need', async () => {
    const give = vi.fn(async () => given(Redis));
    const store = storeOn(give);
    expect(give).not.toHaveBeenCalled();
    await Promise.all([store.connect(), store.cache.stamp(), store.health()]);
    await store.connect();
    expect(give).toHaveBeenCalledTimes(1);
  });

  test('that fails is called again by the next connect and the next health, not by operations', async () => {
    const give = vi.fn<() => Promise<RedisClient>>();
    give.mockRejectedValueOnce(new Error('not yet')).mockRejectedValueOnce(new Error('still not'));
    give.mockImplementation(async () => given(Redis));
    const store = storeOn(give);
    await expect(store.connect()).rejects.toThrow('not yet');
    await expect(store.cache.stamp()).rejects.toThrow('not connected');
    expect(give).toHaveBeenCalledTimes(1);
    await expect(store.health()).rejects.toThrow('still not');
    await store.health();
    expect(await store.cache.stamp()).toBeGreaterThan(0);
    expect(give).toHaveBeenCalledTimes(3);
  });

  test('is asked for again when its owner has closed it', async () => {
    const clients = [given(Redis), given(Redis)];
    const store = storeOn(() => clients.shift()!);
    const [first] = clients;
    await store.connect();
    first!.disconnect();
    await until('it is closed', () => first!.status === 'end');
    await expect(store.cache.stamp()).rejects.toThrow('not connected');
    await store.health();
    expect(await store.cache.stamp()).toBeGreaterThan(0);
  });
});

test.skipIf(redis.skip)('an instance that its owner has closed is told so', async () => {
  const client = given(Redis);
  await client.ping();
  client.disconnect();
  await until('it is closed', () => client.status === 'end');
  await expect(storeOn(client).connect()).rejects.toThrow('the given client is closed');
});
