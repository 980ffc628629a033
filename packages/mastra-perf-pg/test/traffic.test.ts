import { randomUUID } from 'node:crypto';
import { service, startPostgres, until } from '@mastra-perf/testkit';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { postgresStore, type PostgresStore } from '../src/index.ts';
import { aPool } from './a-pool.ts';
import { asAdmin } from './admin.ts';
import { countingPool, type CountingPool } from './counting-pool.ts';
import { begun, isServed, written } from './sample-writes.ts';

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());

describe.skipIf(postgres.skip)('the traffic of a store', () => {
  const schema = `test_${randomUUID()}`;
  let pool: Pool;
  let counting: CountingPool;
  let store: PostgresStore;
  beforeAll(async () => {
    pool = aPool({ connectionString: postgres.service.connectionString });
    counting = countingPool(pool);
    store = postgresStore({ pool: counting.pool, schema });
    await store.connect();
    return async () => {
      await store.close();
      await pool.end();
    };
  });

  const during = async (work: () => Promise<unknown>): Promise<number> => {
    const before = counting.roundTrips();
    await work();
    return counting.roundTrips() - before;
  };

  test('is two statements for a connect where the tables are', async () => {
    const other = postgresStore({ pool: counting.pool, schema });
    expect(await during(() => other.connect())).toBe(2);
    expect(await during(() => other.connect())).toBe(0);
  });

  test('is one statement for each operation, whatever it is about', async () => {
    const { cache, leases, bus } = store;
    const [entry, ...others] = await Promise.all(
      Array.from({ length: 50 }, () => begun(cache, { tags: [randomUUID(), randomUUID()] })),
    );
    const all = [entry!, ...others];
    const reads = all.map(({ key }) => ({ key, tags: [randomUUID()] }));
    const lease = { name: randomUUID(), token: 1 };
    const counts = {
      stamp: await during(() => cache.stamp()),
      'setMany, one': await during(() => cache.setMany([entry!])),
      'setMany, many': await during(() => cache.setMany(all)),
      'setMany, refused': await during(() => cache.setMany([{ ...entry!, stamp: 1 }])),
      'getMany, one': await during(() => cache.getMany(reads.slice(0, 1))),
      'getMany, many': await during(() => cache.getMany(reads)),
      areCurrent: await during(() => cache.areCurrent(all)),
      invalidateTags: await during(() => cache.invalidateTags(all.flatMap(({ tags }) => tags))),
      delete: await during(() => cache.delete(all.map(({ key }) => key))),
      acquire: await during(() => leases.acquire(lease.name, 1000)),
      'acquire, held': await during(() => leases.acquire(lease.name, 1000)),
      renew: await during(() => leases.renew(lease, 1000)),
      release: await during(() => leases.release(lease)),
      publish: await during(() => bus.publish('topic', 'text')),
      'publish, large': await during(() => bus.publish('topic', 'x'.repeat(100_000))),
      health: await during(() => store.health()),
    };
    expect(counts).toEqual(Object.fromEntries(Object.keys(counts).map((what) => [what, 1])));
    expect(await during(() => cache.getMany([]))).toBe(0);
    expect(await during(() => cache.clear())).toBeLessThanOrEqual(2); // and the first part of taking away
  });

  test('publishes what is said at once in two statements, in order', async () => {
    const heard: string[] = [];
    const topic = randomUUID();
    const end = await store.bus.subscribe(topic, { message: (text) => void heard.push(text), gap() {} });
    const texts = Array.from({ length: 100 }, (_, index) => String(index % 7));
    expect(await during(() => Promise.all(texts.map((text) => store.bus.publish(topic, text))))).toBe(2);
    await until('all are heard', () => heard.length === texts.length);
    expect(heard).toEqual(texts);
    await end();
  });

  test('uses prepared statements, each of a text that never changes', () => {
    const texts = new Map<string, Set<string>>();
    for (const { name, text } of counting.queries)
      if (name !== undefined) texts.set(name, (texts.get(name) ?? new Set()).add(text));
    expect(texts.size).toBeGreaterThan(9);
    for (const [name, some] of texts) expect([name.length < 64, some.size]).toEqual([true, 1]);
  });

  test('without prepared statements keeps nothing in a connection', async () => {
    const plain = postgresStore({ pool: counting.pool, schema, prepare: false });
    const before = counting.queries.length;
    const entry = await written(plain.cache, { tags: ['a'] });
    await plain.cache.invalidateTags(['a']);
    expect(await isServed(plain.cache, entry)).toBe(false);
    await plain.leases.acquire('a', 1);
    const sent = counting.queries.slice(before);
    expect(sent.length).toBeGreaterThan(4);
    for (const { name, text } of sent) {
      expect(name).toBeUndefined();
      expect(text).not.toMatch(/\b(PREPARE|LISTEN|TEMP|pg_advisory_lock|SET (LOCAL|SESSION))\b|^\s*SET/);
    }
    await plain.close();
  });

  test('reads by index, however large the table is', async () => {
    await asAdmin(
      postgres.service.connectionString,
      `INSERT INTO "${schema}".cache_entries SELECT 'k' || n, 'v', '{t}', NULL, 1, now() + interval '1 day'
       FROM generate_series(1, 20000) n; ANALYZE "${schema}".cache_entries;`,
    );
    const client = await pool.connect();
    const text = counting.queries.find((query) => query.text.startsWith('SELECT r.i'))!.text;
    const { rows } = await client.query({
      text: `EXPLAIN (GENERIC_PLAN) ${text}`,
    });
    client.release();
    const plan = rows.map((row) => String(row['QUERY PLAN'])).join('\n');
    expect(plan).toMatch(/Index Scan using \S+ on cache_entries/);
    expect(plan).not.toMatch(/Seq Scan on cache_(entries|marks)/);
  });
});

