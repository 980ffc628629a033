import { service, startPostgres } from '@mastra-perf/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MessagesPageQuery } from '../src/index.ts';
import { AT, aMessage, aThread, text } from './fast-samples.ts';
import { countedPool, newSchema, openFast } from './fast-store.ts';

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());

const url = (): string => postgres.service.connectionString;
const MESSAGES = 100_000;
/** Its thread has 100,000 messages, many at the same microsecond. */
const schemaName = newSchema();
type Memory = Awaited<ReturnType<typeof openFast>>['memory'];

async function fill(): Promise<void> {
  const { store, pool, end } = await lasting();
  await store.init();
  await store.stores.memory!.saveThread({ thread: aThread('long') });
  await pool.query(
    `INSERT INTO "${schemaName}".mastra_messages (id, thread_id, content, role, type, "createdAt", "createdAtZ", "resourceId")
     SELECT 'm' || n, 'long', '{"format":2,"parts":[{"type":"text","text":"' || repeat('word ', 40) || '"}]}',
       'user', 'v2', t AT TIME ZONE 'UTC', t, CASE n % 100 WHEN 0 THEN 'bob' ELSE 'alice' END
     FROM generate_series(1, $1::int) n, LATERAL (SELECT timestamptz '2026-01-01Z' + (n / 3) * interval '370 microseconds' AS t) times`,
    [MESSAGES],
  );
  await pool.query(`VACUUM ANALYZE "${schemaName}".mastra_messages`);
  await end();
}

/** Beyond one test. */
async function lasting() {
  const { PostgresStore } = await import('@mastra/pg');
  const { pool } = countedPool({ connectionString: url() });
  return { pool, store: new PostgresStore({ id: 'fill', pool, schemaName }), end: () => pool.end() };
}

async function idsOf(memory: Memory, query: MessagesPageQuery, between = async () => {}): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await memory.listMessagesPage({ ...query, cursor });
    ids.push(...page.messages.map(({ id }) => id));
    cursor = page.nextCursor;
    await between();
  } while (cursor !== undefined);
  return ids;
}

