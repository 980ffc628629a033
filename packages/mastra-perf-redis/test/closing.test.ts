import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { reasonOf, service, startDelayProxy, startRedis, until, within } from '@mastra-perf/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { redisStore, type RedisStore } from '../src/index.ts';

const redis = await service(startRedis, 'Redis');
afterAll(() => redis.skip ?? redis.service.stop());

const CLOSED_MS = 1500;
const NOWHERE = 'redis://127.0.0.1:1';

async function assertClosed(store: RedisStore): Promise<void> {
  for (const operation of [() => store.connect(), () => store.cache.stamp(), () => store.health()])
    await expect(operation()).rejects.toMatchObject({ code: 'MASTRA_PERF_CLOSED' });
  await expect(store.bus.subscribe('a', { message() {}, gap() {} })).rejects.toThrow('closed');
}

describe('close', () => {
  test('of what was never opened', async () => {
    const store = redisStore({ url: NOWHERE });
    await within(CLOSED_MS, store.close());
    await assertClosed(store);
  });

  test('while it connects: connect and what waits for it reject', async () => {
    const store = redisStore({ url: NOWHERE });
    const waiting = [store.connect(), store.cache.stamp()].map(reasonOf);
    await within(CLOSED_MS, store.close());
    for (const reason of await Promise.all(waiting)) expect(String(reason)).toContain('closed');
    await assertClosed(store);
  });

  test('while it waits for a client that somebody gives', async () => {
    const store = redisStore({ client: () => new Promise(() => {}) });
    const waiting = reasonOf(store.connect());
    await within(CLOSED_MS, store.close());
    expect(String(await waiting)).toContain('closed');
  });

  test('between two attempts', async () => {
    const store = redisStore({ url: NOWHERE });
    await store.connect().catch(() => {});
    await within(CLOSED_MS, store.close());
    await assertClosed(store);
  });

  test.skipIf(redis.skip)('of what is open, more than once', async () => {
    const store = redisStore({ url: redis.service.url });
    await store.connect();
    await store.bus.subscribe('a', { message() {}, gap() {} });
    await within(CLOSED_MS, Promise.all([store.close(), store.close()]));
    await store.close();
    await assertClosed(store);
  });

  test.skipIf(redis.skip)('while the server hangs: what waits for an answer rejects', async () => {
    await using proxy = await startDelayProxy({ target: redis.service });
    const store = redisStore({ url: `redis://127.0.0.1:${proxy.port}` });
    await store.connect();
    await store.bus.subscribe('a', { message() {}, gap() {} });
    proxy.freeze();
    const waiting = reasonOf(store.cache.stamp());
    await within(CLOSED_MS, store.close());
    await within(CLOSED_MS, waiting);
  });

  test.skipIf(redis.skip)(
    'lets the process end, by itself and soon, whatever state each store is in',
    async () => {
      await using proxy = await startDelayProxy({ target: redis.service });
      const program = fileURLToPath(new URL('fixtures/open-and-close.ts', import.meta.url));
      const child = spawn(process.execPath, [program, redis.service.url, `redis://127.0.0.1:${proxy.port}`]);
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const exited = once(child, 'exit');
      await until('the stores are open', () => output.includes('open') || child.exitCode !== null);
      proxy.freeze();
      child.stdin.write('close\n');
      await until('the stores are closed', () => output.includes('closed') || child.exitCode !== null);
      // The connections of ioredis to sentinels have a timer of two seconds.
      const [code] = await within(4_000, exited);
      expect([code, output]).toEqual([0, 'open\nclosed\n']);
    },
  );
});