describe.skipIf(postgres.skip)('what a store keeps', () => {
  const schema = `test_${randomUUID()}`;
  const admin = (text: string) => asAdmin<{ count: number }>(postgres.service.connectionString, text);
  const count = async (table: string): Promise<number> =>
    (await admin(`SELECT count(*)::int AS count FROM "${schema}".${table}`))[0]!.count;
  let store: PostgresStore;
  beforeAll(async () => {
    store = postgresStore({ connectionString: postgres.service.connectionString, schema });
    await store.connect();
    return () => store.close();
  });

  test('values of five megabytes, several at once', async () => {
    const value = Uint8Array.from({ length: 5 * 1024 ** 2 }, (_, index) => (index * 31 + (index >> 8)) & 255);
    const stamp = await store.cache.stamp();
    const keys = ['a', 'b', 'c'];
    await store.cache.setMany(keys.map((key) => ({ key, value, tags: [], stamp, ttlMs: 60_000 })));
    for (const entry of await store.cache.getMany(keys.map((key) => ({ key }))))
      expect(Buffer.compare(entry!.value, value)).toBe(0);
  });

  test('names that no index and no text of Postgres takes', async () => {
    const names = [
      '\ud800',
      '\udc00',
      '\ud800\udc00',
      'a\0b',
      'ab',
      'x'.repeat(100_000),
      `${'x'.repeat(99_999)}y`,
      '#',
      '',
    ];
    const stamp = await store.cache.stamp();
    await store.cache.setMany(
      names.map((name) => ({
        key: name,
        value: Buffer.from(JSON.stringify(name)),
        tags: [name],
        stamp,
        ttlMs: 60_000,
      })),
    );
    const found = await store.cache.getMany(names.map((key) => ({ key })));
    for (const [index, name] of names.entries()) {
      expect(found[index]!.tags).toEqual([name]);
      expect(Buffer.from(found[index]!.value).toString()).toBe(JSON.stringify(name));
    }
    await store.cache.invalidateTags([names[0]!]);
    const left = await store.cache.getMany(names.map((key) => ({ key })));
    expect(left.map((entry) => entry !== undefined)).toEqual(names.map((_, index) => index > 0));
  });

  test('nothing of no use: no time to live, no stamp', async () => {
    const entry = await begun(store.cache);
    const writes = [0, -1, Number.NaN].map((ttlMs) => ({ ...entry, ttlMs }));
    expect(
      await store.cache.setMany([...writes, { ...entry, stamp: 0.5 }, { ...entry, stamp: Infinity }]),
    ).toEqual(Array(5).fill(false));
    expect(await store.cache.areCurrent([{ tags: [], stamp: Number.NaN }])).toEqual([false]);
  });

  test('no more than twice what is alive: expired entries, old marks and leases go with what is written', async () => {
    const past = `now() - interval '1 day'`;
    await admin(`INSERT INTO "${schema}".cache_entries SELECT 'old' || n, 'v', '{t}', NULL, 1, ${past}
      FROM generate_series(1, 1500) n`);
    await admin(`INSERT INTO "${schema}".cache_marks SELECT 'old' || n, 7, now() - interval '32 days'
      FROM generate_series(1, 700) n`);
    await admin(
      `INSERT INTO "${schema}".leases SELECT 'old' || n, 7, ${past} FROM generate_series(1, 700) n`,
    );
    const before = await count('cache_entries');
    const fresh = postgresStore({ connectionString: postgres.service.connectionString, schema });
    onTestFinished(() => fresh.close());
    const stamp = await fresh.cache.stamp();
    const write = async () => {
      const writes = Array.from({ length: 250 }, () => ({
        key: randomUUID(),
        value: Buffer.of(1),
        tags: [],
        stamp,
        ttlMs: 60_000,
      }));
      await fresh.cache.setMany(writes);
    };
    for (let batch = 0; batch < 2; batch++) await write();
    // Twice as many as were written.
    await until(
      'as many as are due are gone',
      async () => (await count('cache_entries')) === before + 500 - 1000,
    );
    for (let batch = 0; batch < 2; batch++) await write();
    await until('all are gone', async () => (await count('cache_entries')) === before + 1000 - 1500);
    await until('the marks are gone', async () => (await count(`cache_marks WHERE tag LIKE 'old%'`)) === 0);
    await until('the leases are gone', async () => (await count(`leases WHERE name LIKE 'old%'`)) === 0);
  });

  test('nothing for ever that clear has made invalid', async () => {
    await written(store.cache);
    await store.cache.clear();
    const later = await written(store.cache);
    await until('the old ones are gone', async () => (await count('cache_entries')) === 1);
    expect(await isServed(store.cache, later)).toBe(true);
  });

  test('what it forgets counts as invalid', async () => {
    const entry = await written(store.cache, { tags: ['forgotten'] });
    await store.cache.invalidateTags(['forgotten']);
    await admin(
      `UPDATE "${schema}".cache_marks SET marked_at = now() - interval '32 days' WHERE tag = 'forgotten'`,
    );
    const many = Array.from({ length: 600 }, () => randomUUID());
    await store.cache.invalidateTags(many);
    await until('it is forgotten', async () => (await count(`cache_marks WHERE tag = 'forgotten'`)) === 0);
    expect(await isServed(store.cache, entry)).toBe(false);
    expect(await store.cache.setMany([entry])).toEqual([false]);
  });
});
