import * as vitest from 'vitest';
import { randomUUID } from 'node:crypto';
import { startRedis } from '@mastra-perf/testkit';
import { redisStore } from '../../../mastra-perf-redis/src/index.ts';
import { describePerfStore } from './index.ts';
const server = await startRedis();
vitest.afterAll(() => server.stop());
describePerfStore({ runner: vitest, name: 'redis', async open() {
  const prefix = randomUUID();
  const [store, second] = [redisStore({ url: server.url, prefix } as never), redisStore({ url: server.url, prefix } as never)];
  await store.connect(); await second.connect();
  return { store, second, close: async () => { await store.close(); await second.close(); } };
}});
