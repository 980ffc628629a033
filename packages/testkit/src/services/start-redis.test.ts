import { Redis } from 'ioredis';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { freePort } from './free-port.ts';
import { reachable } from './reachable.ts';
import { service } from './service.ts';
import { ServiceUnavailableError } from './service-unavailable-error.ts';
import { startRedis, type RedisServer } from './start-redis.ts';

const redis = await service(startRedis, 'Redis');
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => redis.skip ?? redis.service.stop());

async function withClient<T>(server: RedisServer, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(server.url, {
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    lazyConnect: true,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return await use(client);
  } finally {
    client.disconnect();
  }
}

test.skipIf(redis.skip)('SET and GET; kill and restart', async () => {
  const server = redis.service;
  const key = `${server.prefix}k`;
  expect(
    await withClient(server, async (client) => [await client.set(key, 'v'), await client.get(key)]),
  ).toEqual(['OK', 'v']);
  if (!server.owned) return;
  server.kill();
  await server.restart();
  expect(await withClient(server, (client) => client.get(key))).toBeNull();
});

test.skipIf(redis.skip)('frozen, it keeps its connections and answers nothing until it thaws', async () => {
  const server = redis.service;
  if (!server.owned) return;
  await withClient(server, async (client) => {
    await client.ping();
    server.freeze();
    let answered = false;
    const answer = client.ping().then((text) => {
      answered = true;
      return text;
    });
    // New connections are still taken, by the kernel; meanwhile an answer would have come.
    for (let attempt = 0; attempt < 20; attempt++) expect(await reachable(server)).toBe(true);
    expect(answered).toBe(false);
    server.thaw();
    expect(await answer).toBe('PONG');
  });
});

test.skipIf(redis.skip)('REDIS_URL is used, never started or stopped', async () => {
  vi.stubEnv('REDIS_URL', redis.service.url);
  const given = await startRedis();
  expect(given).toMatchObject({ url: redis.service.url, port: redis.service.port, owned: false });
  expect(given.prefix).not.toBe(redis.service.prefix);
  expect(() => given.kill()).toThrow('not started here');
  expect(() => given.freeze()).toThrow('not started here');
  await given.stop();
  expect(await withClient(redis.service, (client) => client.ping())).toBe('PONG');
});

test('without a server, the error says what to install', async () => {
  vi.stubEnv('REDIS_URL', undefined);
  vi.stubEnv('PATH', '');
  await expect(startRedis()).rejects.toThrow(/apt-get install redis-server/);
  vi.unstubAllEnvs();
  vi.stubEnv('REDIS_URL', `redis://127.0.0.1:${await freePort()}`);
  await expect(startRedis()).rejects.toThrow(ServiceUnavailableError);
});
