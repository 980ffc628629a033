import { randomUUID } from 'node:crypto';
import { service, startRedis, startRedisCluster } from '@mastra-perf/testkit';
import { Cluster, Redis } from 'ioredis';
import type { BudgetClaim, LedgerEntry, RateClaim } from 'mastra-perf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redisStore, type RedisClient, type RedisStore } from '../src/index.ts';
import { countingClient, type CountingClient } from './counting-client.ts';
import { begun, isServed, written } from './sample-writes.ts';

const redis = await service(startRedis, 'Redis');
const cluster = await service(startRedisCluster, 'Redis Cluster');
afterAll(() => redis.skip ?? redis.service.stop());
afterAll(() => cluster.skip ?? cluster.service.stop());

const many = (count: number): string[] => Array.from({ length: count }, () => randomUUID());

const usage = (): LedgerEntry => ({
  id: randomUUID(),
  at: Date.now(),
  group: { user: randomUUID() },
  counts: { calls: 1 },
});
const claim = (counter = 'a'): BudgetClaim => ({ counter, limit: 100, amount: 1, expiresAt: 4e12 });
const rate = (name = 'a'): RateClaim => ({ name, amount: 1, perMinute: 60, burst: 10 });
const always = { by: [], from: 0, to: 4e12 };

type OwnClient = RedisClient & { quit(): Promise<unknown> };

/** Clients of all servers that are part of it. */
interface Place {
  readonly client: OwnClient;
  readonly servers: () => Array<{ script(subcommand: 'FLUSH'): Promise<unknown> }>;
}

const openServer = (): Place => {
  const client = new Redis(redis.service.url);
  return { client, servers: () => [client] };
};
const openCluster = (): Place => {
  const client = new Cluster(cluster.service.nodes.map(({ host, port }) => ({ host, port })));
  return { client, servers: () => client.nodes('master') };
};

describe.skipIf(redis.skip)('on one server', () => {
  describeTraffic(openServer);
});
describe.skipIf(cluster.skip)('on a Cluster', () => {
  describeTraffic(openCluster);
});