describe.skipIf(postgres.skip)('pages of a thread', () => {
  beforeAll(fill);

  test.each(['forward', 'backward'] as const)(
    'have each of 100,000 messages once, %s, while others are saved',
    async (direction) => {
      const { memory } = await openFast(url(), { schemaName });
      let saved = 0;
      const others = async (): Promise<void> => {
        const createdAt = new Date(saved % 2 ? Date.now() : AT + 10_000);
        await memory.saveMessages({
          messages: [aMessage('long', { id: `new ${direction} ${saved++}`, createdAt })],
        });
      };
      const ids = await idsOf(
        memory,
        { threadId: 'long', limit: 1000, direction, includeContent: false },
        others,
      );
      const unique = new Set(ids);
      expect(unique.size).toBe(ids.length);
      const old = ids.filter((id) => id.startsWith('m'));
      expect(old.length).toBe(MESSAGES);
      expect(saved).toBeGreaterThan(90);
      const numbers = old.map((id) => Math.floor(Number(id.slice(1)) / 3));
      if (direction === 'backward') numbers.reverse();
      expect(numbers.every((number, at) => at === 0 || numbers[at - 1]! <= number)).toBe(true);
    },
  );

  test('1,000 reads as much as page 1, with the index of ensureIndexes()', async () => {
    const { memory, pool, sent } = await openFast(url(), { schemaName });
    expect(await memory.ensureIndexes()).toEqual({
      created: ['mastra_perf_messages_thread', 'mastra_perf_messages_resource'],
      rebuilt: [],
    });
    expect(await memory.ensureIndexes()).toEqual({ created: [], rebuilt: [] });
    await pool.query(`VACUUM ANALYZE "${schemaName}".mastra_messages`);
    const query = { threadId: 'long', limit: 40 } as const;
    let cursor: string | undefined;
    sent.length = 0;
    for (let page = 1; page <= 999; page++)
      cursor = (await memory.listMessagesPage({ ...query, cursor })).nextCursor;
    expect(sent).toHaveLength(999);
    await memory.listMessagesPage({ ...query, cursor });

    const [createdAt, id] = JSON.parse(Buffer.from(cursor!, 'base64url').toString()) as [string, string];
    const buffers = async (statement: string, values: unknown[]): Promise<number> => {
      const { rows } = await pool.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${statement}`, values);
      const { Plan } = rows[0]['QUERY PLAN'][0];
      return Plan['Shared Hit Blocks'] + Plan['Shared Read Blocks'];
    };
    const [firstText, lastText] = [sent[0]!, sent.at(-1)!];
    const first = await buffers(firstText, ['long', 41]);
    const thousandth = await buffers(lastText, ['long', 41, createdAt, id]);
    const offset = await buffers(
      `SELECT * FROM "${schemaName}".mastra_messages WHERE thread_id = 'long' ORDER BY "createdAt" DESC, id DESC LIMIT 41 OFFSET 39960`,
      [],
    );
    expect(thousandth).toBeLessThanOrEqual(first * 1.5);
    expect(offset).toBeGreaterThan(first * 20);
  });

  test('have only messages of the resource that was asked for', async () => {
    const { memory } = await openFast(url(), { schemaName });
    const ids = await idsOf(memory, { threadId: 'long', resourceId: 'bob', limit: 300 });
    expect(ids).toHaveLength(MESSAGES / 100);
    expect(ids.every((id) => Number(id.slice(1)) % 100 === 0)).toBe(true);
    expect(await idsOf(memory, { threadId: 'long', resourceId: 'carol' })).toEqual([]);
  });
});

describe.skipIf(postgres.skip)('a page', () => {
  test('has messages as Mastra lists them, in one statement; without content if that is asked for', async () => {
    const { memory, sent } = await openFast(url());
    await memory.saveThread({ thread: aThread('t') });
    const messages = Array.from({ length: 5 }, (_, n) =>
      aMessage('t', { id: `m${n}`, content: text(`${n}`), createdAt: new Date(AT + n) }),
    );
    await memory.saveMessages({ messages });
    const listed = await memory.listMessages({ threadId: 't', perPage: false });
    sent.length = 0;
    const page = await memory.listMessagesPage({ threadId: 't', direction: 'forward' });
    expect(sent).toHaveLength(1);
    expect(page).toEqual({ messages: listed.messages, nextCursor: undefined });
    const newest = await memory.listMessagesPage({ threadId: 't', limit: 2, includeContent: false });
    expect(newest.messages.map((message) => Object.keys(message))).toEqual(
      newest.messages.map(() => ['id', 'role', 'createdAt', 'threadId', 'resourceId']),
    );
    expect(newest.messages.map(({ id }) => id)).toEqual(['m4', 'm3']);
    expect(newest.nextCursor).toMatch(/^[\w-]+$/);
    expect(sent.at(-1)).not.toContain('content');
    expect(await memory.listMessagesPage({ threadId: 'none' })).toEqual({
      messages: [],
      nextCursor: undefined,
    });
  });

  test('ends where microseconds differ and where all is the same but the id, whatever the session writes dates like', async () => {
    const {
      memory,
      pool,
      schemaName: schema,
    } = await openFast(url(), {
      pool: { options: '-c DateStyle=German,DMY -c TimeZone=Asia/Kolkata' },
    });
    await memory.saveThread({ thread: aThread('t') });
    await pool.query(
      `INSERT INTO "${schema}".mastra_messages (id, thread_id, content, role, type, "createdAt", "createdAtZ", "resourceId")
       SELECT 'm' || n, 't', '{}', 'user', 'v2', t AT TIME ZONE 'UTC', t, 'alice'
       FROM generate_series(0, 99) n, LATERAL (SELECT timestamptz '2026-02-03Z' + (n / 2) * interval '1 microsecond' AS t) times`,
    );
    for (const direction of ['forward', 'backward'] as const) {
      const ids = await idsOf(memory, { threadId: 't', limit: 1, direction });
      expect(ids).toHaveLength(100);
      expect(new Set(ids).size).toBe(100);
    }
  });
});
