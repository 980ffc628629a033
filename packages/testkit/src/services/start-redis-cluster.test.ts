import { Cluster } from 'ioredis';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { askRedis } from './ask-redis.ts';
import { service } from './service.ts';
import { ServiceUnavailableError } from './service-unavailable-error.ts';
import { startRedisCluster } from './start-redis-cluster.ts';

const cluster = await service(startRedisCluster, 'a Redis cluster');
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => cluster.skip ?? cluster.service.stop());

test.skipIf(cluster.skip)('a client of clusters writes and reads on all three masters', async () => {
  const { nodes, prefix } = cluster.service;
  const client = new Cluster([...nodes]);
  try {
    const keys = Array.from({ length: 60 }, (_, index) => `${prefix}${index}`);
    await Promise.all(keys.map((key) => client.set(key, key)));
    expect(await Promise.all(keys.map((key) => client.get(key)))).toEqual(keys);
    const sizes = await Promise.all(nodes.map(async ({ port }) => Number(await askRedis(port, 'DBSIZE'))));
    expect(sizes.every((size) => size > 0)).toBe(true);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(60);
  } finally {
    client.disconnect();
  }
});

test.skipIf(cluster.skip)('stopped, none of its servers is left', async () => {
  const { nodes, stop } = await startRedisCluster();
  await stop();
  for (const { port } of nodes) await expect(askRedis(port, 'PING')).rejects.toThrow('ECONNREFUSED');
});

test('without a server, the error says what to install', async () => {
  vi.stubEnv('PATH', '');
  await expect(startRedisCluster()).rejects.toThrow(ServiceUnavailableError);
});
