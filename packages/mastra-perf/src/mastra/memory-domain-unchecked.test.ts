import { InMemoryDB, InMemoryMemory } from '@mastra/core/storage';
import { expect, it } from 'vitest';
import { createHistory } from '../history/history.ts';
import { createWriteQueue } from '../history/write-queue.ts';
import { systemClock } from '../base/clock.ts';
import { memoryProcess, messageOf, threadOf, type ProcessOptions } from './test-memory-process.ts';

/* Storages that save messages of threads that are not there, as those of Mastra for LibSQL and in memory do. */

async function setUp(options: ProcessOptions = {}) {
  const storage = new InMemoryMemory({ db: new InMemoryDB() });
  await storage.saveThread({ thread: threadOf('t') });
  return { storage, ...memoryProcess(createHistory, storage, options) };
}

it('asks whether a thread is there where nobody will ask later', async () => {
  const { storage, domain, within } = await setUp();
  await domain.getThreadById({ threadId: 't' });
  await storage.deleteThread({ threadId: 't' });
  expect(await within(undefined, true).getThreadById({ threadId: 't' })).toBeNull();
});

it('creates it when messages are written behind', async () => {
  const { storage, domain, within, persist } = await setUp({
    writeBehind: ({ write, joins }) =>
      createWriteQueue({ clock: systemClock, random: () => 0.5, write, joins, onLost: () => undefined }),
  });
  const run = {};
  await within(run).getThreadById({ threadId: 't' });
  await storage.deleteThread({ threadId: 't' });
  await persist(run, 't', [messageOf('m', 't', 1000)]);
  await domain.listThreads({});
  expect(await storage.getThreadById({ threadId: 't' })).toMatchObject({ title: '', resourceId: 'user' });
});
