import type { MemoryStorage, StorageListMessagesInput } from '@mastra/core/storage';
import { beforeEach, describe, expect, test } from 'vitest';
import { messageKey, threadMessagesKey } from '../src/fast-store/row-keys.ts';
import { fastRedis } from '../src/mastra.ts';
import { memoryOf, message, saveThread } from './fast-messages.ts';
import { fastServer } from './fast-server.ts';

const server = await fastServer();

/** Both stores over the same rows: what the fast one reads is what the bare one reads. */
describe.skipIf(server.skip)('pages of messages', () => {
  let bare: MemoryStorage;
  let fast: MemoryStorage;
  beforeEach(async () => {
    await server.admin().flushall();
    bare = memoryOf(await server.open());
    fast = memoryOf(fastRedis(await server.open()));
    await saveThread(bare);
  });

  const sameAsBare = async (asked: Partial<StorageListMessagesInput>) => {
    for (const direction of ['ASC', 'DESC'] as const)
      for (const perPage of [1, 2, 3, 5, 10, 100])
        for (const page of [0, 1, 3]) {
          const args: StorageListMessagesInput = {
            threadId: 't',
            page,
            perPage,
            orderBy: { field: 'createdAt', direction },
            ...asked,
          };
          const { total: bareTotal, ...expected } = await bare.listMessages(args);
          const { total, ...listed } = await fast.listMessages(args);
          expect({ args, listed }).toEqual({ args, listed: expected });
          if (args.includeTotal !== false) expect(total).toBe(bareTotal);
        }
  };
  const sameInAllShapes = async () => {
    await sameAsBare({});
    await sameAsBare({ includeTotal: false });
    await sameAsBare({ includeTotal: false, resourceId: 'r' });
    await sameAsBare({ resourceId: 'r' });
    await sameAsBare({ resourceId: 'nobody', includeTotal: false });
  };
  const save = (...messages: ReturnType<typeof message>[]) => bare.saveMessages({ messages });
  const range = (length: number) => Array.from({ length }, (_, at) => at);

  test('are the same when messages of one save are of one time, at any boundary', async () => {
    await save(...range(6).map((at) => message(`c${9 - at}`, at < 2 ? 1 : 2)));
    await save(...range(4).map((at) => message(`d${at}`, 2)));
    await sameInAllShapes();
  });

  test('are the same when several saves are of one time', async () => {
    for (const id of ['d', 'b', 'e', 'a', 'c']) await save(message(id, 1));
    await save(message('later', 2));
    await sameInAllShapes();
  });

  test('are the same when a later save holds an earlier time', async () => {
    for (const at of [5, 3, 9, 1, 9, 4])
      await save(message(`m${at}-${Math.random()}`, at), message(`n${at}`, at + 2));
    await sameInAllShapes();
  });

  test('are the same after a save of so many that their places in it outweigh their times', async () => {
    await save(...range(3000).map((at) => message(`m${at}`, 3 - Math.floor(at / 1000))));
    await save(message('later', 4), message('latest', 5));
    const asked = { threadId: 't', perPage: 5, includeTotal: false } as const;
    for (const direction of ['ASC', 'DESC'] as const) {
      const args = { ...asked, orderBy: { field: 'createdAt', direction } } as const;
      expect((await fast.listMessages(args)).messages).toEqual((await bare.listMessages(args)).messages);
    }
  }, 120_000);

  test('are the same where messages of several resources are in a thread', async () => {
    for (const at of range(12)) await save(message(`m${at}`, at, { resource: at % 3 ? 'r' : 's' }));
    await sameInAllShapes();
    await sameAsBare({ resourceId: 's', includeTotal: false });
  });

  test('are the same where a row is missing at the end that is read', async () => {
    for (const at of range(12)) await save(message(`m${at}`, at));
    await server.admin().del(messageKey('t', 'm11'), messageKey('t', 'm0'));
    await sameAsBare({ includeTotal: false });
  });

  test('are the same where scores are not those of RedisStore', async () => {
    for (const at of range(12)) await save(message(`m${at}`, at));
    for (const at of range(12)) await server.admin().zadd(threadMessagesKey('t'), (at * 7) % 12, `m${at}`);
    await sameAsBare({ includeTotal: false });
  });

  test('are the same after messages were saved again, moved in and out, and deleted', async () => {
    await saveThread(bare, 'u');
    for (const at of range(12)) await save(message(`m${at}`, at), message(`u${at}`, at, { thread: 'u' }));
    await save(message('m3', 20), message('m5', 1));
    await fast.updateMessages({
      messages: [
        { id: 'u4', threadId: 't' },
        { id: 'm7', threadId: 'u' },
      ],
    });
    await fast.deleteMessages(['m9', 'm11']);
    await sameInAllShapes();
    await sameAsBare({ threadId: 'u' });
  });

  test('around found messages are the same, in whatever order these were found', async () => {
    for (const at of range(12)) await save(message(`m${at}`, at, { resource: at === 9 ? 's' : 'r' }));
    const around = (id: string, withPreviousMessages: number, withNextMessages: number) => ({
      id,
      withPreviousMessages,
      withNextMessages,
    });
    for (const include of [
      [around('m5', 1, 1), around('m4', 2, 0)],
      [around('m0', 3, 0), around('m11', 0, 3), around('m0', 0, 1)],
      [around('m8', 1, 2)], // the next but one is of another resource, and does not count
      [around('m9', 1, 1), around('none', 1, 1)],
    ]) {
      const args = { threadId: 't', resourceId: 'r', include, perPage: 0 };
      expect(await fast.listMessages(args)).toEqual(await bare.listMessages(args));
    }
  });

  test('of an empty thread, and of none, are empty', async () => {
    await sameInAllShapes();
    await sameAsBare({ threadId: 'none' });
  });

  test('are asked for as wrongly as Mastra allows', async () => {
    await save(message('m', 1));
    for (const wrong of [{ threadId: ' ' }, { threadId: [] }, { page: -1 }, { perPage: -1 }, { page: 0.5 }]) {
      const args = { threadId: 't', perPage: 5, ...wrong };
      const settle = (memory: MemoryStorage) =>
        memory.listMessages(args).catch((error: Error) => error.message);
      expect(await settle(fast)).toEqual(await settle(bare));
    }
  });
});
