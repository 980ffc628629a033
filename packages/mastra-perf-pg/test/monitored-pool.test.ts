import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Mastra } from '@mastra/core';
import { PostgresStore } from '@mastra/pg';
import { service, startPostgres, until } from '@mastra-perf/testkit';
import { createPerf, PerfConfigError, type PerfEvents } from 'mastra-perf';
import { Client, Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  fastPostgres,
  monitoredPool,
  postgresStore,
  type MonitoredPool,
  type MonitoredPoolConfig,
  type SlowQuery,
} from '../src/index.ts';
import { asAdmin, killBackends } from './admin.ts';

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());

function open(config: MonitoredPoolConfig = {}): MonitoredPool {
  const pool = monitoredPool({ connectionString: postgres.service.connectionString, ...config });
  onTestFinished(() => pool.end());
  return pool;
}
const statsOf = (pool: MonitoredPool, text: string) =>
  pool.monitor.snapshot().statements.find((statement) => statement.text.includes(text));

describe('options', () => {
  test.each([
    { slowQueryMs: 0 },
    { slowQueryMs: Number.NaN },
    { maxShapes: 0.5 },
    { max: 0 },
    { connectionString: undefined },
    { connectionString: 'secret-password' },
  ] as object[])('%o is refused', (config) => {
    expect(() => monitoredPool(config)).toThrow(PerfConfigError);
    try {
      monitoredPool(config);
    } catch (error) {
      expect(String(error)).not.toContain('secret');
    }
  });

  test('that are not given have values that suit a server', () => {
    const pool = monitoredPool({ application_name: 'mine', max: undefined });
    expect(pool.options).toMatchObject({
      max: 20,
      idleTimeoutMillis: 30_000,
      connectionTimeoutMillis: 2000,
      statement_timeout: 30_000,
      keepAlive: true,
      application_name: 'mine',
    });
    expect(pool).toBeInstanceOf(Pool);
  });
});

