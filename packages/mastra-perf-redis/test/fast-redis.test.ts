import { isPerfError } from 'mastra-perf';
import { RedisStore, StoreMemoryRedis, WorkflowsRedis } from '@mastra/redis';
import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import {
  messageIndexKey,
  messageKey,
  snapshotKey,
  threadKey,
  threadMessagesKey,
} from '../src/fast-store/row-keys.ts';
import { fastRedis } from '../src/mastra.ts';
import { memoryOf, message, runsOf, saveThread } from './fast-messages.ts';
import { fastServer } from './fast-server.ts';

const server = await fastServer();
const unconnected = () => new RedisStore({ id: 'store', host: '127.0.0.1', port: 1 });

describe('fastRedis', () => {
  test('returns the store it was given, and doing it twice is doing it once', () => {
    const store = unconnected();
    expect(fastRedis(store)).toBe(store);
    const { memory, workflows } = store.stores;
    fastRedis(store);
    expect(store.stores.memory).toBe(memory);
    expect(store.stores.workflows).toBe(workflows);
  });

  test('leaves the domains what they are to whoever looks at them', () => {
    const store = fastRedis(unconnected());
    expect(store.stores.memory).toBeInstanceOf(StoreMemoryRedis);
    expect(store.stores.workflows).toBeInstanceOf(WorkflowsRedis);
    const memory = memoryOf(store);
    expect('supportsPartialThreadUpdate' in memory && memory.supportsPartialThreadUpdate).toBe(true);
    expect(memory.constructor).toBe(StoreMemoryRedis);
    expect(memory.getThreadById).toBe(memory.getThreadById);
  });

  test('lets somebody else wrap its methods', async () => {
    const memory = memoryOf(fastRedis(unconnected()));
    memory.listMessages = async () => 'theirs' as never;
    memory.getThreadById = async () => 'theirs too' as never;
    expect(await memory.listMessages({ threadId: 't' })).toBe('theirs');
    expect(await memory.getThreadById({ threadId: 't' })).toBe('theirs too');
  });

  const client = new Redis({ lazyConnect: true });
  test.each([
    ['nothing', undefined],
    ['a client', client],
    ['another store', { stores: { memory: {}, workflows: {} }, getClient: () => client }],
    ['a RedisStore on a client of ioredis', new RedisStore({ id: 'store', client: client as never })],
  ])('refuses %s', (_, wrong) => {
    const refused = (() => {
      try {
        return fastRedis(wrong as never);
      } catch (error) {
        return error;
      }
    })();
    expect(isPerfError(refused) && refused).toMatchObject({
      code: 'MASTRA_PERF_CONFIG',
      path: 'fastRedis.store',
    });
  });

  test.skipIf(server.skip)('knows the keys of RedisStore', async () => {
    await server.admin().flushall();
    const store = await server.open();
    await saveThread(memoryOf(store));
    await memoryOf(store).saveMessages({ messages: [message('m', 1)] });
    await runsOf(store).persistWorkflowSnapshot({ workflowName: 'w', runId: 'x', snapshot: {} as never });
    expect((await server.admin().keys('*')).toSorted()).toEqual(
      [
        threadKey('t'),
        threadMessagesKey('t'),
        messageKey('t', 'm'),
        messageIndexKey('m'),
        snapshotKey('workflows', 'w', 'x'),
      ].toSorted(),
    );
  });

  test.skipIf(server.skip)('fails in the words of Mastra when Redis fails', async () => {
    const store = fastRedis(await server.open(1));
    await saveThread(memoryOf(store));
    store.getClient().destroy();
    const asked = { threadId: 't', perPage: 5 };
    await expect(memoryOf(store).listMessages(asked)).rejects.toMatchObject({
      id: 'MASTRA_STORAGE_REDIS_LIST_MESSAGES_FAILED',
    });
    await expect(memoryOf(store).saveMessages({ messages: [message('m', 1)] })).rejects.toMatchObject({
      id: 'MASTRA_STORAGE_REDIS_SAVE_MESSAGES_INVALID_ARGS',
    });
    await expect(memoryOf(store).updateMessages({ messages: [{ id: 'm' }] })).rejects.toMatchObject({
      id: 'MASTRA_STORAGE_REDIS_UPDATE_MESSAGES_FAILED',
    });
    await expect(
      runsOf(store).getWorkflowRunById({ workflowName: 'agentic-loop', runId: 'x' }),
    ).rejects.toMatchObject({ id: 'MASTRA_STORAGE_REDIS_GET_WORKFLOW_RUN_BY_ID_FAILED' });
  });
});
