import { service, startPostgres } from '@mastra-perf/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { aMessage, aThread, text } from './fast-samples.ts';
import { openBare, openFast, statementsOf } from './fast-store.ts';

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());
const url = (): string => postgres.service.connectionString;
type Memory = Awaited<ReturnType<typeof openBare>>['memory'];
type Updates = Parameters<Memory['updateMessages']>[0]['messages'];

describe.skipIf(postgres.skip)('updating and deleting', () => {
  test('takes two statements and one for any number of messages; Mastra alone takes 55 and 5', async () => {
    const counts = async ({ memory, sent }: Awaited<ReturnType<typeof openBare>>) => {
      await memory.saveThread({ thread: aThread('t') });
      const messages = Array.from({ length: 50 }, () => aMessage('t'));
      await memory.saveMessages({ messages });
      const updates = messages.map(({ id }) => ({ id, content: { metadata: { seen: true } } }));
      const ids = messages.map(({ id }) => id);
      return [
        await statementsOf(sent, () => memory.updateMessages({ messages: updates as never })),
        await statementsOf(sent, () => memory.deleteMessages(ids)),
        (await memory.listMessages({ threadId: 't' })).messages.length,
      ];
    };
    expect(await counts(await openFast(url()))).toEqual([2, 1, 0]);
    expect(await counts(await openBare(url()))).toEqual([55, 5, 0]);
  });

  test('merges, moves and refuses as Mastra does', async () => {
    const updates: Updates[] = [
      [],
      [{ id: 'none', role: 'user' }],
      [{ id: 'a' }],
      [
        { id: 'a', content: { metadata: { x: 1 } } },
        { id: 'a', role: 'user' },
      ] as Updates,
      [
        { id: 'a', content: { metadata: { y: 2, x: null } } },
        { id: 'b', content: { content: 'c' } },
      ] as never,
      [{ id: 'b', content: { metadata: { only: 1 } }, role: 'assistant' }] as never,
      [{ id: 'raw', content: { metadata: { of: 'text' } } }] as never,
      [
        { id: 'a', threadId: 'u', resourceId: 'bob' },
        { id: 'b', createdAt: new Date(0) },
      ] as Updates,
      [{ id: 'a', role: null }] as never,
      [{ id: 'a', role: undefined }] as never,
      [{ id: 'a', unknown: 1 }] as never,
      [{ id: 'a', '"; DROP TABLE x; --': 1 }] as never,
      [{ id: 'a', content: 'text' }] as never,
      [{ id: 'a', content: null }] as never,
      [{ id: 'a', content: text('\u0000 \ud800') }] as Updates,
    ];
    const answers = async ({ memory, pool, schemaName }: Awaited<ReturnType<typeof openBare>>) => {
      for (const id of ['t', 'u']) await memory.saveThread({ thread: aThread(id) });
      const raw = aMessage('t', { id: 'raw', content: 'abc' as never, type: 'text' } as never);
      await memory.saveMessages({ messages: [aMessage('t', { id: 'a' }), aMessage('t', { id: 'b' }), raw] });
      const seen: unknown[] = [];
      for (const messages of updates) {
        const before = await pool.query(
          `SELECT id, "updatedAt" FROM "${schemaName}".mastra_threads ORDER BY id`,
        );
        seen.push(await memory.updateMessages({ messages }).catch(({ message }: Error) => message));
        const after = await pool.query(
          `SELECT id, "updatedAt" FROM "${schemaName}".mastra_threads ORDER BY id`,
        );
        seen.push(after.rows.map(({ updatedAt }, n) => updatedAt > before.rows[n].updatedAt));
      }
      const { rows } = await pool.query(
        `SELECT id, content, role, type, thread_id, "resourceId", "createdAt"::text FROM "${schemaName}".mastra_messages ORDER BY id`,
      );
      return { seen, rows };
    };
    const bare = await answers(await openBare(url()));
    expect(bare.seen.filter((answer) => typeof answer === 'string').length).toBeGreaterThan(2);
    expect(await answers(await openFast(url()))).toEqual(bare);
  });

  test('an import takes few statements, counts what was new, and keeps the times of what was there', async () => {
    const { memory, sent } = await openFast(url());
    for (const id of ['t', 'u']) await memory.saveThread({ thread: aThread(id) });
    await memory.saveMessages({ messages: [aMessage('t', { id: 'm0' })] });
    const messages = Array.from({ length: 2500 }, (_, n) =>
      aMessage(n % 2 ? 't' : 'u', { id: `m${n}`, createdAt: new Date(5000 + n) }),
    );
    sent.length = 0;
    expect(await memory.bulkUpsertMessages(messages)).toEqual({ inserted: 2499, updated: 1, threads: 2 });
    expect(sent).toHaveLength(3 + 2);
    expect(await memory.bulkUpsertMessages(messages, { batchSize: 5000 })).toEqual({
      inserted: 0,
      updated: 2500,
      threads: 2,
    });
    expect(sent).toHaveLength(3 + 2 + 1);
    const { messages: kept } = await memory.listMessagesById({ messageIds: ['m0', 'm1'] });
    expect(kept.map(({ id, createdAt }) => [id, createdAt.getTime()])).toEqual([
      ['m1', 5001],
      ['m0', Date.UTC(2026, 0, 1)],
    ]);
    expect(await memory.bulkUpsertMessages([])).toEqual({ inserted: 0, updated: 0, threads: 0 });
  });

  test('an import of a message without a thread, or of one that is not there, writes nothing', async () => {
    const { memory } = await openFast(url());
    await memory.saveThread({ thread: aThread('t') });
    const wrong = (message: object) =>
      memory.bulkUpsertMessages([aMessage('t'), message as never], { batchSize: 1 });
    await expect(wrong(aMessage('nowhere'))).rejects.toMatchObject({ code: 'MASTRA_PERF_STORE' });
    await expect(wrong(aMessage('nowhere'))).rejects.toThrow('Thread nowhere not found');
    for (const [name, value] of Object.entries({
      id: '',
      threadId: undefined,
      resourceId: '',
      createdAt: 'now',
    }))
      await expect(wrong({ ...aMessage('t'), [name]: value })).rejects.toMatchObject({
        path: `bulkUpsertMessages.messages[1].${name}`,
      });
    await expect(memory.bulkUpsertMessages([], { batchSize: 0 })).rejects.toMatchObject({
      code: 'MASTRA_PERF_CONFIG',
    });
    expect((await memory.listMessages({ threadId: 't' })).messages).toEqual([]);
  });
});