describe.skipIf(postgres.skip)('a monitored pool', () => {
  test('is a pool as any other, in all ways to ask it', async () => {
    const pool = open();
    expect((await pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
    expect((await pool.query({ text: 'SELECT $1::int AS n', values: [2] })).rows).toEqual([{ n: 2 }]);
    expect(
      await new Promise((resolve) =>
        pool.query('SELECT $1::int AS n', [3], (_error, result) => resolve(result.rows)),
      ),
    ).toEqual([{ n: 3 }]);
    const client = await pool.connect();
    expect((await client.query('SELECT 4 AS n')).rows).toEqual([{ n: 4 }]);
    await new Promise<void>((resolve) => client.query('SELECT 5 AS n', () => resolve()));
    client.release();
    await new Promise<void>((resolve) =>
      pool.connect((_error, lent, done) => {
        expect(lent).toBeDefined();
        done();
        resolve();
      }),
    );
    await expect(pool.query('SELECT nothing')).rejects.toMatchObject({ code: '42703' });
    expect(statsOf(pool, 'SELECT ? AS n')).toMatchObject({ count: 3, errors: 0 });
    expect(statsOf(pool, 'SELECT ?::int AS n')).toMatchObject({ count: 2, errors: 0 });
    expect(statsOf(pool, 'SELECT nothing')).toMatchObject({ count: 1, errors: 1 });
    expect(Object.hasOwn(Client.prototype, 'monitor')).toBe(false);
    expect(pool.monitor.snapshot().wait.count).toBe(6);
  });

  test('carries a store', async () => {
    const pool = open();
    const store = postgresStore({ pool });
    onTestFinished(() => store.close());
    expect(await store.cache.stamp()).toBeGreaterThan(0);
    expect(statsOf(pool, 'nextval')).toMatchObject({ count: 1 });
  });

  test('tells of slow statements, without any value', async () => {
    const pool = open({ slowQueryMs: 30 });
    const told: SlowQuery[] = [];
    const end = pool.monitor.on('slow', (query) => void told.push(query));
    await pool.query('SELECT 1');
    await pool.query(`SELECT pg_sleep(0.05), $1::text, 'secret-literal'`, ['secret-value']);
    const failing = 'SELECT 1 / (n - n) FROM (SELECT pg_sleep(0.05), length($1) AS n OFFSET 0) x';
    await pool.query(failing, ['secret-value']).catch(() => {});
    end();
    await pool.query('SELECT pg_sleep(0.05)');
    expect(told).toEqual([
      { text: 'SELECT pg_sleep(?), ?, …', durationMs: expect.any(Number) },
      { text: expect.stringContaining('length(?)'), durationMs: expect.any(Number), failed: '22012' },
    ]);
    for (const { durationMs } of told) expect(durationMs).toBeGreaterThanOrEqual(30);
    expect(JSON.stringify([told, pool.monitor.snapshot()])).not.toContain('secret');
    expect(pool.monitor.snapshot().slow).toBe(3);
  });

  test('keeps no more shapes than it may, and counts the others together', async () => {
    const pool = open({ maxShapes: 3 });
    for (let n = 0; n < 10; n++) await pool.query(`SELECT 1 AS c${n}`);
    const { statements, others } = pool.monitor.snapshot();
    expect([statements.length, others.count]).toEqual([3, 7]);
  });

  test('tells how long callers wait, and that all connections are in use', async () => {
    const pool = open({ max: 2, connectionTimeoutMillis: 50 });
    const clients = await Promise.all([pool.connect(), pool.connect()]);
    expect(pool.monitor.snapshot().connections).toMatchObject({
      max: 2,
      open: 2,
      idle: 0,
      saturation: 1,
      queued: 0,
    });
    const refused = pool.query('SELECT 1');
    expect(pool.monitor.snapshot().connections).toMatchObject({ waiting: 1 });
    await expect(refused).rejects.toThrow('timeout');
    const waiting = pool.query('SELECT 1');
    for (const client of clients) client.release();
    await waiting;
    const { connections, wait } = pool.monitor.snapshot();
    expect(connections).toMatchObject({ saturation: 0, queued: 2, refused: 1, waiting: 0 });
    expect(wait.count).toBe(4);
    expect(wait.maxMs).toBeGreaterThan(40);
  });

  test('opens connections before they are needed', async () => {
    const pool = open({ max: 5 });
    await pool.monitor.warm(3);
    expect(pool.monitor.snapshot().connections).toMatchObject({ open: 3, idle: 3 });
    await pool.monitor.warm(100);
    expect(pool.monitor.snapshot().connections).toMatchObject({ open: 5, idle: 5 });
    await expect(
      monitoredPool({ connectionString: 'postgres://127.0.0.1:1/none' }).monitor.warm(2),
    ).rejects.toThrow();
  });

  test('goes on when the server ends idle connections, and counts them', async () => {
    const application_name = randomUUID();
    const pool = open({ application_name });
    await pool.monitor.warm(3);
    await killBackends(postgres.service.connectionString, application_name);
    await until('they are lost', () => pool.monitor.snapshot().connections.lost === 3);
    expect((await pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
  });

  test('ends a statement that takes too long', async () => {
    const pool = open({ statement_timeout: 50 });
    await expect(pool.query('SELECT pg_sleep(5)')).rejects.toMatchObject({ code: '57014' });
  });

  test('is not disturbed by a listener that throws', async () => {
    const warned = once(process, 'warning');
    const pool = open({ slowQueryMs: 0.0001 });
    pool.monitor.on('slow', () => {
      throw new Error('of the listener');
    });
    expect((await pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
    expect(String(await warned)).toContain('of the listener');
  });
});

describe.skipIf(postgres.skip)('batchInsert', () => {
  let pool: MonitoredPool;
  const admin = (text: string) => asAdmin(postgres.service.connectionString, text);
  beforeAll(async () => {
    pool = monitoredPool({ connectionString: postgres.service.connectionString });
    return () => pool.end();
  });
  const aTable = async (columns: string): Promise<string> => {
    const table = `t_${randomUUID()}`;
    await admin(`CREATE TABLE "${table}" (${columns})`);
    return table;
  };
  const rowsOf = (table: string, order = 1) => admin(`SELECT * FROM "${table}" ORDER BY ${order}`);

  test('writes 10,000 rows in one statement', async () => {
    const table = await aTable('id int PRIMARY KEY, text text, at timestamptz');
    const rows = Array.from({ length: 10_000 }, (_, id) => ({
      id,
      text: `row ${id}`,
      at: new Date(id * 1000),
    }));
    expect(await pool.monitor.batchInsert(table, rows)).toEqual({
      given: 10_000,
      written: 10_000,
      statements: 1,
    });
    expect(await rowsOf(table)).toEqual(rows);
  });

  test('writes every kind of value as what its column is', async () => {
    const table = await aTable(
      'a int, b bigint, c float8, d bytea, e jsonb, f text[], g timestamptz, h boolean, i text, j numeric, k uuid',
    );
    const id = randomUUID();
    const row = {
      a: 1,
      b: 9_007_199_254_740_993n,
      c: Infinity,
      d: Buffer.from([0, 255, 39]),
      e: { nested: ["it's", null, { deep: 1.5 }] },
      f: ['a,b', '"', '{}'],
      g: new Date(1234),
      h: false,
      i: `'; DROP TABLE "${table}"; -- \\ é日😀`,
      j: '12345678901234567890.123',
      k: id,
    };
    await pool.monitor.batchInsert(table, [row, { ...row, a: null, i: undefined }]);
    const expected = { ...row, b: String(row.b) };
    expect(await rowsOf(table)).toEqual([expected, { ...expected, a: null, i: null }]);
  });

  test('goes by several statements where there is too much for one, all or nothing', async () => {
    const table = await aTable('id int PRIMARY KEY, text text');
    const rows = Array.from({ length: 20 }, (_, id) => ({ id, text: 'x'.repeat(1024 ** 2) }));
    expect(await pool.monitor.batchInsert(table, rows)).toMatchObject({
      given: 20,
      written: 20,
      statements: 7,
    });
    await admin(`DELETE FROM "${table}" WHERE id < 19`);
    await expect(pool.monitor.batchInsert(table, rows)).rejects.toMatchObject({ code: '23505' });
    expect(await rowsOf(table)).toHaveLength(1);
  });

  test('ignores or updates what is there already, and of several with one key takes the last', async () => {
    const table = await aTable('id int PRIMARY KEY, a text, b text');
    await pool.monitor.batchInsert(table, [{ id: 1, a: 'old', b: 'old' }]);
    const rows = [
      { id: 2, a: 'first', b: 'first' },
      { id: 1, a: 'new', b: 'new' },
      { id: 2, a: 'last', b: 'last' },
    ];
    const ignore = await pool.monitor.batchInsert(table, rows.slice(0, 2), { onConflict: 'ignore' });
    expect(ignore).toEqual({ given: 2, written: 1, statements: 1 });
    const update = await pool.monitor.batchInsert(table, rows, {
      onConflict: { columns: ['id'], update: ['a'] },
    });
    expect(update).toEqual({ given: 3, written: 2, statements: 1 });
    expect(await rowsOf(table)).toEqual([
      { id: 1, a: 'new', b: 'old' },
      { id: 2, a: 'last', b: 'first' },
    ]);
    await pool.monitor.batchInsert(table, rows, { onConflict: { columns: ['id'] } });
    expect(await rowsOf(table)).toEqual([
      { id: 1, a: 'new', b: 'new' },
      { id: 2, a: 'last', b: 'last' },
    ]);
  });

  test('takes names as they are, whatever is in them', async () => {
    const hostile = [`"; DROP TABLE users; --`, `a.b`, `'`, `$1`, `\\`, `"`, 'é日', ' '];
    for (const name of hostile) {
      const quotedName = `"${name.replaceAll('"', '""')}"`;
      await admin(
        `CREATE SCHEMA ${quotedName}; CREATE TABLE ${quotedName}.${quotedName} (id int UNIQUE, ${quotedName} text)`,
      );
      const table = { schema: name, table: name };
      const written = await pool.monitor.batchInsert(table, [{ id: 1, [name]: 'x' }], {
        onConflict: { columns: ['id'], update: [name] },
      });
      expect(written).toMatchObject({ written: 1 });
      expect(await admin(`SELECT * FROM ${quotedName}.${quotedName}`)).toEqual([{ id: 1, [name]: 'x' }]);
    }
  });

  test.each([
    ['an empty table name', '', [{ a: 1 }], {}],
    ['a name with NUL', 'a\0b', [{ a: 1 }], {}],
    ['a name that Postgres would cut', 'x'.repeat(64), [{ a: 1 }], {}],
    ['no name', 5, [{ a: 1 }], {}],
    ['a column with NUL', 'a', [{ 'a\0': 1 }], {}],
    ['no columns', 'a', [{}], {}],
    ['rows of other columns', 'a', [{ a: 1 }, { b: 1 }], {}],
    ['rows of fewer columns', 'a', [{ a: 1, b: 1 }, { a: 1 }], {}],
    ['a function', 'a', [{ a: () => 1 }], {}],
    ['a conflict column that no row has', 'a', [{ a: 1 }], { onConflict: { columns: ['b'] } }],
    ['no conflict column', 'a', [{ a: 1 }], { onConflict: { columns: [] } }],
    ['an update that no row has', 'a', [{ a: 1 }], { onConflict: { columns: ['a'], update: ['a = 1; --'] } }],
  ])('refuses %s, before anything is sent', async (_what, table, rows, options) => {
    const before = pool.monitor.snapshot().wait.count;
    await expect(
      pool.monitor.batchInsert(table as string, rows as object[] as never, options as never),
    ).rejects.toThrow(PerfConfigError);
    expect(pool.monitor.snapshot().wait.count).toBe(before);
  });

  test('of nothing sends nothing', async () => {
    expect(await pool.monitor.batchInsert('nowhere', [])).toEqual({ given: 0, written: 0, statements: 0 });
  });
});

describe.skipIf(postgres.skip)('a monitored pool of the storage of Mastra', () => {
  test('tells the plugin of statements that take long, without their values', async () => {
    const pool = open({ slowQueryMs: 100 });
    await using perf = createPerf();
    const storage = new PostgresStore({ id: 'pg', pool, disableInit: true });
    new Mastra({ storage: fastPostgres(storage), logger: false, processors: { perf } });
    const slow: Array<PerfEvents['slowStatement']> = [];
    perf.on('slowStatement', (statement) => slow.push(statement));
    await pool.query("SELECT 'a secret', pg_sleep($1)", [0.15]);
    expect(slow).toEqual([{ text: 'SELECT ?, pg_sleep(?)', ms: expect.any(Number) }]);
    await perf.close();
    await pool.query("SELECT 'a secret', pg_sleep($1)", [0.15]);
    expect(slow).toHaveLength(1);
  });
});
