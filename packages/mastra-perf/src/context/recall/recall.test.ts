import { gate } from '@mastra-perf/testkit';
import { describe, expect, it } from 'vitest';
import { settled, testClock } from '../../base/test-clock.ts';
import type { PromptMessage } from '../../pipeline/call.ts';
import { createRecall, type Recalled, type RecallRequest } from './recall.ts';
import {
  BEGIN,
  MINUTE,
  said,
  testConversation,
  vectorOf,
  type TestConversation,
} from './test-conversation.ts';

const FACT = 'my locker has the code 4711';
const TALK = Array.from({ length: 40 }, (_, turn) => `how are you today, number ${turn}?`);
const QUESTION = 'what is the code of my locker?';
const user = (text: string): PromptMessage => ({ role: 'user', content: [{ type: 'text', text }] });

function start() {
  const clock = testClock(BEGIN + 1000 * MINUTE);
  const faults: string[] = [];
  const recall = createRecall({
    clock,
    fault: (where, error) => faults.push(`${where}: ${String(error)}`),
  });
  const ask = (
    conversation: TestConversation,
    question = QUESTION,
    more: Partial<RecallRequest> = {},
  ): Promise<Recalled | undefined> =>
    recall.recall({
      conversation,
      prompt: [user(question)],
      room: 500,
      reach: 'thread',
      fillsRoom: false,
      tokensOf: (text) => Math.ceil(text.length / 4),
      ...more,
    });
  return { clock, faults, recall, ask };
}

/** Moves time on until the call is answered, and tells how far. */
async function answered<T>(call: Promise<T>, clock: ReturnType<typeof testClock>, step = 100) {
  const values: T[] = [];
  void call.then((value) => values.push(value));
  for (let ms = 0; ms < 60_000; ms += step) {
    for (let turn = 0; turn < 20; turn++) await settled();
    if (values.length > 0) return { value: values[0] as T, ms };
    clock.advance(step);
  }
  throw new Error('the call is not answered within a minute');
}

