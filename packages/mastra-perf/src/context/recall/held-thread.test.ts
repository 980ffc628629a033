import { gate } from '@mastra-perf/testkit';
import { describe, expect, it } from 'vitest';
import { createHeldThread } from './held-thread.ts';
import { BEGIN, MINUTE, said, testConversation, vectorOf } from './test-conversation.ts';

function start() {
  const faults: unknown[] = [];
  let pauses = 0;
  const thread = createHeldThread({
    reach: 'thread',
    tokensOf: (text) => text.length,
    pause: () => {
      pauses++;
      return Promise.resolve();
    },
    now: () => BEGIN + 1000 * MINUTE,
    fault: (error) => faults.push(error),
  });
  return { thread, faults, pauses: () => pauses };
}
const numbered = (count: number): string[] => Array.from({ length: count }, (_, place) => `text ${place}`);
const idsIn = (thread: ReturnType<typeof start>['thread']): string[] => thread.messages().map(({ id }) => id);

describe('held thread: reading', () => {
  it('holds every message once, page after page, oldest first', async () => {
    const { thread } = start();
    const conversation = testConversation(numbered(35));
    await thread.read(conversation);
    expect(idsIn(thread)).toEqual(conversation.rows.map(({ id }) => id));
    expect(thread.index.size).toBe(35);
  });

  it('reads what comes after a message that is dated in the future', async () => {
    const { thread } = start();
    const conversation = testConversation(['old']);
    conversation.rows.push(said(1, 'from tomorrow', { createdAt: BEGIN + 5000 * MINUTE }));
    await thread.read(conversation);
    conversation.rows.push(said(2, 'now', { createdAt: BEGIN + 1000 * MINUTE }));
    await thread.read(conversation);
    expect(idsIn(thread)).toEqual(['m00000', 'm00002', 'm00001']);
  });

  it('then asks only for what is newer, and for the minute before it', async () => {
    const { thread } = start();
    const conversation = testConversation(numbered(35));
    await thread.read(conversation);
    conversation.pages.length = 0;
    conversation.rows.push(said(35, 'new'));
    await thread.read(conversation);
    expect(conversation.pages).toEqual([{ reach: 'thread', from: BEGIN + 33 * MINUTE, page: 0 }]);
    expect(idsIn(thread).at(-1)).toBe('m00035');
  });

  it('finds a message that was stored late, in its place', async () => {
    const { thread } = start();
    const conversation = testConversation(['one', 'two']);
    await thread.read(conversation);
    expect(idsIn(thread)).toHaveLength(2);
    conversation.rows.push(said(2, 'late', { id: 'late', createdAt: BEGIN + MINUTE / 2 }));
    await thread.read(conversation);
    expect(idsIn(thread)).toEqual(['m00000', 'late', 'm00001']);
  });

  it('stays in order while messages come, of which some have the same time', async () => {
    const { thread } = start();
    const conversation = testConversation(['one']);
    await thread.read(conversation);
    thread.messages();
    for (const id of ['b', 'a', 'c']) {
      conversation.rows.push(said(1, id, { id }));
      await thread.read(conversation);
      thread.messages();
    }
    expect(idsIn(thread)).toEqual(['m00000', 'a', 'b', 'c']);
  });

  it('comes to the end of more messages of one time than a page holds', async () => {
    const { thread } = start();
    const conversation = testConversation([]);
    conversation.rows.push(...numbered(25).map((text, place) => said(place, text, { createdAt: BEGIN })));
    conversation.rows.push(said(30, 'after'));
    await thread.read(conversation);
    expect(thread.index.size).toBe(26);
  });

  it('comes to an end where the storage gives the same page again and again', async () => {
    const { thread } = start();
    const conversation = testConversation(numbered(10));
    conversation.page = (reach, from, page) => {
      conversation.pages.push({ reach, from, page });
      if (conversation.pages.length > 100) throw new Error('read for ever');
      return Promise.resolve({ messages: conversation.rows, isLast: false });
    };
    await thread.read(conversation);
    expect(thread.index.size).toBe(10);
  });

  it('is under way once for all that ask meanwhile', async () => {
    const { thread } = start();
    const conversation = testConversation(numbered(5));
    const door = gate();
    conversation.beforePage = door.wait;
    const reads = [thread.read(conversation), thread.read(conversation), thread.read(conversation)];
    expect(conversation.pages).toHaveLength(1);
    door.open();
    await Promise.all(reads);
    expect(conversation.pages).toHaveLength(1);
    await thread.read(conversation);
    expect(conversation.pages).toHaveLength(2);
  });

  it('goes on where it was after a storage that failed', async () => {
    const { thread } = start();
    const conversation = testConversation(numbered(25));
    let calls = 0;
    conversation.beforePage = () => (++calls === 2 ? Promise.reject(new Error('away')) : undefined);
    await expect(thread.read(conversation)).rejects.toThrow('away');
    expect(thread.index.size).toBe(10);
    await thread.read(conversation);
    expect(thread.index.size).toBe(25);
    expect(conversation.pages.at(2)?.from).toBe(BEGIN + 8 * MINUTE);
  });

  it('lets the event loop turn for every fifty messages', async () => {
    const { thread, pauses } = start();
    await thread.read(testConversation(numbered(1000), { perPage: 200 }));
    // A page begins with the last of the one before it.
    expect(pauses()).toBeGreaterThanOrEqual(19);
  });

  it('leaves out what nobody said, or says nothing', async () => {
    const { thread } = start();
    const conversation = testConversation(['one', '  ']);
    conversation.rows.push(said(2, 'a tool', { role: 'tool' }), said(3, 'a system', { role: 'system' }));
    await thread.read(conversation);
    expect(idsIn(thread)).toEqual(['m00000']);
  });

  it('forgets a message, and does not meet it again later', async () => {
    const { thread } = start();
    const conversation = testConversation(numbered(5));
    await thread.read(conversation);
    thread.forget('m00001');
    thread.forget('nobody');
    conversation.rows.push(said(5, 'new'));
    await thread.read(conversation);
    expect(idsIn(thread)).toEqual(['m00000', 'm00002', 'm00003', 'm00004', 'm00005']);
    expect(thread.index.has('m00001')).toBe(false);
  });

  it('takes more bytes the more it holds, and no more for a text than is searched', async () => {
    const { thread } = start();
    const conversation = testConversation(['short']);
    await thread.read(conversation);
    const short = thread.bytes;
    conversation.rows.push(said(1, 'x'.repeat(1_000_000)));
    await thread.read(conversation);
    expect(thread.bytes).toBeGreaterThan(short + 200_000);
    expect(thread.bytes).toBeLessThan(short + 500_000);
  });
});

