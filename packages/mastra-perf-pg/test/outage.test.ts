import { randomUUID } from 'node:crypto';
import {
  reasonOf,
  service,
  startDelayProxy,
  startPostgres,
  until,
  untilWorks,
  within,
  type DelayProxy,
} from '@mastra-perf/testkit';
import { isPerfError } from 'mastra-perf';
import type { PoolConfig } from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { postgresStore, type PostgresStore } from '../src/index.ts';
import { aPool } from './a-pool.ts';
import { asAdmin, killBackends } from './admin.ts';
import { begun, isServed, written } from './sample-writes.ts';

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());
/** The server of `DATABASE_URL` is not killed. */
const notOurs = postgres.skip ?? (postgres.service.owned ? undefined : 'the server is not ours');

/** Longer than any operation may take, see `ASK_MS`, on a busy machine. */
const LIMIT_MS = 9000;

function open(connectionString: string, options: PoolConfig = {}): PostgresStore {
  const store = postgresStore({ connectionString, options });
  onTestFinished(() => store.close());
  return store;
}
function through(proxy: DelayProxy): string {
  const url = new URL(postgres.service.connectionString);
  [url.hostname, url.port] = [proxy.host, String(proxy.port)];
  return url.href;
}
const failed = async (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => false,
    () => true,
  );
const everything = (store: PostgresStore): Array<() => Promise<unknown>> => [
  () => store.cache.stamp(),
  () => store.cache.getMany([{ key: 'a' }]),
  () => store.cache.setMany([{ key: 'a', value: Buffer.from('a'), tags: [], stamp: 1, ttlMs: 1 }]),
  () => store.cache.delete(['a']),
  () => store.cache.invalidateTags(['a']),
  () => store.cache.clear(),
  () => store.cache.areCurrent([{ tags: [], stamp: 1 }]),
  () => store.leases.acquire('a', 1),
  () => store.leases.renew({ name: 'a', token: 1 }, 1),
  () => store.leases.release({ name: 'a', token: 1 }),
  () => store.bus.publish('a', ''),
  () => store.bus.subscribe('a', { message() {}, gap() {} }),
  () => store.health(),
];

/** What nobody listens to ends a process. */
const unheard: unknown[] = [];
const note = (error: unknown): void => void unheard.push(error);
beforeEach(() => {
  unheard.length = 0;
  process.on('uncaughtException', note).on('unhandledRejection', note);
});
afterEach(() => {
  process.off('uncaughtException', note).off('unhandledRejection', note);
  if (unheard.length > 0) throw new Error(`nobody heard: ${unheard.map(String).join('; ')}`);
});

describe('a port where nobody listens', () => {
  test('connect rejects and says why, and so does every operation, at once', async () => {
    const store = open('postgres://127.0.0.1:1/none');
    await expect(store.connect()).rejects.toThrow('ECONNREFUSED');
    for (const operation of everything(store)) {
      const reason = await within(1000, reasonOf(operation()));
      expect(isPerfError(reason) && reason.code).toBe('MASTRA_PERF_STORE');
      expect(String(reason)).toContain('ECONNREFUSED');
    }
  });
});

describe.skipIf(notOurs)('a server that goes', () => {
  test('and comes: everything works again by itself; nothing from before a crash is served or stored', async () => {
    const store = open(postgres.service.connectionString);
    await store.connect();
    // The tables are to survive, and to be empty.
    await asAdmin(postgres.service.connectionString, 'CHECKPOINT');
    const gaps: string[] = [];
    const heard: string[] = [];
    await store.bus.subscribe('topic', {
      message: (text) => void heard.push(text),
      gap: () => void gaps.push('gap'),
    });
    const entry = await written(store.cache);
    const underWay = await begun(store.cache);
    const lease = await store.leases.acquire('lease', 600_000);

    postgres.service.kill();
    await until('an operation fails', () => failed(store.cache.stamp()));
    await postgres.service.restart();
    await untilWorks('the server is there again', () => store.health());

    expect(await isServed(store.cache, entry)).toBe(false);
    expect(await store.cache.areCurrent([entry, underWay])).toEqual([false, false]);
    // Nobody has taken a stamp yet, then somebody has.
    expect(await store.cache.setMany([underWay])).toEqual([false]);
    const later = await written(store.cache, { key: entry.key });
    expect(later.stamp).toBeGreaterThan(underWay.stamp + 1000);
    expect(await store.cache.setMany([underWay])).toEqual([false]);
    expect(await isServed(store.cache, later)).toBe(true);
    const again = await store.leases.acquire('lease', 600_000);
    expect(lease.granted && again.granted && again.lease.token > lease.lease.token).toBe(true);

    await until('the subscriber was told', () => gaps.length > 0);
    await store.bus.publish('topic', 'text');
    await until('the message is there', () => heard.length > 0);
    expect([heard, gaps]).toEqual([['text'], ['gap']]);
  });

  test('while statements are under way: each of them settles', async () => {
    const store = open(postgres.service.connectionString);
    await store.connect();
    const underWay = Array.from({ length: 200 }, () => failed(store.cache.stamp()));
    postgres.service.kill();
    await within(LIMIT_MS, Promise.all(underWay));
    await postgres.service.restart();
    await untilWorks('the server is there again', () => store.cache.stamp());
  });

  test('that was not there at first: the store connects when it comes', async () => {
    postgres.service.kill();
    const store = open(postgres.service.connectionString);
    await until('nobody answers', () => failed(store.connect()));
    await postgres.service.restart();
    await untilWorks('the server is there', () => store.cache.stamp());
  });
});

