import { service, startPostgres } from '@mastra-perf/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { aMessage, aThread } from './fast-samples.ts';
import { openFast } from './fast-store.ts';

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());
const url = (): string => postgres.service.connectionString;
type Opened = Awaited<ReturnType<typeof openFast>>;

const NAMES = ['mastra_perf_messages_resource', 'mastra_perf_messages_thread'];
async function ours({ pool, schemaName }: Opened): Promise<unknown[]> {
  const { rows } = await pool.query(
    `SELECT relname FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND relname LIKE 'mastra\\_perf%' AND indisvalid ORDER BY relname`,
    [schemaName],
  );
  return rows.map(({ relname }) => relname);
}

describe.skipIf(postgres.skip)('ensureIndexes', () => {
  test('by ten processes at once makes each index once, while messages are saved', async () => {
    const first = await openFast(url());
    await first.memory.saveThread({ thread: aThread('t') });
    const { schemaName } = first;
    const others = await Promise.all(
      Array.from({ length: 9 }, () => openFast(url(), { schemaName, pool: { max: 1 } })),
    );
    const saves = Array.from({ length: 20 }, () => first.memory.saveMessages({ messages: [aMessage('t')] }));
    const results = await Promise.all([first, ...others].map(({ memory }) => memory.ensureIndexes()));
    await Promise.all(saves);
    expect(results.flatMap(({ created }) => created).toSorted()).toEqual(NAMES);
    expect(results.flatMap(({ rebuilt }) => rebuilt)).toEqual([]);
    expect(await ours(first)).toEqual(NAMES);
  });

  test('makes anew what a build that was cut off has left, and leaves an equal index of another name', async () => {
    const opened = await openFast(url());
    const { memory, pool, schemaName } = opened;
    await pool.query(`CREATE INDEX mine ON "${schemaName}".mastra_messages ("resourceId", "createdAt", id)`);
    await pool.query(
      `CREATE INDEX mastra_perf_messages_thread ON "${schemaName}".mastra_messages (thread_id, "createdAt", id)`,
    );
    await pool.query(
      `UPDATE pg_index SET indisvalid = false WHERE indexrelid = '"${schemaName}".mastra_perf_messages_thread'::regclass`,
    );
    expect(await ours(opened)).toEqual([]);
    expect(await memory.ensureIndexes()).toEqual({
      created: ['mastra_perf_messages_thread'],
      rebuilt: ['mastra_perf_messages_thread'],
    });
    expect(await ours(opened)).toEqual(['mastra_perf_messages_thread']);
  });

  test('leaves nothing behind in the pool: no lock, no setting', async () => {
    const { memory, pool } = await openFast(url(), { pool: { max: 1, statement_timeout: 7000 } });
    await memory.ensureIndexes();
    const { rows } = await pool.query(
      `SELECT current_setting('statement_timeout') AS timeout, (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory') AS locks`,
    );
    expect(rows).toEqual([{ timeout: '7s', locks: 0 }]);
  });

  test('waits for another as long as it is told, and then says so', async () => {
    const { memory, pool, schemaName } = await openFast(url());
    const { createHash } = await import('node:crypto');
    const digest = createHash('sha256').update(`mastra-perf indexes ${schemaName}`).digest();
    const other = await pool.connect();
    await other.query('SELECT pg_advisory_lock($1, $2)', [digest.readInt32BE(0), digest.readInt32BE(4)]);
    await expect(memory.ensureIndexes({ waitMs: 300 })).rejects.toMatchObject({ code: 'MASTRA_PERF_STORE' });
    other.release(true);
    expect((await memory.ensureIndexes()).created).toHaveLength(2);
    await expect(memory.ensureIndexes({ waitMs: -1 })).rejects.toMatchObject({
      path: 'ensureIndexes.waitMs',
    });
  });

  test('says what to run where the role may not, and that tables are missing', async () => {
    const { memory, pool, schemaName } = await openFast(url());
    await pool.query(`CREATE ROLE reader LOGIN`);
    await pool.query(`GRANT USAGE ON SCHEMA "${schemaName}" TO reader`);
    await pool.query(`GRANT SELECT ON ALL TABLES IN SCHEMA "${schemaName}" TO reader`);
    const address = new URL(url());
    address.username = 'reader';
    const { fastPostgres } = await import('../src/index.ts');
    const { PostgresStore } = await import('@mastra/pg');
    const open = (schema: string) =>
      fastPostgres(
        new PostgresStore({ id: 'r', connectionString: address.href, schemaName: schema, disableInit: true }),
      );
    const reader = open(schemaName);
    const nowhere = open('nowhere at all');
    try {
      const denied = (await reader.getStore('memory')).ensureIndexes();
      await expect(denied).rejects.toMatchObject({ code: 'MASTRA_PERF_STORE' });
      await expect(denied).rejects.toThrow(
        `CREATE INDEX CONCURRENTLY IF NOT EXISTS "mastra_perf_messages_thread" ON "${schemaName}"."mastra_messages" ("thread_id", "createdAt", "id");`,
      );
      await memory.saveThread({ thread: aThread('t') });
      const save = (await reader.getStore('memory')).saveMessages({ messages: [aMessage('t')] });
      await expect(save).rejects.toMatchObject({ id: 'MASTRA_STORAGE_PG_SAVE_MESSAGES_FAILED' });
      await expect((await nowhere.getStore('memory')).ensureIndexes()).rejects.toThrow('store.init()');
    } finally {
      await reader.close();
      await nowhere.close();
    }
  });
});
