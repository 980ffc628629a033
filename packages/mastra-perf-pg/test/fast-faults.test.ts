import { PostgresStore } from '@mastra/pg';
import { reasonOf, service, startPostgres, untilWorks, within } from '@mastra-perf/testkit';
import { MEMORY_TRAITS } from 'mastra-perf';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { fastPostgres } from '../src/index.ts';
import { asAdmin, killBackends } from './admin.ts';
import { AT, aMessage, aThread } from './fast-samples.ts';
import { openBare, openFast } from './fast-store.ts';

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());
const url = (): string => postgres.service.connectionString;
/** The server of `DATABASE_URL` is not killed. */
const notOurs = postgres.skip ?? (postgres.service.owned ? undefined : 'the server is not ours');

const SAVE_FAILED = { id: 'MASTRA_STORAGE_PG_SAVE_MESSAGES_FAILED', category: 'THIRD_PARTY' };
const MANY = Array.from({ length: 6000 }, (_, n) =>
  aMessage('t', { id: `many${n}`, createdAt: new Date(AT + n) }),
);

test('a port where nobody listens: every method rejects at once, as it does in Mastra', async () => {
  const open = () => new PostgresStore({ id: 'x', connectionString: 'postgres://127.0.0.1:1/none' });
  const [bare, fast] = [open(), fastPostgres(open())];
  onTestFinished(async () => void (await Promise.all([bare.close(), fast.close()])));
  const memory = await fast.getStore('memory');
  type Domain = NonNullable<typeof bare.stores.memory>;
  const calls: Array<(domain: Domain) => Promise<unknown>> = [
    (domain) => domain.getThreadById({ threadId: 't' }),
    (domain) => domain.saveMessages({ messages: [aMessage('t')] }),
    (domain) => domain.saveMessages({ messages: MANY }),
    (domain) => domain.deleteMessages(['a', 'b']),
    (domain) => domain.updateMessages({ messages: [{ id: 'a', role: 'user' }] }),
  ];
  const told = async (asked: Promise<unknown>) => {
    const reason = await within(5000, reasonOf(asked));
    const { id, message, category, details } = reason as Error & Record<string, unknown>;
    // There the thread is asked for first.
    const operation = id === 'MASTRA_STORAGE_PG_GET_THREAD_BY_ID_FAILED' ? SAVE_FAILED.id : id;
    return { id: operation, message, category, details };
  };
  for (const call of calls) expect(await told(call(memory))).toEqual(await told(call(bare.stores.memory!)));
  const own: Array<() => Promise<unknown>> = [
    () => memory.listMessagesPage({ threadId: 't' }),
    () => memory.bulkUpsertMessages([aMessage('t')]),
    () => memory.ensureIndexes(),
  ];
  for (const call of own) {
    const asked = within(5000, call());
    await expect(asked).rejects.toMatchObject({ code: 'MASTRA_PERF_STORE' });
    await expect(asked).rejects.toThrow(/^fastPostgres: .*ECONNREFUSED/);
  }
});

