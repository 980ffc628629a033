import { service, startPostgres } from '@mastra-perf/testkit';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { startChat, type ChatProcess } from './fixtures/chat-processes.ts';
import { openBare } from './fast-store.ts';

/* Real agents in several processes on one Postgres, with each option of the storage. */

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());

/** Processes take their time to start where there are few cores. */
vi.setConfig({ testTimeout: 120_000 });

const LEVELS = {
  defaults: true,
  validate: { history: 'validate' },
  sticky: { history: 'sticky' },
  behind: { history: 'validate', writes: 'behind' },
} as const;

async function processes(storage: unknown, count: number) {
  const bare = await openBare(postgres.service.connectionString);
  const { connectionString } = postgres.service;
  const config = { connectionString, schemaName: bare.schemaName, storage };
  const started = await Promise.all(Array.from({ length: count }, () => startChat(config)));
  onTestFinished(async () => void (await Promise.all(started.map((one) => one.kill()))));
  const texts = async (threadId: string) => {
    const { messages } = await bare.memory.listMessages({
      threadId,
      perPage: false,
      orderBy: { field: 'createdAt', direction: 'ASC' },
    });
    return messages.map(
      ({ role, content }) =>
        `${role} ${content.parts.map((part) => (part.type === 'text' ? part.text : part.type)).join('')}`,
    );
  };
  const snapshots = async () =>
    Number(
      (await bare.pool.query(`SELECT count(*) FROM "${bare.schemaName}".mastra_workflow_snapshot`)).rows[0]
        .count,
    );
  return { started, texts, snapshots };
}

describe.skipIf(postgres.skip).each(Object.entries(LEVELS))('storage: %s', (_, storage) => {
  test('a run that waits for approval in one process is resumed in another, and leaves no snapshot', async () => {
    const { started, texts, snapshots } = await processes(storage, 2);
    const [first, second] = started as [ChatProcess, ChatProcess];
    await first.ask('t', 'hello');
    const run = await first.suspend('t');
    expect(await snapshots()).toBe(2);
    expect(await second.approve(run)).toBe('booked');
    expect(await snapshots()).toBe(0);
    await Promise.all(started.map((one) => one.flush()));
    const said = await texts('t');
    expect(said.slice(0, 3)).toEqual(['user hello', 'assistant 1 messages', 'user book it']);
    expect(said.at(-1)).toContain('booked');
    await Promise.all(started.map((one) => one.close()));
  });
});

describe.skipIf(postgres.skip)('several processes on one thread', () => {
  test.each(['defaults', 'validate'] as const)('know of every message: %s', async (level) => {
    const { started, texts } = await processes(LEVELS[level], 3);
    for (let turn = 0; turn < 30; turn++) {
      const process = started[(turn * 7 + (turn % 4)) % started.length] as ChatProcess;
      // The instructions aside, it is told the last ten messages and the question.
      expect(await process.ask('t', `question ${turn}`)).toBe(`${Math.min(2 * turn, 10) + 1} messages`);
    }
    expect(await texts('t')).toHaveLength(60);
  });
});

describe.skipIf(postgres.skip)('a process that is killed while messages are written behind', () => {
  test('has stored what it said was stored, and of the rest the beginning of each thread, in order', async () => {
    for (const turns of [1, 5, 9, 14, 22]) {
      const { started, texts } = await processes({ history: 'sticky', writes: 'behind' }, 1);
      const [chat] = started as [ChatProcess];
      const threads = ['a', 'b', 'c'];
      const asked = new Map(threads.map((thread): [string, number] => [thread, 0]));
      let durable = new Map(asked);
      for (let turn = 0; turn < turns; turn++) {
        const thread = threads[turn % threads.length] as string;
        const number = (asked.get(thread) ?? 0) + 1;
        await chat.ask(thread, `question ${number}`);
        asked.set(thread, number);
        if (turn % 4 === 3) {
          const before = new Map(asked);
          await chat.flush();
          durable = before;
        }
      }
      await chat.kill();
      for (const thread of threads) {
        const questions = (await texts(thread)).filter((text) => text.startsWith('user'));
        expect(questions).toEqual(questions.map((_, index) => `user question ${index + 1}`));
        expect(questions.length).toBeGreaterThanOrEqual(durable.get(thread) ?? 0);
        expect(questions.length).toBeLessThanOrEqual(asked.get(thread) ?? 0);
        expect(await texts(thread)).toHaveLength(2 * questions.length);
      }
    }
  });
});
