import { Redis } from 'ioredis';
import { afterEach, expect, test, vi } from 'vitest';
import { askRedis } from './ask-redis.ts';
import { service } from './service.ts';
import { ServiceUnavailableError } from './service-unavailable-error.ts';
import { startRedisSentinel } from './start-redis-sentinel.ts';

const started = await service(startRedisSentinel, 'a Redis sentinel');
afterEach(() => void vi.unstubAllEnvs());

test.skipIf(started.skip)('a client of the sentinel finds the new master and its data', async () => {
  await using sentinel = started.service;
  const { name, sentinels } = sentinel;
  const before = await sentinel.master();
  const client = new Redis({ name, sentinels: [...sentinels], sentinelRetryStrategy: () => 50 });
  client.on('error', () => {});
  try {
    await client.set('k', 'v');
    await client.wait(1, 5000);

    await sentinel.failOver();
    const after = await sentinel.master();
    expect(after.port).not.toBe(before.port);
    await expect(askRedis(before.port, 'PING')).rejects.toThrow('ECONNREFUSED');
    expect(await client.get('k')).toBe('v');
    expect(await client.set('k', 'w')).toBe('OK');
    expect(await askRedis(after.port, 'GET', 'k')).toBe('w');
    await expect(sentinel.failOver()).rejects.toThrow('no replica left');
  } finally {
    client.disconnect();
  }
  await sentinel.stop();
  await expect(askRedis(sentinels[0]!.port, 'PING')).rejects.toThrow('ECONNREFUSED');
});

test('without a server, the error says what to install', async () => {
  vi.stubEnv('PATH', '');
  await expect(startRedisSentinel()).rejects.toThrow(ServiceUnavailableError);
});
