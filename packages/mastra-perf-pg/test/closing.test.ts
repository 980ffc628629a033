import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { reasonOf, service, startDelayProxy, startPostgres, until, within } from '@mastra-perf/testkit';

import { afterAll, describe, expect, test } from 'vitest';
import { postgresStore, type PostgresStore } from '../src/index.ts';
import { aPool } from './a-pool.ts';

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());

const CLOSED_MS = 1500;
const REQUESTS = 30;
const NOWHERE = 'postgres://127.0.0.1:1/none';

async function assertClosed(store: PostgresStore): Promise<void> {
  for (const operation of [() => store.connect(), () => store.cache.stamp(), () => store.health()])
    await expect(operation()).rejects.toMatchObject({ code: 'MASTRA_PERF_CLOSED' });
  await expect(store.bus.subscribe('a', { message() {}, gap() {} })).rejects.toThrow('closed');
}
const throughPort = (port: number): string => {
  const url = new URL(postgres.service.connectionString);
  url.port = String(port);
  return url.href;
};

test.skipIf(postgres.skip)('an open store keeps nothing of the requests that have asked it', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: { execution: 'async' }) => Promise<void>;
  const running = new AsyncLocalStorage<object>();
  const store = postgresStore({ connectionString: postgres.service.connectionString });
  await store.connect();
  const served: WeakRef<object>[] = [];
  for (let count = 0; count < REQUESTS; count++) {
    const request = {};
    served.push(new WeakRef(request));
    await running.run(request, () => store.health());
  }
  await setImmediate(); // until then a reference that is new is kept
  await collect({ execution: 'async' });
  // A connection remembers the one for which it was opened.
  expect(served.filter((request) => request.deref()).length).toBeLessThan(REQUESTS / 2);
  await store.close();
});

describe('close', () => {
  test('of what was never opened', async () => {
    const store = postgresStore({ connectionString: NOWHERE });
    await within(CLOSED_MS, store.close());
    await assertClosed(store);
  });

  test('while it waits for a pool that somebody gives', async () => {
    const store = postgresStore({ pool: () => new Promise(() => {}) });
    const waiting = reasonOf(store.connect());
    await within(CLOSED_MS, store.close());
    expect(String(await waiting)).toContain('closed');
  });

  test.skipIf(postgres.skip)('of what is open, more than once', async () => {
    const store = postgresStore({ connectionString: postgres.service.connectionString });
    await store.connect();
    await store.bus.subscribe('a', { message() {}, gap() {} });
    await within(CLOSED_MS, Promise.all([store.close(), store.close()]));
    await store.close();
    await assertClosed(store);
  });

  test.skipIf(postgres.skip)('leaves a given pool open, and gives back what it took of it', async () => {
    const pool = aPool({ connectionString: postgres.service.connectionString, max: 2 });
    const store = postgresStore({ pool });
    await store.bus.subscribe('a', { message() {}, gap() {} });
    await within(CLOSED_MS, store.close());
    await Promise.all([pool.query('SELECT 1'), pool.query('SELECT 1'), pool.query('SELECT 1')]);
    await within(CLOSED_MS, pool.end());
  });

  test.skipIf(postgres.skip)('while the server hangs: what waits for an answer rejects', async () => {
    await using proxy = await startDelayProxy({ target: postgres.service });
    const store = postgresStore({ connectionString: throughPort(proxy.port) });
    await store.connect();
    await store.bus.subscribe('a', { message() {}, gap() {} });
    proxy.freeze();
    const waiting = reasonOf(store.cache.stamp());
    await within(CLOSED_MS, store.close());
    await within(CLOSED_MS, waiting);
  });

  test.skipIf(postgres.skip)(
    'lets the process end, by itself and soon, whatever state each store is in',
    async () => {
      await using proxy = await startDelayProxy({ target: postgres.service });
      const program = fileURLToPath(new URL('fixtures/open-and-close.ts', import.meta.url));
      const { connectionString } = postgres.service;
      const child = spawn(process.execPath, [program, connectionString, throughPort(proxy.port)]);
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const exited = once(child, 'exit');
      await until('the stores are open', () => output.includes('open') || child.exitCode !== null);
      proxy.freeze();
      child.stdin.write('close\n');
      await until('the stores are closed', () => output.includes('closed') || child.exitCode !== null);
      const [code] = await within(4000, exited);
      expect([code, output]).toEqual([0, 'open\nclosed\n']);
    },
  );
});
