import { describe, beforeEach, expect, test } from 'vitest';
import { fastRedis } from '../src/mastra.ts';
import { agentOn } from './fast-agent.ts';
import { memoryOf, message, runsOf, saveThread } from './fast-messages.ts';
import { fastServer } from './fast-server.ts';

const server = await fastServer();

describe.skipIf(server.skip)('what Redis is asked', () => {
  beforeEach(() => server.admin().flushall());

  const ask = (agent: ReturnType<typeof agentOn>) =>
    agent.generate('hello', { memory: { thread: 't', resource: 'r' } });
  const generateOn = async (store: Awaited<ReturnType<typeof server.open>>) => {
    const agent = agentOn(store);
    await ask(agent); // makes the thread
    return server.commands(() => ask(agent));
  };

  test('an agent call scans twice on a bare store and never on a fast one', async () => {
    const bare = await generateOn(await server.open());
    expect(bare).toMatchObject({ scan: 2, get: 7, mget: 2, zrange: 1, exec: 1 });
    const fast = await generateOn(fastRedis(await server.open()));
    expect(fast.scan).toBeUndefined();
    // A pending snapshot is written after one look for its run and one for its age.
    expect(fast).toMatchObject({ get: 8, mget: 2, zrange: 1, exec: 1 });
  });

  test('200,000 keys of others cost a fast store not one command', async () => {
    const before = await generateOn(fastRedis(await server.open()));
    for (let batch = 0; batch < 20; batch++) {
      const pairs = Array.from({ length: 10_000 }, (_, at) => [`foreign:${batch}:${at}`, 'x']);
      await server.admin().mset(...pairs.flat());
    }
    expect(await generateOn(fastRedis(await server.open()))).toEqual(before);
    const bare = await generateOn(await server.open());
    expect(bare.scan).toBeGreaterThan(40);
  });

  test('the last 10 of 10,000 messages are read as 11 rows, the page after them as 21', async () => {
    const fast = memoryOf(fastRedis(await server.open()));
    await saveThread(fast);
    const all = Array.from({ length: 10_000 }, (_, at) => message(`m${at}`, at));
    for (let at = 0; at < all.length; at += 500)
      await fast.saveMessages({ messages: all.slice(at, at + 500) });
    const last = (page: number, direction: 'ASC' | 'DESC' = 'DESC') =>
      fast.listMessages({
        threadId: 't',
        resourceId: 'r',
        page,
        perPage: 10,
        orderBy: { field: 'createdAt', direction },
        includeTotal: false,
      });
    const rows = async (work: () => Promise<unknown>) => {
      const sent = await server.sent(work);
      expect(sent.filter(([name]) => !/^(zrange|mget)/i.test(name ?? ''))).toEqual([]);
      return sent.filter(([name]) => /^mget/i.test(name ?? '')).map((args) => args.length - 1);
    };
    expect((await last(0)).messages.map(({ id }) => id)).toEqual(
      all
        .slice(-10)
        .toReversed()
        .map(({ id }) => id),
    );
    expect(await rows(() => last(0))).toEqual([11]);
    expect(await rows(() => last(1))).toEqual([21]);
    // From the oldest on, by its score alone a message can be of up to 100 ms earlier; these are one ms apart.
    expect(await rows(() => last(0, 'ASC'))).toEqual([11, 98]);
  });

  test('a recall reads the messages around those that it found, in four round trips', async () => {
    const fast = memoryOf(fastRedis(await server.open()));
    await saveThread(fast);
    await fast.saveMessages({ messages: Array.from({ length: 1000 }, (_, at) => message(`m${at}`, at)) });
    const sent = await server.sent(() =>
      fast.listMessages({
        threadId: 't',
        resourceId: 'r',
        include: ['m100', 'm500', 'm900'].map((id) => ({ id, withPreviousMessages: 1, withNextMessages: 1 })),
        perPage: 0,
      }),
    );
    expect(sent.map(([name, ...args]) => [name?.toLowerCase(), args.length])).toEqual([
      ['mget', 3],
      ...Array.from({ length: 3 }, () => ['zrank', 2]),
      ...Array.from({ length: 3 }, () => ['zrange', 3]),
      ['mget', 9],
    ]);
  });

  test('a save reads at once what it has to know, and writes', async () => {
    const bare = memoryOf(await server.open());
    await saveThread(bare);
    const save = (memory: typeof bare) =>
      memory.saveMessages({ messages: [message('a', 1), message('b', 2)] });
    expect(await server.commands(() => save(bare))).toMatchObject({ get: 2, mget: 1, exec: 1 });
    const fast = memoryOf(fastRedis(await server.open()));
    expect(await server.commands(() => save(fast))).toMatchObject({
      get: 1,
      mget: 1,
      exec: 1,
      set: 5,
      zadd: 2,
    });
  });

  test('an update finds its message without a scan', async () => {
    const fast = memoryOf(fastRedis(await server.open()));
    await saveThread(fast);
    await fast.saveMessages({ messages: [message('a', 1), message('b', 2)] });
    const update = () =>
      fast.updateMessages({
        messages: [
          { id: 'a', role: 'assistant' },
          { id: 'b', role: 'assistant' },
        ],
      });
    const counts = await server.commands(update);
    expect(counts.scan).toBeUndefined();
    await server.admin().del('msg-idx:a');
    expect((await server.commands(update)).scan).toBe(1);
    await server.admin().set('msg-idx:a', 'where it is not');
    expect((await server.commands(update)).scan).toBe(1);
    expect(await update()).toHaveLength(2);
  });

  test('a run of another workflow is read by its key; only one that is not there is looked for', async () => {
    const fast = runsOf(fastRedis(await server.open()));
    const snapshot = { runId: 'x', status: 'success' } as never;
    await fast.persistWorkflowSnapshot({ workflowName: 'mine', runId: 'x', snapshot });
    await fast.persistWorkflowSnapshot({ workflowName: 'mine', runId: 'y', resourceId: 'r', snapshot });
    const find = (runId: string) =>
      server.commands(async () => {
        expect((await fast.getWorkflowRunById({ workflowName: 'mine', runId }))?.runId).toBe(runId);
      });
    expect(await find('x')).toEqual({ get: 1 });
    expect(await find('y')).toEqual({ get: 1, scan: 1, mget: 1 });
  });
});
