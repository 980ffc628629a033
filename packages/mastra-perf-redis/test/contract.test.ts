import { randomUUID } from 'node:crypto';
import { service, startRedis } from '@mastra-perf/testkit';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import { describePerfStore } from 'mastra-perf/testing';
import * as vitest from 'vitest';
import { redisStore, type RedisClient } from '../src/index.ts';
import { countingClient } from './counting-client.ts';
import { killConnections } from './kill-connections.ts';

const redis = await service(startRedis, 'Redis');
vitest.afterAll(() => redis.skip ?? redis.service.stop());
const runner = { describe: vitest.describe.skipIf(redis.skip), it: vitest.it };

describePerfStore({
  runner,
  name: 'one server, by its URL',
  async open() {
    const { url, prefix } = redis.service;
    const connectionName = randomUUID();
    const place = { url, prefix: `${prefix}${randomUUID()}` };
    const store = redisStore({ ...place, options: { connectionName } });
    const second = redisStore(place);
    await Promise.all([store.connect(), second.connect()]);
    return {
      store,
      second,
      async close() {
        await Promise.all([store.close(), second.close()]);
      },
      async breakConnection() {
        vitest.expect(await killConnections(redis.service, connectionName, 'pubsub')).toBe(1);
      },
    };
  },
});

const clients: Readonly<
  Record<string, (connectionName: string) => RedisClient & { quit(): Promise<unknown> }>
> = {
  'a client of ioredis 6': (connectionName) => new Redis(redis.service.url, { connectionName }),
  'a client of ioredis 5': (connectionName) => new Redis5(redis.service.url, { connectionName }),
  'a client with a key prefix and automatic pipelines': (connectionName) =>
    new Redis(redis.service.url, { connectionName, keyPrefix: 'app*:', enableAutoPipelining: true }),
};

for (const [name, openClient] of Object.entries(clients)) {
  describePerfStore({
    runner,
    name,
    async open() {
      const connectionName = randomUUID();
      const given = [openClient(connectionName), openClient(randomUUID())] as const;
      const counting = countingClient(given[0]);
      const prefix = `${redis.service.prefix}${randomUUID()}`;
      const store = redisStore({ client: counting.client, prefix });
      const second = redisStore({ client: async () => given[1], prefix });
      await Promise.all([store.connect(), second.connect()]);
      return {
        store,
        second,
        roundTrips: counting.roundTrips,
        async close() {
          await Promise.all([store.close(), second.close()]);
          for (const client of given) await client.quit();
        },
        async breakConnection() {
          vitest.expect(await killConnections(redis.service, connectionName, 'pubsub')).toBe(1);
        },
      };
    },
  });
}
