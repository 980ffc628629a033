import { randomUUID } from 'node:crypto';
import { service, startRedisCluster } from '@mastra-perf/testkit';
import { Cluster } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis5';
import { describePerfStore } from 'mastra-perf/testing';
import * as vitest from 'vitest';
import { redisStore, type RedisStoreOptions } from '../src/index.ts';
import { countingClient } from './counting-client.ts';
import { killConnections } from './kill-connections.ts';

const redis = await service(startRedisCluster, 'Redis Cluster');
vitest.afterAll(() => redis.skip ?? redis.service.stop());
const runner = { describe: vitest.describe.skipIf(redis.skip), it: vitest.it };
const nodes = () => redis.service.nodes.map(({ host, port }) => ({ host, port }));

const killSubscriber = async (connectionName: string): Promise<void> => {
  const killed = await Promise.all(nodes().map((node) => killConnections(node, connectionName, 'pubsub')));
  vitest.expect(killed.toSorted()).toEqual([0, 0, 1]);
};

describePerfStore({
  runner,
  name: 'a Cluster, by its nodes',
  async open() {
    const connectionName = randomUUID();
    const place: RedisStoreOptions = {
      cluster: nodes().slice(1),
      prefix: `${redis.service.prefix}${randomUUID()}`,
    };
    const store = redisStore({ ...place, options: { redisOptions: { connectionName } } });
    const second = redisStore(place);
    await Promise.all([store.connect(), second.connect()]);
    return {
      store,
      second,
      async close() {
        await Promise.all([store.close(), second.close()]);
      },
      breakConnection: () => killSubscriber(connectionName),
    };
  },
});

for (const [name, Client] of [
  ['a Cluster client of ioredis 6', Cluster],
  ['a Cluster client of ioredis 5', Cluster5],
] as const) {
  describePerfStore({
    runner,
    name,
    async open() {
      const connectionName = randomUUID();
      const given = [
        new Client(nodes(), { redisOptions: { connectionName } }),
        new Client(nodes(), { redisOptions: { connectionName: randomUUID() } }),
      ] as const;
      const counting = countingClient(given[0]);
      const prefix = `${redis.service.prefix}${randomUUID()}`;
      const store = redisStore({ client: counting.client, prefix });
      const second = redisStore({ client: () => given[1], prefix });
      await Promise.all([store.connect(), second.connect()]);
      return {
        store,
        second,
        roundTrips: counting.roundTrips,
        async close() {
          await Promise.all([store.close(), second.close()]);
          for (const client of given) await client.quit();
        },
        breakConnection: () => killSubscriber(connectionName),
      };
    },
  });
}
