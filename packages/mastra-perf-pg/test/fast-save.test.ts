import { reasonOf, service, startPostgres } from '@mastra-perf/testkit';
import { MEMORY_TRAITS, type SavedThreads } from 'mastra-perf';
import { afterAll, describe, expect, test } from 'vitest';
import { AT, aMessage, aThread, text } from './fast-samples.ts';
import { openBare, openFast, statementsOf } from './fast-store.ts';

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());
const url = (): string => postgres.service.connectionString;
/** What a domain with traits adds. */
const saved = (result: unknown): SavedThreads => result as SavedThreads;

describe.skipIf(postgres.skip)('saving', () => {
  test('is one statement for one message, for a batch and for several threads; Mastra alone takes 5, 5 and 9', async () => {
    const counts = async ({ memory, sent }: Awaited<ReturnType<typeof openBare>>) => {
      const threads = [aThread(), aThread(), aThread()];
      for (const thread of threads) await memory.saveThread({ thread });
      const save = (messages: Array<ReturnType<typeof aMessage>>) =>
        statementsOf(sent, () => memory.saveMessages({ messages }));
      const { id } = threads[0]!;
      return [
        await save([aMessage(id)]),
        await save(Array.from({ length: 100 }, () => aMessage(id))),
        await save(threads.map((thread) => aMessage(thread.id))),
      ];
    };
    expect(await counts(await openFast(url()))).toEqual([1, 1, 1]);
    expect(await counts(await openBare(url()))).toEqual([5, 5, 9]);
  });

  test('keeps the bytes that Mastra writes: NUL, half surrogates, quotes, text that is no JSON', async () => {
    const contents = [
      text('a\u0000b \ud800 \\ " \' {} , NULL \n \u2028 😀'),
      '{"format":2,"parts":[{"type":"text","text":"NUL \\u0000"}], "b": 1,   "a": 2}',
      'just text',
      'NULL',
      '',
      [{ type: 'text', text: 'core' }],
    ];
    const rows = async ({ memory, pool, schemaName }: Awaited<ReturnType<typeof openBare>>) => {
      const thread = aThread('t');
      await memory.saveThread({ thread });
      const failures: string[] = [];
      for (const [index, content] of contents.entries()) {
        const type = index > 1 ? { type: 'text' } : {};
        const message = aMessage('t', { id: `m${index}`, content: content as never, ...type } as never);
        await memory
          .saveMessages({ messages: [message] })
          .catch((error: unknown) => failures.push(String(error)));
      }
      const { rows: stored } = await pool.query(
        `SELECT id, content, role, type, "createdAt"::text, "createdAtZ"::text, "resourceId" FROM "${schemaName}".mastra_messages ORDER BY id`,
      );
      return { stored, failures };
    };
    const bare = await rows(await openBare(url()));
    expect(bare.stored.length).toBeGreaterThanOrEqual(5);
    expect(await rows(await openFast(url()))).toEqual(bare);
  });

  test('refuses what Mastra refuses, with the same error, and writes nothing', async () => {
    const wrong = (threadId: string) => [
      [aMessage(threadId), aMessage('nowhere')],
      [aMessage('nowhere'), aMessage('elsewhere')],
      [aMessage(threadId, { threadId: undefined as never })],
      [aMessage(threadId), aMessage(threadId, { threadId: undefined as never })],
      [aMessage(threadId, { resourceId: undefined as never })],
      [aMessage(threadId, { createdAt: new Date(Number.NaN) })],
      [aMessage(threadId, { createdAt: '2026-01-01' as never })],
      [aMessage(threadId, { role: undefined as never })],
      [aMessage(threadId, { id: 'a\u0000b' })],
      [aMessage(threadId, { content: undefined as never })],
    ];
    const errors = async ({ memory }: Awaited<ReturnType<typeof openBare>>) => {
      const thread = aThread('t');
      await memory.saveThread({ thread });
      const before = await memory.getThreadById({ threadId: 't' });
      const reasons: unknown[] = [];
      for (const messages of wrong('t')) {
        const reason = (await reasonOf(memory.saveMessages({ messages }))) as Error & Record<string, unknown>;
        const { id, domain, category, details } = reason;
        reasons.push({
          name: reason.constructor.name,
          message: reason.message,
          id,
          domain,
          category,
          details,
        });
      }
      expect((await memory.listMessages({ threadId: 't' })).messages).toEqual([]);
      expect(await memory.getThreadById({ threadId: 't' })).toEqual(before);
      expect(await memory.saveMessages({ messages: [] })).toMatchObject({ messages: [] });
      return reasons;
    };
    const bare = await errors(await openBare(url()));
    expect(bare[0]).toMatchObject({
      id: 'MASTRA_STORAGE_PG_SAVE_MESSAGES_FAILED',
      details: { threadId: 'nowhere' },
    });
    expect(await errors(await openFast(url()))).toEqual(bare);
  });

  test('of more than one statement can hold is one transaction: all or none', async () => {
    const { memory, sent } = await openFast(url());
    const thread = aThread();
    await memory.saveThread({ thread });
    const before = await memory.getThreadById({ threadId: thread.id });
    const messages = Array.from({ length: 10_001 }, (_, index) =>
      aMessage(thread.id, { id: `m${index}`, createdAt: new Date(AT + index) }),
    );
    const bad = [...messages.slice(0, -1), aMessage(thread.id, { role: undefined as never })];
    await reasonOf(memory.saveMessages({ messages: bad }));
    expect((await memory.listMessages({ threadId: thread.id, perPage: 1 })).total).toBe(0);
    expect(await memory.getThreadById({ threadId: thread.id })).toEqual(before);

    sent.length = 0;
    const result = saved(
      await memory.bulkUpsertMessages(messages.slice(0, 3)).then(() => memory.saveMessages({ messages })),
    );
    expect(sent.filter((statement) => statement.startsWith('BEGIN'))).toHaveLength(1);
    expect(sent).toHaveLength(1 + 5);
    expect(result.updated.toSorted()).toEqual(['m0', 'm1', 'm2']);
    const after = await memory.getThreadById({ threadId: thread.id });
    expect(result.threads).toEqual([
      { thread: after, before: expect.any(String), version: memory[MEMORY_TRAITS].versionOf(after!) },
    ]);
    expect(result.threads[0]!.before).not.toBe(result.threads[0]!.version);
    expect((await memory.listMessages({ threadId: thread.id, perPage: 1 })).total).toBe(10_001);
  });

  test('a message as it will be read is as it is read', async () => {
    const { memory } = await openFast(url());
    const thread = aThread('t');
    await memory.saveThread({ thread });
    const content = {
      ...text('a'),
      metadata: { at: new Date(AT), none: undefined },
      toolInvocations: [{ state: 'result', toolCallId: 'c', toolName: 'x', args: {}, result: 1 }],
      parts: [
        { type: 'text', text: 'a' },
        null,
        {
          type: 'tool-invocation',
          toolInvocation: { state: 'result', toolCallId: 'c', toolName: 'x', args: { q: 1 }, result: 1 },
        },
      ],
    };
    const messages = [
      aMessage('t'),
      aMessage('t', { content: content as never, role: 'assistant' }),
      aMessage('t', { content: 'old' as never, type: 'text' } as never),
      aMessage('t', { content: JSON.stringify(text('as text')) as never, type: 'v2' } as never),
      aMessage('t', { extra: 'not stored' } as never),
    ];
    for (const message of messages) {
      const told = memory[MEMORY_TRAITS].asRead(message);
      await memory.saveMessages({ messages: [structuredClone(message)] });
      const { messages: listed } = await memory.listMessagesById({ messageIds: [message.id] });
      expect(memory[MEMORY_TRAITS].asRead(message)).toEqual(listed[0]);
      expect(JSON.stringify(told)).toBe(JSON.stringify(listed[0]));
      expect(told).not.toBe(message);
    }
  });
});
