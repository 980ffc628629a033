import { randomUUID } from 'node:crypto';
import {
  service,
  startRedisCluster,
  until,
  untilWorks,
  within,
  type RedisClusterNode,
} from '@mastra-perf/testkit';
import { Redis, type ClusterOptions } from 'ioredis';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { redisStore, type RedisStore } from '../src/index.ts';
import { killConnections } from './kill-connections.ts';
import { begun, isServed } from './sample-writes.ts';

const redis = await service(startRedisCluster, 'Redis Cluster');
afterAll(() => redis.skip ?? redis.service.stop());

const HANGS_MS = 300;
const SOON_MS = 4000;

function open(redisOptions: ClusterOptions['redisOptions'] = {}): RedisStore {
  const store = redisStore({
    cluster: redis.service.nodes.map(({ host, port }) => ({ host, port })),
    prefix: `test:${randomUUID()}`,
    options: { redisOptions: { socketTimeout: HANGS_MS, ...redisOptions }, slotsRefreshTimeout: HANGS_MS },
  });
  onTestFinished(() => store.close());
  return store;
}

async function ownerOf(key: string): Promise<RedisClusterNode> {
  const { nodes } = redis.service;
  const admin = new Redis({ host: nodes[0]!.host, port: nodes[0]!.port });
  const slot = Number(await admin.cluster('KEYSLOT', key));
  const ranges = await admin.cluster('SLOTS');
  admin.disconnect();
  const port = ranges.find(([from, to]) => from <= slot && slot <= to)?.[2]?.[1];
  return nodes.find((node) => node.port === port)!;
}

/** Entries on every node. */
async function writtenEverywhere({ cache }: RedisStore): Promise<string[]> {
  const entries = await Promise.all(Array.from({ length: 30 }, () => begun(cache)));
  expect(await cache.setMany(entries)).toEqual(entries.map(() => true));
  return entries.map(({ key }) => key);
}

const served = async ({ cache }: RedisStore, keys: readonly string[]): Promise<number> =>
  (await cache.getMany(keys.map((key) => ({ key })))).filter((entry) => entry !== undefined).length;

describe.skipIf(redis.skip)('a Cluster', () => {
  test.each([0, 1, 2])(
    'with a node (%i) that hangs: what needs it rejects in time, and it comes back',
    async (index) => {
      const store = open();
      await store.connect();
      const keys = await writtenEverywhere(store);
      const node = redis.service.nodes[index]!;
      node.kill('SIGSTOP');
      onTestFinished(() => node.kill('SIGCONT'));
      const results = await within(
        SOON_MS,
        Promise.allSettled(Array.from({ length: 10 }, () => served(store, keys))),
      );
      expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['rejected']));
      // It is asked again each time, and never for longer than the socket may hang.
      for (let round = 0; round < 5; round++)
        await within(SOON_MS, Promise.allSettled([store.cache.stamp(), served(store, keys)]));
      node.kill('SIGCONT');
      await untilWorks('the node answers', () => served(store, keys));
      expect(await served(store, keys)).toBe(30);
    },
  );

  test('with a subscriber on a node that hangs: it hears again, over another one if need be', async () => {
    const store = open();
    await store.connect();
    const heard: string[] = [];
    await store.bus.subscribe('topic', { message: (text) => void heard.push(text), gap() {} });
    for (const node of redis.service.nodes) node.kill('SIGSTOP');
    onTestFinished(() => redis.service.nodes.forEach((node) => node.kill('SIGCONT')));
    await within(SOON_MS, Promise.allSettled([store.cache.stamp(), store.health()]));
    for (const node of redis.service.nodes) node.kill('SIGCONT');
    await until('a message is heard', async () => {
      await store.bus.publish('topic', 'text').catch(() => {});
      return heard.length > 0;
    });
  });

  test('is listened to where messages are published', async () => {
    const owner = await ownerOf('test:{c}:marks');
    for (let round = 0; round < 5; round++) {
      const connectionName = randomUUID();
      const store = open({ connectionName });
      await store.bus.subscribe('topic', { message() {}, gap() {} });
      expect(await killConnections(owner, connectionName, 'pubsub')).toBe(1);
    }
  });

  test('that hangs as a whole does not hold up connect, and is found when it answers', async () => {
    for (const node of redis.service.nodes) node.kill('SIGSTOP');
    onTestFinished(() => redis.service.nodes.forEach((node) => node.kill('SIGCONT')));
    const store = open();
    await expect(within(SOON_MS, store.connect())).rejects.toThrow('cannot connect');
    await expect(within(HANGS_MS, store.cache.stamp())).rejects.toThrow('not connected');
    for (const node of redis.service.nodes) node.kill('SIGCONT');
    await untilWorks('the cluster answers', () => store.cache.stamp());
    expect(await served(store, await writtenEverywhere(store))).toBe(30);
  });

  test('right after connect takes many operations at once on every node', async () => {
    for (let round = 0; round < 5; round++) {
      const store = open();
      await store.connect();
      const keys = await writtenEverywhere(store);
      const many = await Promise.all(Array.from({ length: 50 }, () => served(store, keys)));
      expect(new Set(many)).toEqual(new Set([30]));
    }
  });

  test('that has lost the node of the marks for good: nothing is served, nothing hangs', async () => {
    const store = open();
    await store.connect();
    const keys = await writtenEverywhere(store);
    for (const node of redis.service.nodes) node.kill();
    const results = await within(
      SOON_MS,
      Promise.allSettled([
        store.cache.stamp(),
        served(store, keys),
        isServed(store.cache, { key: keys[0]! }),
      ]),
    );
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await within(SOON_MS, store.close());
  });
});