describe('recall', () => {
  it('gives what belongs to the question, with its reason, and nothing for small talk', async () => {
    const { ask, faults } = start();
    const conversation = testConversation([FACT, 'noted', ...TALK]);
    const recalled = await ask(conversation);
    expect(recalled!.text).toContain(`user: ${FACT}`);
    expect(recalled!.messages.find(({ id }) => id === 'm00000')).toMatchObject({ why: 'words' });
    expect(recalled!.tokens).toBe(Math.ceil(recalled!.text.length / 4));
    expect(await ask(conversation, 'lovely weather outside')).toBeUndefined();
    expect(faults).toEqual([]);
  });

  it('quotes in the order in which it was said, whatever counts most', async () => {
    const { ask } = start();
    const day = 24 * 60 * MINUTE;
    const conversation = testConversation(['the locker is red', 'oh', ...TALK]);
    conversation.rows.push(said(50, FACT, { createdAt: BEGIN + day }));
    const { text } = (await ask(conversation))!;
    expect(text.indexOf('[2026-01-05]')).toBeLessThan(text.indexOf('the locker is red'));
    expect(text.indexOf('the locker is red')).toBeLessThan(text.indexOf('[2026-01-06]'));
    expect(text.indexOf('[2026-01-06]')).toBeLessThan(text.indexOf(FACT));
  });

  it('does not keep a call waiting that is aborted, and goes on reading for the next one', async () => {
    const { ask, recall } = start();
    const conversation = testConversation([FACT, 'noted', ...TALK]);
    const door = gate();
    conversation.beforePage = () => door.wait();
    const abort = new AbortController();
    const asked = ask(conversation, QUESTION, { signal: abort.signal });
    await settled();
    abort.abort();
    expect(await asked).toBeUndefined();
    door.open();
    await recall.idle();
    expect(await ask(conversation, QUESTION, { signal: AbortSignal.abort() })).toBeUndefined();
    expect(await ask(conversation, QUESTION, { signal: new AbortController().signal })).toBeDefined();
  });

  it('leaves out what is in the prompt', async () => {
    const { ask } = start();
    const conversation = testConversation([FACT, 'noted', ...TALK]);
    const prompt = [user(`${FACT}\n`), user(QUESTION)];
    expect((await ask(conversation, QUESTION, { prompt, fillsRoom: true }))!.text).not.toContain(FACT);
    // A message of which only a part is in the prompt is not.
    conversation.rows.push(said(60, '', { texts: [FACT, 'and the locker is red'] }));
    expect((await ask(conversation, QUESTION, { prompt }))!.text).toContain('and the locker is red');
  });

  it('never takes more than its room, and keeps the most relevant', async () => {
    const { ask } = start();
    // Longer now than when they were met.
    const conversation = testConversation([FACT, 'noted', 'a locker', 'another locker', ...TALK]);
    await ask(conversation);
    for (const place of [2, 3]) conversation.rows[place] = said(place, `locker ${'very long '.repeat(200)}`);
    for (const room of [64, 100, 200, 400]) {
      const recalled = (await ask(conversation, QUESTION, { room, fillsRoom: true }))!;
      expect(recalled.tokens).toBeLessThanOrEqual(room);
      expect(recalled.text).toContain(FACT);
    }
    expect(await ask(conversation, QUESTION, { room: 63 })).toBeUndefined();
  });

  it('asks for nothing where there is no question', async () => {
    const { ask } = start();
    const conversation = testConversation([FACT]);
    expect(await ask(conversation, ' \n')).toBeUndefined();
    expect(await ask(conversation, '', { prompt: [{ role: 'system', content: 'x' }] })).toBeUndefined();
    expect(conversation.pages).toEqual([]);
  });

  it('searches for the beginning and the end of a very long question', async () => {
    const { ask } = start();
    const conversation = testConversation([FACT, 'noted', ...TALK], { hasEmbedder: true });
    await ask(conversation, `${'lorem '.repeat(200_000)}${QUESTION}`, { fillsRoom: true });
    expect(conversation.embedded[0]![0]).toHaveLength(2001);
    expect(conversation.embedded[0]![0]!.endsWith(QUESTION)).toBe(true);
  });

  it('quotes a message as it is now, and forgets one that is gone between search and reading', async () => {
    const { ask } = start();
    const conversation = testConversation([FACT, 'noted', 'the locker is red', 'nice', ...TALK]);
    conversation.beforeById = () => {
      conversation.rows.splice(0, 1);
      conversation.beforeById = () => undefined;
    };
    expect((await ask(conversation, QUESTION, { fillsRoom: true }))!.text).not.toContain('4711');
    conversation.rows[1] = said(2, 'the locker is blue now');
    expect((await ask(conversation, QUESTION, { fillsRoom: true }))!.text).toContain('blue now');
    expect(conversation.byIds[1]).not.toContain('m00000');
  });

  it('gives the same for the same, and holds a thread once for all that ask at the same time', async () => {
    const { ask } = start();
    const conversation = testConversation([FACT, 'noted', ...TALK], { perPage: 200 });
    const all = await Promise.all([ask(conversation), ask(conversation), ask(conversation)]);
    expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(conversation.pages).toHaveLength(1);
  });

  it('keeps storages, resources and threads of one name apart', async () => {
    const { ask } = start();
    const one = testConversation([FACT, 'noted', ...TALK]);
    const others = [
      testConversation(TALK),
      { ...testConversation(TALK, { storage: one.storage }), resource: 'somebody' },
      testConversation(TALK, { storage: one.storage, thread: 'other' }),
    ];
    expect((await ask(one))!.text).toContain('4711');
    for (const other of others) {
      expect((await ask(other, QUESTION, { fillsRoom: true }))?.text ?? '').not.toContain('4711');
      expect(other.pages[0]!.from).toBeUndefined(); // read from its beginning
    }
  });

  it('reads all threads of a resource once for all of them', async () => {
    const { ask } = start();
    const one = testConversation([FACT, 'noted', ...TALK], { perPage: 200 });
    const other = { ...one, thread: 'other', pages: [] as TestConversation['pages'] };
    await ask(one, QUESTION, { reach: 'resource' });
    const { text } = (await ask(other, QUESTION, { reach: 'resource' }))!;
    expect(text).toContain('4711');
    expect(one.pages.map(({ from }) => from)).toEqual([undefined, one.rows.at(-1)!.createdAt - MINUTE]);
  });

  it('gives up the threads that were not asked for longest, and reads them again', async () => {
    const { ask } = start();
    const storage = {};
    const long = `locker${' '.repeat(30_000)}.`;
    const named = (thread: string) => testConversation(Array<string>(20).fill(long), { storage, thread });
    const first = named('first');
    const asked = { fillsRoom: true, room: 64, tokensOf: () => 10 };
    await ask(first, QUESTION, asked);
    const before = first.pages.length;
    // Each is held as 8 MB, and 128 MB are kept.
    for (let count = 0; count < 17; count++) await ask(named(`t${count}`), QUESTION, asked);
    await ask(first, QUESTION, asked);
    expect(first.pages[before]!.from).toBeUndefined();
    const last = first.pages.length;
    await ask(first, QUESTION, asked);
    expect(first.pages[last]!.from).toBeDefined();
  });

  it('lets the event loop turn while a long thread is taken in', async () => {
    const { ask } = start();
    const conversation = testConversation(
      Array.from({ length: 2000 }, (_, place) => `text ${place}`),
      { perPage: 200 },
    );
    let turns = 0;
    let done = false;
    const count = (): void => {
      turns++;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    await ask(conversation);
    done = true;
    expect(turns).toBeGreaterThanOrEqual(35);
  });
});

describe('recall when something is slow or fails', () => {
  it('goes on without a storage that takes a second, and the next call has what it read', async () => {
    const { ask, clock, recall, faults } = start();
    const conversation = testConversation([FACT, 'noted', ...TALK]);
    const door = gate();
    conversation.beforePage = door.wait;
    const { value, ms } = await answered(ask(conversation), clock);
    expect(value).toBeUndefined();
    expect(ms).toBe(1000);
    door.open();
    await recall.idle();
    expect((await ask(conversation))!.text).toContain('4711');
    expect(faults).toEqual([]);
  });

  it('finds by words while messages are still being embedded', async () => {
    const { ask, clock, recall } = start();
    const conversation = testConversation([FACT, 'noted', ...TALK], { hasEmbedder: true });
    const door = gate();
    conversation.beforeEmbed = (texts) => (texts.includes(FACT) ? door.wait() : undefined);
    const { value, ms } = await answered(ask(conversation, QUESTION, { fillsRoom: true }), clock);
    expect(ms).toBe(1000);
    expect(value!.text).toContain('4711');
    door.open();
    await recall.idle();
    const texts = conversation.embedded.flat().length;
    await ask(conversation);
    expect(conversation.embedded.flat()).toHaveLength(texts + 1); // the question
  });

  it('searches by words while an embedding model is slow, which then rests for ten seconds', async () => {
    const { ask, clock, faults } = start();
    const conversation = testConversation([FACT, 'noted', ...TALK], { hasEmbedder: true });
    conversation.beforeEmbed = () => gate().wait();
    const first = await answered(ask(conversation), clock);
    expect(first.value!.text).toContain('4711');
    expect(first.ms).toBe(1000);
    expect(faults).toEqual(['context.recall: DeadlineExceeded: no answer within 1000 ms']);
    expect((await ask(conversation))!.text).toContain('4711');
    expect(conversation.embedded).toHaveLength(1);
    clock.advance(10_000);
    conversation.beforeEmbed = () => undefined;
    await ask(conversation);
    expect(conversation.embedded.length).toBeGreaterThan(1);
  });

  it('embeds the messages at most every ten seconds where one of them is refused', async () => {
    const { ask, clock, recall, faults } = start();
    const conversation = testConversation([FACT, 'noted', ...TALK], { hasEmbedder: true });
    conversation.beforeEmbed = (texts) =>
      texts.includes('noted') ? Promise.reject(new Error('bad text')) : undefined;
    for (let call = 0; call < 3; call++) {
      expect((await ask(conversation, QUESTION, { fillsRoom: true }))!.text).toContain('4711');
      await recall.idle();
    }
    const refused = (): number => conversation.embedded.filter((texts) => texts.includes('noted')).length;
    expect(refused()).toBe(1);
    expect(faults).toEqual(['context.recall: Error: bad text']);
    clock.advance(10_000);
    await ask(conversation);
    expect(refused()).toBe(2);
  });

  it('goes on by words with a model whose vectors have another length than before', async () => {
    const { ask, faults } = start();
    const conversation = testConversation([FACT, 'noted', ...TALK], { hasEmbedder: true });
    await ask(conversation);
    conversation.dimensions = 16;
    conversation.rows.push(said(50, 'new'));
    expect((await ask(conversation, QUESTION, { fillsRoom: true }))!.text).toContain('4711');
    expect(faults).toEqual([]);
  });

  it('recalls nothing when texts are not read again within a second', async () => {
    const { ask, clock, faults } = start();
    const conversation = testConversation([FACT, 'noted', ...TALK]);
    conversation.beforeById = () => gate().wait();
    const { value, ms } = await answered(ask(conversation), clock);
    expect(value).toBeUndefined();
    expect(ms).toBe(1000);
    expect(faults).toEqual(['context.recall: DeadlineExceeded: no answer within 1000 ms']);
  });

  it('never rejects, whatever throws', async () => {
    const { ask, faults } = start();
    const failing = testConversation([FACT]);
    failing.page = () => {
      throw new Error('page');
    };
    expect(await ask(failing)).toBeUndefined();
    const unread = testConversation([FACT, 'noted', ...TALK]);
    unread.byId = () => Promise.reject(new Error('byId'));
    expect(await ask(unread)).toBeUndefined();
    const uncounted = testConversation([FACT, 'noted', ...TALK]);
    const tokensOf = (): number => {
      throw new Error('count');
    };
    expect(await ask(uncounted, QUESTION, { tokensOf })).toBeUndefined();
    expect(faults.map((fault) => fault.split(': ').at(-1))).toEqual(
      expect.arrayContaining(['page', 'byId', 'count']),
    );
  });

  it('is idle when nothing is read or embedded', async () => {
    const { ask, clock, recall } = start();
    const conversation = testConversation([FACT]);
    await recall.idle();
    const door = gate();
    conversation.beforePage = door.wait;
    await answered(ask(conversation), clock);
    let isIdle = false;
    const idle = recall.idle().then(() => (isIdle = true));
    await settled();
    expect(isIdle).toBe(false);
    door.open();
    await idle;
    expect(isIdle).toBe(true);
  });

  it('finds by meaning', async () => {
    const { ask } = start();
    const conversation = testConversation(['zebra', 'noted', ...TALK], { hasEmbedder: true });
    conversation.storedVectors.set('m00000', vectorOf('what', 8));
    const recalled = await ask(conversation, 'what has stripes', { fillsRoom: true });
    expect(recalled!.messages.find(({ id }) => id === 'm00000')).toMatchObject({ why: 'meaning' });
  });
});
