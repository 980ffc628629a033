import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { Memory } from '@mastra/memory';
import { RedisStore } from '@mastra/redis';
import { mockModel, service, startRedis } from '@mastra-perf/testkit';
import { createPerf, type PerfOptions } from 'mastra-perf';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { redisStore } from '../src/index.ts';
import { fastRedis } from '../src/mastra.ts';

const SECRET = 'hunter2';

interface Report {
  readonly findings: readonly { code: string; severity: string; where: string; what: string; fix: string }[];
  readonly checked: readonly string[];
  readonly skipped: readonly { check: string; reason: string }[];
}

const redis = await service(startRedis, 'Redis');
const closing: (() => Promise<unknown>)[] = [];
// RedisStore has no prefix, and keys and commands are counted: the server must be ours alone.
beforeEach(({ skip }) => {
  if (redis.skip || !redis.service.owned) skip();
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(() => redis.skip ?? redis.service.stop());

function storeOf(connectionString: string): RedisStore {
  const store = new RedisStore({ id: 'redis', connectionString });
  closing.push(() => store.close());
  return store;
}

async function examine(storage: RedisStore, options: PerfOptions = {}): Promise<Report> {
  const perf = createPerf(options);
  const model = mockModel({ spec: 'v3' });
  const a = new Agent({ id: 'a', name: 'a', instructions: 'Answer.', model, memory: new Memory() });
  new Mastra({ logger: false, storage, agents: { a }, processors: { perf } });
  const report = await perf.doctor();
  await perf.close();
  expect(JSON.stringify(report)).not.toContain(SECRET);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  return report;
}

/** How often each command was run on the server. */
async function commandCounts(storage: RedisStore): Promise<Map<string, number>> {
  const text = await storage.getClient().info('commandstats');
  const lines = text.matchAll(/cmdstat_([\w|]+):calls=(\d+)/g);
  return new Map([...lines].map(([, name, calls]) => [name!, Number(calls)]));
}

test('what RedisStore scans and reads whole is told with figures, and nothing of it is left with fastRedis', async () => {
  const storage = storeOf(redis.service.url);
  await storage.init();
  const client = storage.getClient();
  const keys = Array.from({ length: 12_000 }, (_, at) => `${redis.service.prefix}${at}`);
  await client.mSet(keys.map((key): [string, string] => [key, '1']));
  closing.push(() => client.del(keys));
  const size = await client.dbSize();

  const { findings } = await examine(storage);
  expect(findings).toMatchObject([
    {
      code: 'MASTRA_PERF_REDIS_SCANS',
      severity: 'problem',
      where: 'storage "redis"',
      what: expect.stringContaining(
        `all ${size} keys of the server, in ${Math.ceil(size / 10_000)} round trips`,
      ),
    },
    { code: 'MASTRA_PERF_REDIS_WHOLE_THREADS', severity: 'problem', where: 'storage "redis"' },
  ]);

  const after = await examine(fastRedis(storage));
  expect(after.findings).toEqual([]);
  expect(after.checked).toEqual(['redis-scans', 'redis-whole-threads', 'storage-split']);
});

test('to find that out, the server is asked for the number of its keys and nothing else', async () => {
  const storage = storeOf(redis.service.url);
  await storage.init();
  const before = await commandCounts(storage);
  await examine(storage);
  const after = await commandCounts(storage);
  const asked = [...after].filter(([name, calls]) => name !== 'info' && calls !== (before.get(name) ?? 0));
  expect(asked).toEqual([['dbsize', (before.get('dbsize') ?? 0) + 1]]);
});

test('a storage that is not connected is not connected for this, and its address is not shown', async () => {
  const storage = storeOf(`redis://app:${SECRET}@127.0.0.1:1`);
  const report = await examine(storage);
  expect(report.skipped).toContainEqual({
    check: 'redis-scans',
    reason: 'storage "redis": it is not connected yet',
  });
  expect(report.findings.map(({ code }) => code)).toEqual(['MASTRA_PERF_REDIS_WHOLE_THREADS']);
  expect(storage.getClient().isOpen).toBe(false);
});

test('the store of the plugin: one that is there, and one that is away', async () => {
  const storage = fastRedis(storeOf(redis.service.url));
  await storage.init();
  const there = await examine(storage, { store: redisStore({ url: redis.service.url }), storeTimeout: '5s' });
  expect(there.findings).toEqual([]);
  expect(there.checked).toContain('perf-store');
  const away = await examine(storage, { store: redisStore({ url: `redis://app:${SECRET}@127.0.0.1:1` }) });
  expect(away.findings).toMatchObject([{ code: 'MASTRA_PERF_STORE_AWAY', severity: 'problem' }]);
});