describe.skipIf(postgres.skip)('a save', () => {
  test('fails when the pool stays full, and works when it is not', async () => {
    const { memory, pool } = await openFast(url(), { pool: { max: 1, connectionTimeoutMillis: 300 } });
    await memory.saveThread({ thread: aThread('t') });
    const client = await pool.connect();
    for (const messages of [[aMessage('t')], MANY])
      await expect(within(5000, memory.saveMessages({ messages }))).rejects.toMatchObject(SAVE_FAILED);
    client.release();
    await memory.saveMessages({ messages: [aMessage('t')] });
    await memory.saveMessages({ messages: MANY });
    expect(pool.idleCount).toBe(1);
  });

  test('that waits too long for a lock fails, writes nothing, and leaves the connection usable', async () => {
    const { memory, pool, schemaName } = await openFast(url(), { pool: { max: 1, statement_timeout: 2000 } });
    const other = await openBare(url(), { schemaName });
    await memory.saveThread({ thread: aThread('t') });
    const client = await other.pool.connect();
    await client.query('BEGIN');
    await client.query(`SELECT 1 FROM "${schemaName}".mastra_threads WHERE id = 't' FOR UPDATE`);
    for (const messages of [[aMessage('t')], MANY]) {
      const save = within(15_000, memory.saveMessages({ messages }));
      await expect(save).rejects.toMatchObject({ ...SAVE_FAILED, cause: { code: '57014' } });
    }
    await client.query('COMMIT');
    client.release();
    expect((await memory.listMessages({ threadId: 't' })).total).toBe(0);
    await memory.saveMessages({ messages: [aMessage('t')] });
    expect(pool.totalCount).toBe(1);
  });

  test('works though a pooler has dropped what was prepared, or has prepared it for another', async () => {
    const { memory, pool } = await openFast(url(), { pool: { max: 1 } });
    await memory.saveThread({ thread: aThread('t') });
    await memory.saveMessages({ messages: [aMessage('t')] });
    await pool.query('DEALLOCATE ALL');
    await memory.saveMessages({ messages: [aMessage('t')] });
    await memory.getThreadById({ threadId: 't' });
    expect((await memory.listMessages({ threadId: 't' })).total).toBe(2);
  });

  test('of more than one statement works after that as well', async () => {
    const { memory, pool } = await openFast(url(), { pool: { max: 1 } });
    await memory.saveThread({ thread: aThread('t') });
    const messages = [aMessage('t', { id: 'one' }), aMessage('t', { id: 'two' })];
    await memory.bulkUpsertMessages(messages, { batchSize: 1 });
    await pool.query('DEALLOCATE ALL');
    expect(await memory.bulkUpsertMessages(messages, { batchSize: 1 })).toMatchObject({ updated: 2 });
  });

  test('without prepared statements leaves none in the server', async () => {
    const { memory, pool } = await openFast(url(), { prepare: false, pool: { max: 1 } });
    await memory.saveThread({ thread: aThread('t') });
    await memory.saveMessages({ messages: [aMessage('t')] });
    await memory.getThreadById({ threadId: 't' });
    await memory.listMessagesPage({ threadId: 't' });
    expect((await pool.query('SELECT name FROM pg_prepared_statements')).rows).toEqual([]);
  });

  test('of many messages over a connection that breaks is not there in part', async () => {
    const application_name = 'to be killed';
    const { memory, pool, schemaName } = await openFast(url(), { pool: { max: 1, application_name } });
    await memory.saveThread({ thread: aThread('t') });
    const other = await openBare(url(), { schemaName });
    const client = await other.pool.connect();
    await client.query('BEGIN');
    // The second statement of the save waits for this message, when the first is done.
    const late = aMessage('t', { id: 'many5999' });
    await client.query(
      `INSERT INTO "${schemaName}".mastra_messages (id, thread_id, content, role, type, "createdAt", "createdAtZ", "resourceId")
       VALUES ($1, 't', '{}', 'user', 'v2', now(), now(), 'alice')`,
      [late.id],
    );
    const save = memory.saveMessages({ messages: MANY });
    const reason = reasonOf(save);
    const waits = async () =>
      (
        await asAdmin(
          url(),
          `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = $1`,
          [application_name],
        )
      ).length;
    await expect.poll(waits, { timeout: 10_000 }).toBe(1);
    expect(await killBackends(url(), application_name)).toBe(1);
    expect(await within(5000, reason)).toMatchObject(SAVE_FAILED);
    await client.query('ROLLBACK');
    client.release();
    expect((await memory.listMessages({ threadId: 't' })).total).toBe(0);
    expect(pool.totalCount).toBe(1);
  });

  test.skipIf(notOurs)(
    'works again after the server was restarted, with versions that are read',
    async () => {
      const { memory } = await openFast(url(), { pool: { max: 2, connectionTimeoutMillis: 2000 } });
      await memory.saveThread({ thread: aThread('t') });
      await memory.saveMessages({ messages: [aMessage('t')] });
      await postgres.service.restart();
      const result = await untilWorks('a save is taken', () =>
        memory.saveMessages({ messages: [aMessage('t')] }),
      );
      const read = await memory.getThreadById({ threadId: 't' });
      expect(result).toMatchObject({ threads: [{ version: memory[MEMORY_TRAITS].versionOf(read!) }] });
    },
  );
});
