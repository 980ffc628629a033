import { reasonOf, service, startPostgres } from '@mastra-perf/testkit';
import { MEMORY_TRAITS, type SavedThread, type SavedThreads } from 'mastra-perf';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { fastPostgres } from '../src/index.ts';
import { aMessage, aThread } from './fast-samples.ts';
import { countedPool, openBare, openFast } from './fast-store.ts';

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());

/** Two processes with the same database. */
async function twoOf() {
  const one = await openFast(postgres.service.connectionString, { pool: { max: 10 } });
  const two = await openFast(postgres.service.connectionString, {
    schemaName: one.schemaName,
    pool: { max: 10 },
  });
  const threads = ['a', 'b', 'c'].map((id) => aThread(id));
  for (const thread of threads) await one.memory.saveThread({ thread });
  return { one, two };
}
type Memory = Awaited<ReturnType<typeof openFast>>['memory'];

const versionNow = async (memory: Memory, threadId: string): Promise<string | undefined> =>
  memory[MEMORY_TRAITS].versionOf((await memory.getThreadById({ threadId }))!);

/** Versions in the order of the saves, each of which must have begun with what another left. */
function chain(saves: readonly SavedThread[], first: string): string[] {
  const next = new Map(saves.map(({ before, version }) => [before, version]));
  expect(next.size).toBe(saves.length);
  const order = [first];
  for (let at = next.get(first); at !== undefined; at = next.get(at)) order.push(at);
  return order;
}
const of = (results: readonly unknown[], threadId: string): SavedThread[] =>
  results
    .flatMap((result) => (result as SavedThreads).threads)
    .filter(({ thread }) => (thread as { id: string }).id === threadId);

describe.skipIf(postgres.skip)('saves of two processes at once', () => {
  test('to one thread: all rows are there, and each began with the version that another left', async () => {
    const { one, two } = await twoOf();
    const first = (await versionNow(one.memory, 'a'))!;
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        (index % 2 ? one : two).memory.saveMessages({ messages: [aMessage('a', { id: `m${index}` })] }),
      ),
    );
    expect((await one.memory.listMessages({ threadId: 'a', perPage: false })).messages).toHaveLength(40);
    const order = chain(of(results, 'a'), first);
    expect(order).toHaveLength(41);
    expect(await versionNow(two.memory, 'a')).toBe(order.at(-1));
    const times = of(results, 'a').map(({ thread }) => (thread as { updatedAt: Date }).updatedAt.getTime());
    expect(new Set(times).size).toBe(40);
  });

  test('to several threads in any order, with the same ids, updates and deletions in between: none stands in the way', async () => {
    const { one, two } = await twoOf();
    const orders = ['abc', 'cba', 'bca', 'acb'].map((order) => [...order]);
    const firsts = await Promise.all(['a', 'b', 'c'].map((id) => versionNow(one.memory, id)));
    const work = Array.from({ length: 40 }, async (_, index) => {
      const { memory } = index % 2 ? one : two;
      const threads = orders[index % orders.length]!;
      if (index % 10 === 7) await memory.deleteMessages(['shared1', 'shared0']);
      if (index % 10 === 3)
        await memory.updateMessages({
          messages: ['shared1', 'shared0'].map((id) => ({ id, role: 'assistant' as const })),
        });
      return memory.saveMessages({
        messages: threads.map((threadId, nth) =>
          aMessage(threadId, { id: nth === 2 ? `own${index}` : `shared${(nth + index) % 2}` }),
        ),
      });
    });
    const results = await Promise.all(work);
    const versions = await Promise.all(['a', 'b', 'c'].map((id) => versionNow(one.memory, id)));
    for (const [nth, threadId] of ['a', 'b', 'c'].entries()) {
      const saves = of(results, threadId);
      expect(saves).toHaveLength(40);
      expect(new Set(saves.map(({ before }) => before)).size).toBe(40);
      expect(new Set(saves.map(({ version }) => version)).size).toBe(40);
      const known = new Set([firsts[nth], versions[nth]]);
      expect(saves.filter(({ version }) => known.has(version)).length).toBeLessThanOrEqual(1);
    }
    const { rows } = await one.pool.query(
      `SELECT id FROM "${one.schemaName}".mastra_messages WHERE id LIKE 'own%'`,
    );
    expect(rows).toHaveLength(40);
  });

  test('beside a process with Mastra alone: everything is written', async () => {
    const { one } = await twoOf();
    const bare = await openBare(postgres.service.connectionString, { schemaName: one.schemaName });
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        (index % 2 ? one : bare).memory.saveMessages({
          messages: ['a', 'b'].map((threadId) => aMessage(threadId, { id: `${threadId}${index}` })),
        }),
      ),
    );
    for (const threadId of ['a', 'b'])
      expect((await one.memory.listMessages({ threadId, perPage: false })).messages).toHaveLength(40);
  });

  test('a thread that is deleted meanwhile gets no messages', async () => {
    const { one, two } = await twoOf();
    const client = await one.pool.connect();
    await client.query('BEGIN');
    await client.query(`DELETE FROM "${one.schemaName}".mastra_threads WHERE id = 'a'`);
    const save = two.memory.saveMessages({ messages: [aMessage('b'), aMessage('a')] });
    const reason = reasonOf(save);
    const waits = async () =>
      (await one.pool.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'`)).rows.length;
    await expect.poll(waits, { timeout: 10_000 }).toBe(1);
    await client.query('COMMIT');
    client.release();
    expect(String(await reason)).toContain('Thread a not found');
    const { rows } = await one.pool.query(`SELECT id FROM "${one.schemaName}".mastra_messages`);
    expect(rows).toEqual([]);
  });
});

describe.skipIf(postgres.skip)('a save within a transaction of the application, in a savepoint', () => {
  test('tells the version that is read after it is committed', async () => {
    const { one } = await twoOf();
    const { pool } = countedPool({ connectionString: postgres.service.connectionString, max: 1 });
    onTestFinished(() => pool.end());
    const client = await pool.connect();
    const bare = await openBare(postgres.service.connectionString, { schemaName: one.schemaName });
    const inside = fastPostgres({
      stores: { memory: bare.memory },
      pool: client,
      schema: one.schemaName,
      getStore: async () => undefined,
    });
    await client.query('BEGIN');
    await client.query('SAVEPOINT a');
    const result = await inside.stores.memory.saveMessages({ messages: [aMessage('a'), aMessage('b')] });
    await client.query('RELEASE a');
    await client.query('COMMIT');
    client.release();
    for (const threadId of ['a', 'b'])
      expect(of([result], threadId)[0]!.version).toBe(await versionNow(one.memory, threadId));
  });
});
