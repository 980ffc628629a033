import { RequestContext } from '@mastra/core/request-context';
import { InMemoryStore, type MastraCompositeStore } from '@mastra/core/storage';
import { LibSQLStore } from '@mastra/libsql';
import { Memory } from '@mastra/memory';
import { describe, expect, it } from 'vitest';
import { conversationOf } from './conversation.ts';

const contextOf = (
  thread: string,
  resource?: string,
  reserved: Record<string, string> = {},
): RequestContext => {
  const context = new RequestContext();
  context.set('MastraMemory', { thread: { id: thread }, resourceId: resource });
  for (const [key, value] of Object.entries(reserved)) context.set(key, value);
  return context;
};

async function filled(storage: MastraCompositeStore): Promise<Memory> {
  await storage.init();
  const memory = new Memory({ storage });
  for (const [thread, resource] of [
    ['t', 'r'],
    ['other', 'r'],
    ['theirs', 'somebody'],
  ] as const) {
    await memory.createThread({ threadId: thread, resourceId: resource });
    const messages = Array.from({ length: thread === 't' ? 450 : 3 }, (_, place) => ({
      id: `${thread}-${place}`,
      threadId: thread,
      resourceId: resource,
      role: place % 2 === 0 ? 'user' : 'assistant',
      // Several have the same time.
      createdAt: new Date(1_767_600_000_000 + Math.floor(place / 3) * 1000),
      content: {
        format: 2,
        parts: [
          { type: 'text', text: `${thread} says ${place}` },
          { type: 'reasoning', text: 'hm' },
          { type: 'text', text: 'and more' },
        ],
      },
    }));
    await memory.saveMessages({ messages: messages as never });
  }
  return memory;
}

const stores = {
  InMemoryStore: () => new InMemoryStore(),
  LibSQLStore: () => new LibSQLStore({ id: 'conversations', url: ':memory:' }),
};

describe.each(Object.entries(stores))('the conversation of a run, %s', (_name, open) => {
  it('is read in pages, the oldest first, and by ids', async () => {
    const conversation = conversationOf(await filled(open()), contextOf('t', 'r'))!;
    const pages = await Promise.all([0, 1, 2].map((page) => conversation.page('thread', undefined, page)));
    expect(pages.map(({ messages, isLast }) => [messages.length, isLast])).toEqual([
      [200, false],
      [200, false],
      [50, true],
    ]);
    const all = pages.flatMap(({ messages }) => messages);
    expect(new Set(all.map(({ id }) => id)).size).toBe(450);
    expect(all.map(({ createdAt }) => createdAt)).toEqual(
      all.map(({ createdAt }) => createdAt).toSorted((a, b) => a - b),
    );
    expect(all.find(({ id }) => id === 't-1')).toEqual({
      id: 't-1',
      role: 'assistant',
      texts: ['t says 1', 'and more'],
      createdAt: 1_767_600_000_000,
      thread: 't',
    });
    const later = await conversation.page('thread', 1_767_600_149_000, 0);
    expect(later.messages.map(({ id }) => id).toSorted()).toEqual(['t-447', 't-448', 't-449']);
    expect(await conversation.byId('thread', ['t-7', 'gone'])).toMatchObject([{ id: 't-7' }]);
  });

  it('reaches all threads of the resource when asked to, and never those of another one', async () => {
    const conversation = conversationOf(await filled(open()), contextOf('other', 'r'))!;
    expect((await conversation.page('thread', undefined, 0)).messages).toHaveLength(3);
    const threads = new Set<string | undefined>();
    for (let page = 0; page < 3; page++)
      for (const { thread } of (await conversation.page('resource', undefined, page)).messages)
        threads.add(thread);
    expect(threads).toEqual(new Set(['t', 'other']));
    const ids = ['t-0', 'other-0', 'theirs-0'];
    const reached = async (reach: 'thread' | 'resource') =>
      (await conversation.byId(reach, ids)).map(({ id }) => id).toSorted();
    expect(await reached('thread')).toEqual(['other-0']);
    expect(await reached('resource')).toEqual(['other-0', 't-0']);
  });

  it("has nothing to read in somebody else's thread", async () => {
    const memory = await filled(open());
    for (const resource of ['r', undefined]) {
      const conversation = conversationOf(memory, contextOf('theirs', resource))!;
      expect((await conversation.page('thread', undefined, 0)).messages).toEqual([]);
      expect(await conversation.byId('thread', ['theirs-0'])).toEqual([]);
    }
  });
});

describe('the conversation of a run', () => {
  it('is not known without a memory, without a thread, and where a server names another one', async () => {
    const memory = new Memory({ storage: new InMemoryStore() });
    expect(conversationOf(undefined, contextOf('t', 'r'))).toBeUndefined();
    expect(conversationOf({}, contextOf('t', 'r'))).toBeUndefined();
    expect(conversationOf(memory, undefined)).toBeUndefined();
    expect(conversationOf(memory, new RequestContext())).toBeUndefined();
    expect(conversationOf(memory, contextOf('', 'r'))).toBeUndefined();
    expect(conversationOf(memory, contextOf('t', 7 as never))).toBeUndefined();
    expect(conversationOf(memory, contextOf('t', 'r', { mastra__resourceId: 'x' }))).toBeUndefined();
    expect(conversationOf(memory, contextOf('t', 'r', { mastra__threadId: 'x' }))).toBeUndefined();
    const same = { mastra__resourceId: 'r', mastra__threadId: 't' };
    expect(conversationOf(memory, contextOf('t', 'r', same))).toMatchObject({ thread: 't', resource: 'r' });
  });
});