function describeTraffic(open: () => Place): void {
  let place: Place;
  let counting: CountingClient;
  let store: RedisStore;
  beforeAll(async () => {
    place = open();
    counting = countingClient(place.client);
    store = redisStore({ client: counting.client, prefix: `test:${randomUUID()}` });
    await store.connect();
    // From here on the servers know the scripts.
    const [tag] = many(1);
    await Promise.all(many(30).map(() => written(store.cache)));
    await store.cache.invalidateTags([tag!]);
    await store.cache.clear();
    const attempt = await store.leases.acquire('warm', 60_000);
    if (!attempt.granted) throw new Error('held');
    await store.leases.renew(attempt.lease, 60_000);
    await store.leases.release(attempt.lease);
    await store.bus.publish('warm', '');
    await store.ledger.record([usage()]);
    await store.ledger.report(always);
    await store.ledger.reserve('warm', [claim()], 1000);
    await store.ledger.settle('warm', []);
    await store.ledger.release('warm');
    await store.ledger.budgets(['a']);
    await store.rates.take([rate()], 0);
    await store.rates.correct([rate()]);
    await store.rates.pause(['a'], 1);
  });
  afterAll(async () => {
    await store.close();
    await place.client.quit();
  });

  /** Round trips and commands of one operation. */
  async function cost(operation: () => Promise<unknown>): Promise<{ trips: number; commands: string[] }> {
    const [trips, commands] = [counting.roundTrips(), counting.commands.length];
    await operation();
    return {
      trips: counting.roundTrips() - trips,
      commands: counting.commands.slice(commands).map(([name]) => name!),
    };
  }

  test('a read of an entry whose tags the reader knows is one round trip', async () => {
    const entry = await written(store.cache, { tags: ['a', 'b'] });
    const read = () => store.cache.getMany([{ key: entry.key, tags: ['c', 'b', 'a'] }]);
    expect(await cost(read)).toEqual({ trips: 1, commands: ['hmgetBuffer', 'evalsha'] });
    expect(await read()).toEqual([
      { value: new Uint8Array(entry.value), tags: entry.tags, stamp: entry.stamp },
    ]);
  });

  test('a read of an entry with other tags is two, and of many entries with many tags not more', async () => {
    const entries = await Promise.all(many(100).map((tag) => written(store.cache, { tags: [tag, 'a'] })));
    const read = () => store.cache.getMany(entries.map(({ key }) => ({ key, tags: ['a'] })));
    const { trips, commands } = await cost(read);
    expect(trips).toBe(2);
    expect(commands.filter((name) => name === 'evalsha')).toHaveLength(2);
    expect((await read()).every((entry) => entry !== undefined)).toBe(true);
  });

  test('a miss is one round trip', async () => {
    expect(await cost(() => store.cache.getMany([{ key: randomUUID() }]))).toEqual({
      trips: 1,
      commands: ['hmgetBuffer', 'evalsha'],
    });
  });

  test('a write is one round trip, also in place of an entry with the same tags', async () => {
    const first = await begun(store.cache, { tags: ['a'] });
    expect(await cost(() => store.cache.setMany([first]))).toEqual({
      trips: 1,
      commands: ['evalsha', 'evalsha'],
    });
    const again = await begun(store.cache, { key: first.key, tags: ['a'] });
    expect(await cost(() => store.cache.setMany([again]))).toEqual({
      trips: 1,
      commands: ['evalsha', 'evalsha'],
    });
  });

  test('a write in place of an entry with other tags is two', async () => {
    const first = await written(store.cache, { tags: ['a'] });
    const other = await begun(store.cache, { key: first.key, tags: ['b'] });
    const { trips, commands } = await cost(() => store.cache.setMany([other]));
    expect([trips, commands]).toEqual([2, ['evalsha', 'evalsha', 'evalsha']]);
  });

  test('a write of a hundred entries is one round trip', async () => {
    const entries = await Promise.all(many(100).map((tag) => begun(store.cache, { tags: [tag] })));
    const { trips, commands } = await cost(() => store.cache.setMany(entries));
    expect([trips, commands.length]).toEqual([1, 101]);
  });

  test.each<[operation: string, run: () => Promise<unknown>, commands: string[]]>([
    ['stamp', () => store.cache.stamp(), ['evalsha']],
    ['delete', () => store.cache.delete(many(2)), ['unlink', 'unlink']],
    ['clear', () => store.cache.clear(), ['evalsha']],
    ['invalidateTags of 10', () => store.cache.invalidateTags(many(10)), ['evalsha']],
    ['invalidateTags of 1200', () => store.cache.invalidateTags(many(1200)), Array(3).fill('evalsha')],
    [
      'areCurrent with 1200 tags',
      () => store.cache.areCurrent(many(1200).map((tag) => ({ tags: [tag, 'a'], stamp: 1 }))),
      Array(3).fill('evalsha'),
    ],
    ['acquire', () => store.leases.acquire(randomUUID(), 1000), ['evalsha']],
    ['renew', () => store.leases.renew({ name: 'a', token: 1 }, 1000), ['evalsha']],
    ['release', () => store.leases.release({ name: 'a', token: 1 }), ['evalsha']],
    ['publish', () => store.bus.publish('topic', 'text'), ['evalsha']],
    ['health', () => store.health(), ['exists']],
    ['record of 500 entries', () => store.ledger.record(Array.from({ length: 500 }, usage)), ['evalsha']],
    [
      'reserve with 10 claims',
      () => store.ledger.reserve(randomUUID(), many(10).map(claim), 60_000),
      ['evalsha'],
    ],
    ['settle', () => store.ledger.settle(randomUUID(), [claim(), claim()]), ['evalsha']],
    ['ledger release', () => store.ledger.release(randomUUID()), ['evalsha']],
    ['budgets of 100 counters', () => store.ledger.budgets(many(100)), ['evalsha']],
    ['take of 3 rates', () => store.rates.take(many(3).map(rate), 0), ['evalsha']],
    ['correct of 3 rates', () => store.rates.correct(many(3).map(rate)), ['evalsha']],
    ['pause of 3 rates', () => store.rates.pause(many(3), 5), ['evalsha']],
  ])('%s is one round trip', async (_operation, run, commands) => {
    expect(await cost(run)).toEqual({ trips: 1, commands });
  });

  test('a report is two, however many groups there are', async () => {
    const at = Date.UTC(2020, 0);
    await store.ledger.record(many(50).map((user) => ({ ...usage(), at, group: { user } })));
    const report = () => store.ledger.report({ by: ['user'], from: at, to: at + 1 });
    expect(await cost(report)).toEqual({ trips: 2, commands: ['evalsha', 'evalsha'] });
    expect(await report()).toHaveLength(50);
  });

  test('nothing to do costs nothing', async () => {
    const nothing = async () => {
      await store.cache.getMany([]);
      await store.cache.setMany([]);
      await store.cache.delete([]);
      await store.cache.invalidateTags([]);
      await store.cache.areCurrent([]);
      await store.ledger.record([]);
      expect(await store.ledger.budgets([])).toEqual([]);
      expect(await store.rates.take([], 0)).toEqual({ granted: true, waitMs: 0 });
      await store.rates.correct([]);
      await store.rates.pause([], 5);
      const entry = { key: 'a', value: Buffer.of(1), tags: [], stamp: 1 };
      expect(await store.cache.setMany([{ ...entry, ttlMs: 0 }])).toEqual([false]);
      expect(await store.cache.setMany([{ ...entry, ttlMs: Number.NaN }])).toEqual([false]);
      expect(await store.cache.setMany([{ ...entry, ttlMs: 1, stamp: 0.5 }])).toEqual([false]);
    };
    expect((await cost(nothing)).commands).toEqual(Array(3).fill('evalsha')); // what is invalid is asked for, not written
  });

  test('what the server does not know (any longer) is sent along, and nobody notices', async () => {
    for (const server of place.servers()) await server.script('FLUSH');
    const tag = randomUUID();
    const entries = await Promise.all(many(30).map(() => written(store.cache, { tags: [tag] })));
    await store.cache.invalidateTags([tag]);
    for (const entry of entries) expect(await isServed(store.cache, entry)).toBe(false);
    const { commands } = await cost(() => store.cache.stamp());
    expect(commands).toEqual(['evalsha']);
  });
}