describe('held thread: vectors', () => {
  const like = vectorOf('a', 8);

  it('come from the memory where it has them, and are made of the other texts', async () => {
    const { thread } = start();
    const conversation = testConversation(['a one', 'b two', 'c three'], { hasEmbedder: true });
    conversation.storedVectors.set('m00001', vectorOf('b', 8));
    await thread.read(conversation);
    await thread.embed(conversation, like);
    expect(conversation.embedded).toEqual([['a one', 'c three']]);
    expect(conversation.rows.every(({ id }) => thread.index.hasVector(id))).toBe(true);
  });

  it('are asked for once, of the newest messages first', async () => {
    const { thread } = start();
    const conversation = testConversation(numbered(250), { hasEmbedder: true, perPage: 100 });
    await thread.read(conversation);
    await Promise.all([thread.embed(conversation, like), thread.embed(conversation, like)]);
    expect(conversation.embedded.map((texts) => texts.length)).toEqual([200, 50]);
    expect(conversation.embedded[1]).toContain('text 0');
    conversation.rows.push(said(250, 'new'));
    await thread.read(conversation);
    await thread.embed(conversation, like);
    expect(conversation.embedded[2]).toEqual(['new']);
    await thread.embed(conversation, like);
    expect(conversation.embedded).toHaveLength(3);
  });

  it('are asked for again after the embedding model failed', async () => {
    const { thread } = start();
    const conversation = testConversation(['a one'], { hasEmbedder: true });
    conversation.beforeEmbed = () => Promise.reject(new Error('no vectors'));
    await thread.read(conversation);
    await expect(thread.embed(conversation, like)).rejects.toThrow('no vectors');
    conversation.beforeEmbed = () => undefined;
    await thread.embed(conversation, like);
    expect(thread.index.hasVector('m00000')).toBe(true);
  });

  it('are made where the memory cannot give those that it has', async () => {
    const { thread, faults } = start();
    const conversation = testConversation(['a one'], { hasEmbedder: true });
    conversation.embedder!.stored = () => Promise.reject(new Error('store away'));
    await thread.read(conversation);
    await thread.embed(conversation, like);
    expect(thread.index.hasVector('m00000')).toBe(true);
    expect(faults.map(String)).toEqual(['Error: store away']);
  });

  it('of another length than the first are not taken, and not asked for again', async () => {
    const { thread } = start();
    const conversation = testConversation(['a one'], { hasEmbedder: true });
    await thread.read(conversation);
    await thread.embed(conversation, like);
    conversation.dimensions = 16;
    conversation.rows.push(said(1, 'b two'));
    await thread.read(conversation);
    await thread.embed(conversation, vectorOf('b', 16));
    await thread.embed(conversation, vectorOf('b', 16));
    expect(thread.index.hasVector('m00000')).toBe(true);
    expect(thread.index.hasVector('m00001')).toBe(false);
    expect(conversation.embedded).toHaveLength(2);
  });

  it('are not asked for of messages that are gone, or of a memory without a model', async () => {
    const { thread } = start();
    const conversation = testConversation(['a one', 'b two'], { hasEmbedder: true });
    await thread.read(conversation);
    conversation.rows.shift();
    await thread.embed(conversation, like);
    expect(conversation.embedded).toEqual([['b two']]);
    const without = testConversation(['a one']);
    const other = start().thread;
    await other.read(without);
    await other.embed(without, like);
    expect(other.index.hasVector('m00000')).toBe(false);
  });
});
