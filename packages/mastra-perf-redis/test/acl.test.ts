import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { service, startRedis, startRedisCluster, until } from '@mastra-perf/testkit';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, test } from 'vitest';
import { redisStore, type RedisStore } from '../src/index.ts';
import { redisServerCache } from '../src/mastra.ts';
import { failOnPrinting } from './not-printed.ts';
import { isServed, written } from './sample-writes.ts';

const redis = await service(startRedis, 'Redis');
const cluster = await service(startRedisCluster, 'Redis Cluster');
afterAll(() => redis.skip ?? redis.service.stop());
afterAll(() => cluster.skip ?? cluster.service.stop());
const notOurs = redis.skip ?? (redis.service.owned ? undefined : 'the server is not ours');

failOnPrinting();

/** The rules as the documentation names them: `ACL SETUSER perf on >password …`. */
function documentedRules(): string[] {
  const page = readFileSync(path.join(import.meta.dirname, '../../../docs/redis.md'), 'utf8');
  const block = /^ACL SETUSER [^`]*/m.exec(page)?.[0];
  if (!block) throw new Error('the documentation names no rules');
  return block.replaceAll('\\\n', ' ').trim().split(/\s+/).slice(3);
}

/** A user with these rules on every one of these servers. */
async function allow(
  ...servers: ReadonlyArray<{ readonly host: string; readonly port: number }>
): Promise<{ username: string; password: string }> {
  const username = `user-${randomUUID()}`;
  const rules = documentedRules().map((rule) => (rule.startsWith('>') ? '>secret' : rule));
  for (const { host, port } of servers) {
    const admin = new Redis({ host, port });
    await admin.call('ACL', 'SETUSER', username, 'reset', ...rules);
    admin.disconnect();
  }
  return { username, password: 'secret' };
}

/** Everything that a store and a server cache can do. */
async function useAll(store: RedisStore): Promise<void> {
  try {
    await store.connect();
    const heard: string[] = [];
    const end = await store.bus.subscribe('topic', { message: (text) => void heard.push(text), gap() {} });
    await store.bus.publish('topic', 'text');
    await until('the message is there', () => heard.length > 0);
    await end();
    const entry = await written(store.cache, { tags: ['a'] });
    await written(store.cache, { key: entry.key, tags: ['b'] });
    expect(await isServed(store.cache, entry)).toBe(true);
    await store.cache.invalidateTags(['b']);
    expect(await isServed(store.cache, entry)).toBe(false);
    await store.cache.delete([entry.key]);
    await store.cache.clear();
    await store.health();
    for (let round = 0; round < 2; round++) await store.leases.acquire('lease', 50);
    const attempt = await store.leases.acquire('other', 1000);
    if (!attempt.granted) throw new Error('held');
    expect(await store.leases.renew(attempt.lease, 1000)).toBe(true);
    expect(await store.leases.release(attempt.lease)).toBe(true);
    await useLedger(store);
    await useRates(store);
    const cache = redisServerCache(store);
    await cache.set('value', 1);
    await cache.set('value', 1, 0);
    expect(await cache.get('value')).toBe(1);
    await cache.listPush('list', 1);
    await cache.listPushIndexed('list', 'counter', {});
    expect(await cache.listLength('list')).toBe(2);
    expect(await cache.listFromTo('list', 0, 0)).toEqual([1]);
    await cache.increment('counter');
    await redisServerCache(store, { ttlMs: 0 }).increment('counter');
    await cache.clear();
  } finally {
    await store.close();
  }
}

async function useLedger({ ledger }: RedisStore): Promise<void> {
  const now = Date.now();
  await ledger.record([{ id: randomUUID(), at: now, group: {}, counts: { calls: 1 } }]);
  const [row] = await ledger.report({ by: [], from: now, to: now + 1 });
  expect(row?.counts['calls']).toBeGreaterThan(0);
  const claim = { counter: randomUUID(), limit: 2, amount: 1, expiresAt: now + 60_000 };
  const [first, second] = [randomUUID(), randomUUID()];
  expect(await ledger.reserve(randomUUID(), [claim], 1)).toMatchObject({ granted: true });
  await until('the hold is over', async () => (await ledger.budgets([claim.counter]))[0]?.held === 0);
  for (const id of [first, second, first])
    expect(await ledger.reserve(id, [claim], 60_000)).toMatchObject({ granted: true });
  await ledger.extend([first, second], 60_000);
  await ledger.settle(first, [claim]);
  await ledger.release(second);
  expect(await ledger.budgets([claim.counter])).toEqual([{ spent: 1, held: 0 }]);
}

async function useRates({ rates }: RedisStore): Promise<void> {
  const claim = { name: randomUUID(), amount: 1, perMinute: 60, burst: 1 };
  expect(await rates.take([claim], 0)).toEqual({ granted: true, waitMs: 0 });
  await rates.pause([claim.name], 1);
  await rates.correct([{ ...claim, amount: -1 }]);
}

describe('a user who may do no more than the documentation says', () => {
  test.skipIf(notOurs)('can use everything on one server', async () => {
    const { username, password } = await allow(redis.service);
    const url = redis.service.url.replace('//', `//${username}:${password}@`);
    await useAll(redisStore({ url, prefix: 'mastra-perf' }));
    await useAll(redisStore({ url: `${url}/1` }));
  });

  test.skipIf(cluster.skip)('can use everything on a Cluster', async () => {
    const { nodes } = cluster.service;
    const redisOptions = await allow(...nodes);
    await useAll(
      redisStore({ cluster: nodes.map(({ host, port }) => ({ host, port })), options: { redisOptions } }),
    );
  });
});
