import { randomUUID } from 'node:crypto';
import { reasonOf, service, startPostgres, until } from '@mastra-perf/testkit';
import { Client } from 'pg';
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { postgresStore, type PostgresStore } from '../src/index.ts';
import { aPool } from './a-pool.ts';
import { asAdmin } from './admin.ts';
import { begun, isServed, written } from './sample-writes.ts';

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());

/** Statements that wait for a lock. */
async function blocked(): Promise<number> {
  const text = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
  const [row] = await asAdmin<{ count: number }>(postgres.service.connectionString, text);
  return row!.count;
}

/** Whose every statement is part of the transaction that is open on this client. */
const aPoolOf = (client: Client) => ({
  query: client.query.bind(client),
  connect: () => Promise.resolve(Object.assign(Object.create(client) as Client, { release() {} })),
});

describe.skipIf(postgres.skip)('a transaction that takes its time', () => {
  const schema = `test_${randomUUID()}`;
  let store: PostgresStore;
  let slow: Client;
  beforeEach(async () => {
    const { connectionString } = postgres.service;
    store = postgresStore({ connectionString, schema });
    slow = new Client({ connectionString });
    await Promise.all([store.connect(), slow.connect()]);
    await slow.query('BEGIN');
    return () => Promise.all([store.close(), slow.end()]);
  });
  const invalidateSlowly = (tag: string) =>
    slow.query(
      `INSERT INTO "${schema}".cache_marks AS m (tag, at) VALUES ($1, nextval('"${schema}".moments'))
       ON CONFLICT (tag) DO UPDATE SET at = EXCLUDED.at`,
      [tag],
    );

  test('an invalidation that has its number and is not committed: what began before is not served after it', async () => {
    const { cache } = store;
    const tags = ['slow'];
    const [standing, underWay] = [await written(cache, { tags }), await begun(cache, { tags })];
    await invalidateSlowly('slow');
    const later = await begun(cache, { tags });
    // It has not taken place for anybody yet.
    expect(await cache.setMany([underWay, later])).toEqual([true, true]);
    expect(await isServed(cache, standing)).toBe(true);
    await slow.query('COMMIT');
    expect(await cache.areCurrent([standing, underWay, later])).toEqual([false, false, true]);
    expect(await isServed(cache, standing)).toBe(false);
    expect(await isServed(cache, underWay)).toBe(false);
    expect(await isServed(cache, later)).toBe(true);
    expect(await cache.setMany([underWay])).toEqual([false]);
  });

  test('an invalidation that waits for a later one of the same tag does not undo it', async () => {
    const { cache } = store;
    const tags = ['both'];
    await cache.invalidateTags(tags);
    await slow.query(`SELECT FROM "${schema}".cache_marks WHERE tag = 'both' FOR UPDATE`);
    const earlier = cache.invalidateTags(tags);
    await until('it waits', async () => (await blocked()) === 1);
    const between = await written(cache, { tags });
    await invalidateSlowly('both');
    await slow.query('COMMIT');
    await earlier;
    expect(await isServed(cache, between)).toBe(false);
  });

  test('a lease that is taken meanwhile is told as held, with its time', async () => {
    await slow.query(
      `INSERT INTO "${schema}".leases VALUES ('meanwhile', nextval('"${schema}".moments'), now() + interval '1 hour')`,
    );
    const attempt = store.leases.acquire('meanwhile', 1000);
    await until('it waits', async () => (await blocked()) === 1);
    await slow.query('COMMIT');
    expect(await attempt).toEqual({ granted: false, expiresInMs: expect.any(Number) });
    const { expiresInMs } = (await attempt) as { expiresInMs: number };
    expect(expiresInMs).toBeGreaterThan(3_000_000);
  });

  test('a lease that is taken, given back, taken and given back while another asks for it: the other has the later token', async () => {
    const { leases } = postgresStore({ pool: aPoolOf(slow), schema });
    const takeAndGiveBack = async (): Promise<number> => {
      const attempt = await leases.acquire('busy', 60_000);
      if (!attempt.granted) throw new Error('it is free');
      expect(await leases.release(attempt.lease)).toBe(true);
      return attempt.lease.token;
    };
    await takeAndGiveBack();
    const later = store.leases.acquire('busy', 60_000);
    await until('it waits', async () => (await blocked()) === 1);
    const token = await takeAndGiveBack();
    await slow.query('COMMIT');
    const attempt = await later;
    expect(attempt.granted && attempt.lease.token > token).toBe(true);
  });

  test('a lock that nobody gives back: operations reject, and a given pool is not left with what hangs', async () => {
    const pool = aPool({ connectionString: postgres.service.connectionString, max: 3 });
    onTestFinished(() => pool.end());
    const given = postgresStore({ pool, schema });
    await given.connect();
    await slow.query(`LOCK TABLE "${schema}".cache_entries`);
    const reads = Array.from({ length: 3 }, (_, n) => reasonOf(given.cache.getMany([{ key: String(n) }])));
    for (const reason of await Promise.all(reads)) expect(String(reason)).toContain('getMany');
    await until('its connections are closed', () => pool.totalCount === 0);
    expect(await given.cache.stamp()).toBeGreaterThan(0);
    await given.close();
  });
});
