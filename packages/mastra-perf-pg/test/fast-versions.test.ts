import { randomUUID } from 'node:crypto';
import { service, startPostgres } from '@mastra-perf/testkit';
import { MEMORY_TRAITS, type SavedThreads } from 'mastra-perf';
import { afterAll, describe, expect, test } from 'vitest';
import { aMessage, aThread } from './fast-samples.ts';
import { openFast } from './fast-store.ts';

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());
const url = (): string => postgres.service.connectionString;
/** What a domain with traits adds. */
const saved = (result: unknown): SavedThreads => result as SavedThreads;

describe.skipIf(postgres.skip)('the version of a thread', () => {
  test('is told by a save, before and after it, with the thread as it is read then', async () => {
    const { memory } = await openFast(url());
    const traits = memory[MEMORY_TRAITS];
    const [one, two] = [aThread(), aThread()];
    for (const thread of [one, two]) await memory.saveThread({ thread });
    const read = async (threadId: string) => {
      const thread = await memory.getThreadById({ threadId });
      return { thread, version: traits.versionOf(thread!) };
    };
    const before = [await read(one.id), await read(two.id)];
    const message = aMessage(one.id);
    const { threads, updated } = saved(
      await memory.saveMessages({ messages: [message, aMessage(two.id), aMessage(one.id)] }),
    );
    expect(updated).toEqual([]);
    expect(threads).toHaveLength(2);
    for (const [index, { id }] of [one, two].entries()) {
      const told = threads.find(({ thread }) => (thread as { id: string }).id === id)!;
      const after = await read(id);
      expect(told).toEqual({ thread: after.thread, version: after.version, before: before[index]!.version });
      expect(after.version).not.toBe(before[index]!.version);
      expect(after.thread!.updatedAt.getTime()).toBeGreaterThan(before[index]!.thread!.updatedAt.getTime());
    }
    const again = saved(await memory.saveMessages({ messages: [message, aMessage(one.id)] }));
    expect(again.updated).toEqual([message.id]);
    expect(again.threads[0]!.before).toBe(
      threads.find(({ thread }) => (thread as { id: string }).id === one.id)!.version,
    );
  });

  test('goes with its time, which a save moves on by a millisecond at least, also where it lies in the future', async () => {
    const { memory } = await openFast(url());
    const updatedAt = new Date(Date.now() + 3_600_000);
    const thread = { ...aThread(), updatedAt };
    await memory.saveThread({ thread });
    await memory.saveMessages({ messages: [aMessage(thread.id)] });
    const after = await memory.getThreadById({ threadId: thread.id });
    expect(after!.updatedAt).toEqual(new Date(updatedAt.getTime() + 1));
  });

  test('changes with everything that changes a thread or its messages', async () => {
    const { memory } = await openFast(url());
    const thread = aThread();
    const other = aThread();
    for (const each of [thread, other]) await memory.saveThread({ thread: each });
    const messages = [aMessage(thread.id), aMessage(thread.id)];
    const [first, second] = messages as [(typeof messages)[0], (typeof messages)[0]];
    const steps = {
      save: () => memory.saveMessages({ messages }),
      resave: () => memory.saveMessages({ messages: [first] }),
      update: () => memory.updateMessages({ messages: [{ id: first.id, role: 'assistant' }] }),
      delete: () => memory.deleteMessages([first.id]),
      title: () => memory.updateThread({ id: thread.id, title: 'b', metadata: {} }),
      patch: () => memory.patchThread({ id: thread.id, metadata: { a: 1 } }),
      'save thread': () => memory.saveThread({ thread }),
      'move a message away': () => memory.saveMessages({ messages: [{ ...second, threadId: other.id }] }),
      'move it back': () => memory.updateMessages({ messages: [{ id: second.id, threadId: thread.id }] }),
      'move the thread': () => memory.updateThreadResourceId({ threadId: thread.id, resourceId: 'bob' }),
    };
    const versions: Array<string | undefined> = [];
    for (const step of [async () => {}, ...Object.values(steps)]) {
      await step();
      const read = await memory.getThreadById({ threadId: thread.id });
      versions.push(memory[MEMORY_TRAITS].versionOf(read!));
    }
    expect(versions).toHaveLength(11);
    expect(new Set(versions).size).toBe(11);
    expect(versions).not.toContain(undefined);
  });

  test('is none of a copy; and there is no thread of another resource', async () => {
    const { memory } = await openFast(url());
    const thread = aThread();
    await memory.saveThread({ thread });
    const read = await memory.getThreadById({ threadId: thread.id, resourceId: 'alice' });
    expect(memory[MEMORY_TRAITS].versionOf(read!)).toMatch(/^\d+$/);
    expect(memory[MEMORY_TRAITS].versionOf(structuredClone(read!))).toBeUndefined();
    expect(Object.keys(read!)).toEqual(['id', 'resourceId', 'title', 'metadata', 'createdAt', 'updatedAt']);
    expect(await memory.getThreadById({ threadId: thread.id, resourceId: 'bob' })).toBeNull();
    expect(await memory.getThreadById({ threadId: randomUUID() })).toBeNull();
  });
});