describe.skipIf(postgres.skip)('a network that freezes', () => {
  test('lets no operation wait for longer than its limit, and all work again when it thaws', async () => {
    await using proxy = await startDelayProxy({ target: postgres.service });
    const store = open(through(proxy));
    await store.connect();
    await written(store.cache);
    const gaps: string[] = [];
    await store.bus.subscribe('topic', { message() {}, gap: () => void gaps.push('gap') });
    proxy.freeze();
    const results = everything(store).map((operation) => failed(operation()));
    expect(await within(LIMIT_MS, Promise.all(results))).toEqual(results.map(() => true));
    proxy.thaw();
    await untilWorks('the server answers', () => store.cache.stamp());
    await until('the subscriber was told', () => gaps.length > 0);
  });

  test('does not hold up connect, nor a store on a pool that would wait for ever', async () => {
    await using proxy = await startDelayProxy({ target: postgres.service });
    proxy.freeze();
    const pool = aPool({ connectionString: through(proxy), max: 1 });
    const [own, given] = [open(through(proxy)), postgresStore({ pool })];
    const attempts = [own, given].map((store) => failed(store.connect()));
    expect(await within(11_000, Promise.all(attempts))).toEqual([true, true]);
    proxy.thaw();
    await untilWorks('the server answers', () => own.connect());
    await untilWorks('the server answers', () => given.connect());
    await given.close();
    await pool.end();
  });

  test('takes no more memory than a bound', async () => {
    await using proxy = await startDelayProxy({ target: postgres.service });
    const store = open(through(proxy));
    await store.connect();
    proxy.freeze();
    const value = Buffer.alloc(8 * 1024 ** 2);
    const write = { key: 'a', value, tags: [], stamp: 1, ttlMs: 1000 };
    const attempts = Array.from({ length: 20 }, () =>
      store.cache.setMany([write]).then(() => 'done', String),
    );
    const refused = await within(1000, Promise.all(attempts.slice(8)));
    expect(new Set(refused)).toEqual(new Set([expect.stringContaining('the server hangs')]));
    proxy.cut();
    await within(LIMIT_MS, Promise.all(attempts));
    proxy.thaw();
    await untilWorks('the server answers', () => store.cache.stamp());
  });
});

describe.skipIf(postgres.skip)('a network that breaks', () => {
  test('in the middle of replies: all settle, and it goes on', async () => {
    await using proxy = await startDelayProxy({ target: postgres.service });
    const store = open(through(proxy));
    await store.connect();
    const entry = await written(store.cache, { value: Buffer.alloc(1024 ** 2) });
    for (let round = 0; round < 5; round++) {
      const reads = Array.from({ length: 10 }, () => failed(store.cache.getMany([entry])));
      proxy.cut();
      await within(LIMIT_MS, Promise.all(reads));
      await untilWorks('the connection is there again', () => store.health());
    }
    expect(await isServed(store.cache, entry)).toBe(true);
  });

  test('kills idle connections: nobody hears of it, and the next operation works', async () => {
    const { connectionString } = postgres.service;
    const application_name = randomUUID();
    const store = open(connectionString, { application_name });
    await Promise.all([store.connect(), ...Array.from({ length: 8 }, () => store.cache.stamp())]);
    expect(await killBackends(connectionString, application_name)).toBeGreaterThan(1);
    await untilWorks('it goes on', () => store.cache.stamp());
  });
});

describe.skipIf(postgres.skip)('a server that refuses', () => {
  test('a database or a role that is not there: connect rejects and says so, without the password', async () => {
    for (const [change, why] of [
      [(url: URL) => (url.pathname = 'nowhere'), 'database "nowhere" does not exist'],
      [
        (url: URL) => ([url.username, url.password] = ['nobody', 'secret-word']),
        'role "nobody" does not exist',
      ],
    ] as const) {
      const url = new URL(postgres.service.connectionString);
      change(url);
      const error = await reasonOf(open(url.href).connect());
      expect(String(error)).toContain(why);
      expect(String(error)).not.toContain('secret-word');
    }
  });
});
