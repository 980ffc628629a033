import { startDelayProxy, type RedisServer } from '@mastra-perf/testkit';
import { RedisStore } from '@mastra/redis';
import { Redis } from 'ioredis';
import { fastRedis } from 'mastra-perf-redis/mastra';
import { medians, type Case } from '../measure.ts';
import type { Table } from '../table.ts';
import { anAgent, type Level } from './an-agent.ts';

const PLAIN = 'Mastra alone';
const LEVELS: readonly Level[] = [
  { name: PLAIN },
  { name: 'mastra-perf', storage: true },
  { name: 'and fastRedis()', storage: true, fast: true },
];
const FOREIGN_KEYS = [0, 200_000];
const TRIPS_MS = [0, 5];
const POPULATE = "for i = 1, ARGV[1] do redis.call('SET', 'foreign:' .. i, string.rep('x', 100)) end";
const rounds = { warm: 3, measured: 25 };

/** One turn of a conversation, alone in a Redis and beside keys of others. */
export async function callsOnRedis(redis: RedisServer): Promise<Table> {
  await using proxy = await startDelayProxy({ target: redis });
  const connectionString = `redis://${proxy.host}:${proxy.port}`;
  const stores = LEVELS.map((level) => ({
    level,
    store: new RedisStore({ id: level.name, connectionString }),
  }));
  const cases: Case[] = [];
  for (const [index, { level, store }] of stores.entries()) {
    await store.init();
    store.getClient().on('error', () => undefined); // the proxy ends before it does
    if (level.fast) fastRedis(store);
    const { agent } = anAgent(store, level);
    const memory = { thread: `thread-${index}`, resource: 'user' };
    cases.push({ name: level.name, run: (round) => agent.generate(`Question ${round}`, { memory }) });
  }
  const admin = new Redis(redis.url);
  const columns: { readonly name: string; readonly ms: Map<string, number> }[] = [];
  for (const keys of FOREIGN_KEYS) {
    await admin.eval(POPULATE, 0, keys);
    for (const trip of TRIPS_MS) {
      proxy.setDelay(trip / 2);
      columns.push({
        name: `${keys.toLocaleString('en')} other keys, ${trip} ms`,
        ms: await medians(cases, rounds),
      });
    }
    proxy.setDelay(0);
  }
  admin.disconnect();
  for (const { store } of stores) await store.close();
  return {
    title:
      'One agent call with memory on Redis, model without latency: median ms (times as fast as Mastra alone)',
    columns: ['', ...columns.map(({ name }) => name)],
    rows: LEVELS.map(({ name }) => [
      name,
      ...columns.map(({ ms }) => {
        const [own, plain] = [ms.get(name) ?? Number.NaN, ms.get(PLAIN) ?? Number.NaN];
        return `${own.toFixed(1)} (${(plain / own).toFixed(1)})`;
      }),
    ]),
    notes: [
      `${rounds.measured} interleaved rounds after ${rounds.warm} to warm up. Milliseconds are round trips added.`,
    ],
  };
}
