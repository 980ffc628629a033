import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { settled, testClock, type TestClock } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { createHistory } from '../history/history.ts';
import type { MessageRow } from '../history/rows.ts';
import { createWriteQueue } from '../history/write-queue.ts';
import { memoryBus } from '../stores/memory-bus.ts';
import { lazyQueue, memoryProcess, messageOf, threadOf, type ProcessOptions } from './test-memory-process.ts';
import { versionedMemory } from './test-versioned-memory.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

const ids = (page: { readonly messages: readonly { readonly id: string }[] }): string[] =>
  page.messages.map(({ id }) => id);

async function setUp(options: ProcessOptions = {}) {
  const memory = versionedMemory();
  const one = memoryProcess(createHistory, memory.domain, options);
  await memory.domain.saveThread({ thread: threadOf('t') });
  await memory.domain.saveMessages({ messages: [messageOf('m1', 't', 1000)] });
  memory.taken();
  let at = 2000;
  /** What Mastra asks of its storage for one call of an agent. */
  const turn = async (name: string, run = {}) => {
    const thread = await one.within(run).getThreadById({ threadId: 't' });
    const history = await one.last(run, 't', 10, 'user');
    const user = messageOf(`${name} question`, 't', (at += 10));
    const answer = messageOf(`${name} answer`, 't', (at += 10), { role: 'assistant' });
    await one.persist(run, 't', [user, answer]);
    const after = await one.within(run).getThreadById({ threadId: 't' });
    return { thread, history, after };
  };
  return { memory, turn, ...one };
}

describe('memoryDomain', () => {
  it('reads a thread once in a run: the save tells the rest', async () => {
    const { memory, turn } = await setUp();
    const { history, after } = await turn('first');
    expect(memory.taken()).toEqual(['getThreadById', 'listMessages', 'saveMessages']);
    expect(ids(history)).toEqual(['m1']);
    expect(after).toEqual(await memory.domain.getThreadById({ threadId: 't' }));
    memory.taken();
    await turn('second');
    expect(memory.taken()).toEqual(['getThreadById', 'listMessages', 'saveMessages']);
  });

  it('needs no list of messages with `validate` while nobody else has written', async () => {
    const { memory, turn } = await setUp({ mode: 'validate' });
    await turn('first');
    memory.taken();
    const { history } = await turn('second');
    expect(memory.taken()).toEqual(['getThreadById', 'saveMessages']);
    expect(ids(history)).toEqual(['first answer', 'first question', 'm1']);
    await memory.domain.saveMessages({ messages: [messageOf('elsewhere', 't', 5000)] });
    memory.taken();
    const third = await turn('third');
    expect(memory.taken()).toEqual(['getThreadById', 'listMessages', 'saveMessages']);
    expect(ids(third.history)[0]).toBe('elsewhere');
  });

  it('only saves with `sticky`, for as long as it may', async () => {
    const clock = testClock();
    const { memory, turn } = await setUp({ mode: 'sticky', clock });
    await turn('first');
    memory.taken();
    const { history } = await turn('second');
    expect(memory.taken()).toEqual(['saveMessages']);
    expect(ids(history)).toEqual(['first answer', 'first question', 'm1']);
    clock.advance(30_000);
    await turn('third');
    expect(memory.taken()).toEqual(['getThreadById', 'listMessages', 'saveMessages']);
  });

  it.each(['validate', 'sticky'] as const)(
    'reads messages again after an hour, since retention deletes them without a trace (%s)',
    async (mode) => {
      const { memory, turn, clock } = await setUp({ mode, clock: testClock(), ttlMs: 3_600_000 });
      const reads: number[] = [];
      for (let minutes = 0; minutes <= 130; minutes += 10) {
        memory.taken();
        await turn(`at ${minutes}`);
        if (memory.taken().includes('listMessages')) reads.push(minutes);
        (clock as TestClock).advance(600_000);
      }
      expect(reads).toEqual([0, 60, 120]);
    },
  );

  it('asks for nothing with `sticky` when messages are written behind, and writes them before others read', async () => {
    let queue: ReturnType<typeof lazyQueue> | undefined;
    const { memory, turn, domain } = await setUp({
      mode: 'sticky',
      writeBehind: (behind) => (queue = lazyQueue(behind)),
    });
    await turn('first');
    memory.taken();
    const { history } = await turn('second');
    expect(memory.taken()).toEqual([]);
    expect(ids(history)).toEqual(['first answer', 'first question', 'm1']);
    expect(queue!.waiting()).toBe(4);
    expect((await domain.listMessages({ threadId: 't' })).messages).toHaveLength(5);
    expect(memory.taken()).toEqual(['saveMessages', 'saveMessages', 'listMessages']);
  });

  it('works with the queue that writes by itself', async () => {
    const { memory, turn, domain } = await setUp({
      mode: 'sticky',
      writeBehind: ({ write, lost, joins }) =>
        createWriteQueue<MessageRow>({
          clock: systemClock,
          random: () => 0.5,
          write,
          joins,
          onLost: ({ threadId }) => lost(threadId),
        }),
    });
    await turn('first');
    memory.taken();
    expect(ids((await turn('second')).history)).toEqual(['first answer', 'first question', 'm1']);
    expect(memory.taken()).not.toContain('listMessages');
    const { messages } = await domain.listMessages({ threadId: 't' });
    expect(messages.map(({ id }) => id)).toEqual([
      'm1',
      'first question',
      'first answer',
      'second question',
      'second answer',
    ]);
  });

  it('forgets messages that were given up', async () => {
    let queue: ReturnType<typeof lazyQueue> | undefined;
    const { turn } = await setUp({
      mode: 'sticky',
      writeBehind: (behind) => (queue = lazyQueue(behind)),
    });
    await turn('first');
    queue!.lose('t');
    expect(ids((await turn('second')).history)).toEqual(['m1']);
  });

  it('answers outside of runs, and reads of tools, from the storage', async () => {
    const { memory, turn, last, within, domain } = await setUp();
    const run = {};
    await turn('first', run);
    memory.taken();
    await within(run).getThreadById({ threadId: 't' });
    await within(run).getThreadById({ threadId: 't' });
    expect(memory.taken()).toEqual(['getThreadById', 'getThreadById']);
    const sticky = await setUp({ mode: 'sticky' });
    await sticky.turn('first');
    sticky.memory.taken();
    await sticky.domain.getThreadById({ threadId: 't' });
    await sticky.last(undefined, 't');
    expect(sticky.memory.taken()).toEqual(['getThreadById', 'listMessages']);
    await last(undefined, 't');
    await domain.getThreadById({ threadId: 't' });
    expect(memory.taken()).toEqual(['listMessages', 'getThreadById']);
  });

  it('hands the saved thread to the same run only, at once, and if nothing was written since', async () => {
    const clock = testClock();
    const { memory, persist, within, domain } = await setUp({ clock });
    const read = async (run: object): Promise<string[]> => {
      memory.taken();
      await within(run).getThreadById({ threadId: 't' });
      return memory.taken();
    };
    let at = 3000;
    const save = async (): Promise<object> => {
      const run = {};
      await persist(run, 't', [messageOf(`m${at}`, 't', at++)]);
      return run;
    };
    expect(await read(await save())).toEqual([]);
    await save();
    expect(await read({})).toEqual(['getThreadById']);
    const late = await save();
    clock.advance(1000);
    expect(await read(late)).toEqual(['getThreadById']);
    const changed = await save();
    await domain.updateThread({ id: 't', title: 'another' });
    expect(await read(changed)).toEqual(['getThreadById']);
  });

  it('creates a thread that was deleted elsewhere while the run was under way, as Mastra would', async () => {
    const { memory, persist, within, faults } = await setUp();
    const run = {};
    await within(run).getThreadById({ threadId: 't' });
    await memory.domain.deleteThread({ threadId: 't' });
    await persist(run, 't', [messageOf('m9', 't', 9000)]);
    const thread = await memory.domain.getThreadById({ threadId: 't' });
    expect(thread).toMatchObject({ title: '', metadata: {}, resourceId: 'user' });
    expect((await memory.domain.listMessages({ threadId: 't' })).messages).toHaveLength(1);
    expect(faults).toEqual([]);
  });

  it('leaves errors of the storage as they are', async () => {
    const { memory, domain, within } = await setUp({ mode: 'sticky' });
    const error = new Error('gone');
    for (const method of ['getThreadById', 'saveMessages', 'listMessages', 'updateThread'] as const) {
      const broken = memoryProcess(
        createHistory,
        new Proxy(memory.domain, {
          get: (target, name) =>
            name === method ? () => Promise.reject(error) : (Reflect.get(target, name) as unknown),
        }),
        { mode: 'sticky' },
      );
      const call = {
        getThreadById: () => broken.within({}, true).getThreadById({ threadId: 't' }),
        saveMessages: () => broken.within({}, true).saveMessages({ messages: [messageOf('x', 't', 7000)] }),
        listMessages: () => broken.last({}, 't'),
        updateThread: () => broken.domain.updateThread({ id: 't', title: 'x' }),
      }[method];
      await expect(call()).rejects.toBe(error);
    }
    await expect(domain.saveMessages({ messages: [messageOf('x', 'none', 1)] })).rejects.toThrow(
      'Thread none not found',
    );
    await expect(within({}, true).saveMessages({ messages: [messageOf('x', 'none', 1)] })).rejects.toThrow(
      'Thread none not found',
    );
  });

  it('does not know a thread of another resource', async () => {
    const { turn, within } = await setUp({ mode: 'sticky' });
    await turn('first');
    const other = within({});
    expect(await other.getThreadById({ threadId: 't', resourceId: 'other' })).toBeNull();
    expect(await other.getThreadById({ threadId: 't', resourceId: 'user' })).not.toBeNull();
  });

  it.each(['validate', 'sticky'] as const)('shares no object with its callers (%s)', async (mode) => {
    const { memory, turn, last, within, persist } = await setUp({ mode });
    await turn('first');
    const run = {};
    const truth = async () => (await memory.domain.listMessages({ threadId: 't' })).messages.toReversed();
    const thread = await within(run).getThreadById({ threadId: 't' });
    thread!.title = 'spoiled';
    const page = await last(run, 't');
    const [message] = page.messages;
    Object.assign(message!, { id: 'spoiled' });
    (message!.content.parts[0] as { text: string }).text = 'spoiled';
    const saved = messageOf('mine', 't', 8000);
    await persist(run, 't', [saved]);
    (saved.content.parts[0] as { text: string }).text = 'spoiled';
    const handed = await within(run).getThreadById({ threadId: 't' });
    handed!.title = 'spoiled';
    memory.taken();
    const next = {};
    expect((await within(next).getThreadById({ threadId: 't' }))!.title).toBe('Title of t');
    expect((await last(next, 't')).messages).toEqual(await truth());
    expect(memory.taken()).not.toContain('saveMessages');
  });

  it('shares no thread with its callers', async () => {
    const { domain, within, memory } = await setUp({ mode: 'sticky' });
    await domain.updateThread({ id: 't', metadata: { kept: true } });
    const truth = await memory.domain.getThreadById({ threadId: 't' });
    for (let n = 0; n < 3; n++) {
      const thread = await within({}).getThreadById({ threadId: 't' });
      expect(thread).toEqual(truth);
      Object.assign(thread!.metadata!, { spoiled: n });
    }
  });

  it('does not take over what others wrote while a run was under way', async () => {
    const { memory, turn, within, last, persist } = await setUp({ mode: 'validate' });
    await turn('first');
    const run = {};
    await within(run).getThreadById({ threadId: 't' });
    await last(run, 't', 10, 'user');
    await memory.domain.saveMessages({ messages: [messageOf('elsewhere', 't', 5000)] });
    await persist(run, 't', [messageOf('own', 't', 6000)]);
    const next = {};
    await within(next).getThreadById({ threadId: 't' });
    expect(ids(await last(next, 't', 10, 'user')).slice(0, 2)).toEqual(['own', 'elsewhere']);
  });

  it('does not add a saved message to what was read while it was being saved, after it was deleted elsewhere', async () => {
    const answer = Promise.withResolvers<void>();
    let isHeld = false;
    const memory = versionedMemory((method, when) =>
      isHeld && method === 'saveMessages' && when === 'after' ? answer.promise : Promise.resolve(),
    );
    const { within, last, persist } = memoryProcess(createHistory, memory.domain, { mode: 'validate' });
    await memory.domain.saveThread({ thread: threadOf('t') });
    await memory.domain.saveMessages({ messages: [messageOf('m1', 't', 1000)] });
    const run = {};
    await within(run).getThreadById({ threadId: 't' });
    isHeld = true;
    const saving = persist(run, 't', [messageOf('m2', 't', 2000)]);
    await settled();
    await memory.domain.deleteMessages(['m2']);
    expect(ids(await last(run, 't'))).toEqual(['m1']);
    answer.resolve();
    await saving;
    expect(ids(await last(run, 't'))).toEqual(['m1']);
  });

  it('does not know what a save did that failed', async () => {
    const memory = versionedMemory();
    const lost = new Proxy(memory.domain, {
      get: (target, name) =>
        name === 'saveMessages'
          ? async (args: Parameters<typeof target.saveMessages>[0]) => {
              await target.saveMessages(args);
              throw new Error('no answer');
            }
          : (Reflect.get(target, name) as unknown),
    });
    const { domain, within, last } = memoryProcess(createHistory, lost, { mode: 'sticky' });
    await domain.saveThread({ thread: threadOf('t') });
    expect(ids(await last({}, 't'))).toEqual([]);
    const save = within({}).saveMessages({ messages: [messageOf('m1', 't', 1000)] });
    await expect(save).rejects.toThrow('no answer');
    expect(ids(await last({}, 't'))).toEqual(['m1']);
  });

  it('knows that a message has moved when it is saved in another thread', async () => {
    const { domain, turn, last } = await setUp({ mode: 'sticky' });
    await domain.saveThread({ thread: threadOf('other') });
    await turn('first');
    await domain.saveMessages({ messages: [messageOf('first answer', 'other', 2020)] });
    expect(ids(await last({}, 't', 10, 'user'))).toEqual(['first question', 'm1']);
  });

  it('tells other processes with `sticky` of saves and other writes', async () => {
    const bus = memoryBus();
    const memory = versionedMemory();
    const [one, two] = [0, 1].map(() => memoryProcess(createHistory, memory.domain, { mode: 'sticky', bus }));
    await one!.domain.saveThread({ thread: threadOf('t') });
    const writes: Array<() => Promise<unknown>> = [
      () => one!.domain.saveMessages({ messages: [messageOf('m1', 't', 1000), messageOf('m2', 't', 2000)] }),
      () => one!.domain.deleteMessages(['m1']),
    ];
    for (const write of writes) {
      await lastOfTwo();
      await write();
      await settled();
      const truth = await memory.domain.listMessages({ threadId: 't' });
      expect(await lastOfTwo()).toEqual(truth.messages.map(({ id }) => id).toReversed());
    }
    async function lastOfTwo(): Promise<string[]> {
      return ids(await two!.last({}, 't'));
    }
  });

  it.each([
    ['listMessagesById', { messageIds: ['first answer'] }],
    ['listThreads', {}],
    ['listMessages', { threadId: 'else', include: [{ id: 'first answer' }] }],
    ['copyThread', { sourceThreadId: 't', newThreadId: 'copy' }],
    ['updateMessages', { messages: [{ id: 'first answer' }] }],
    ['getThreadById', { threadId: 't' }],
  ] as const)('writes what waits before %s', async (method, args) => {
    const { memory, turn, domain } = await setUp({ mode: 'sticky', writeBehind: lazyQueue });
    await turn('first');
    memory.taken();
    await (domain[method] as (given: unknown) => Promise<unknown>)(args);
    expect(memory.taken()).toEqual(['saveMessages', method]);
  });

  it('drops what it has at every write that may change it', async () => {
    const { memory, domain, turn, last, within } = await setUp({ mode: 'sticky' });
    await domain.saveThread({ thread: threadOf('other') });
    const writes: Array<() => Promise<unknown>> = [
      () => domain.updateMessages({ messages: [{ id: 'm1', role: 'assistant' }] }),
      () => domain.deleteMessages(['m1']),
      () => domain.updateThreadResourceId({ threadId: 't', resourceId: 'other' }),
      () => domain.updateThreadResourceId({ threadId: 't', resourceId: 'user' }),
      () => domain.saveThread({ thread: { ...threadOf('t'), title: 'x' } }),
      () => domain.saveMessages({ messages: [messageOf('m0', 't', 10)] }),
      () => domain.updateThread({ id: 't', title: 'y' }),
      () => domain.patchThread({ id: 't', metadata: { a: 1 } }),
      () => domain.updateThreadMetadata({ id: 't', update: () => ({ b: 1 }) }),
      () => domain.prune({}),
      () => domain.deleteThread({ threadId: 't' }),
      () => domain.cloneThread({ sourceThreadId: 'other', newThreadId: 't' }),
      () => domain.dangerouslyClearAll(),
    ];
    for (const [index, write] of writes.entries()) {
      const run = {};
      if (await within(run).getThreadById({ threadId: 't' })) await turn(`turn ${index}`, run);
      await write();
      const next = {};
      const thread = await within(next).getThreadById({ threadId: 't' });
      expect(thread, `thread after write ${index}`).toEqual(
        await memory.domain.getThreadById({ threadId: 't' }),
      );
      const { messages } = await last(next, 't', 30, 'user');
      const truth = await memory.domain.listMessages({ threadId: 't', resourceId: 'user' });
      expect(messages.toReversed(), `messages after write ${index}`).toEqual(truth.messages);
    }
  });

  it.each(['getThreadById', 'listMessages'] as const)(
    'does not keep what %s read before a write and returned after it',
    async (method) => {
      let held: (() => void) | undefined;
      let isHolding = false;
      const memory = versionedMemory(async (name, when) => {
        if (isHolding && name === method && when === 'after') await new Promise<void>((go) => (held = go));
      });
      const { domain, within, last } = memoryProcess(createHistory, memory.domain, { mode: 'sticky' });
      await domain.saveThread({ thread: threadOf('t') });
      await domain.saveMessages({ messages: [messageOf('m1', 't', 1000), messageOf('m2', 't', 2000)] });
      await domain.updateThread({ id: 't', title: 'one' });
      const run = {};
      const read = async (own: object) => ({
        thread: await within(own).getThreadById({ threadId: 't' }),
        ids: ids(await last(own, 't')),
      });
      isHolding = true;
      const reading = read(run);
      await vi.waitUntil(() => held);
      isHolding = false;
      await domain.deleteMessages(['m2']);
      await domain.updateThread({ id: 't', title: 'another' });
      held?.();
      await reading;
      const { thread, ids: seen } = await read({});
      expect(thread?.title).toBe('another');
      expect(seen).toEqual(['m1']);
    },
  );

  it('drops everything at a method that it does not know, unless it reads by its name', async () => {
    const memory = versionedMemory();
    const strange = Object.assign(Object.create(memory.domain) as typeof memory.domain, {
      compactThreads: vi.fn(async () => 'done'),
      getStatistics: vi.fn(async () => 'read'),
      touchAll: vi.fn(() => 'at once'),
    });
    const { domain, within } = memoryProcess(createHistory, strange, { mode: 'sticky' });
    await domain.saveThread({ thread: threadOf('t') });
    const use = async (method: 'compactThreads' | 'getStatistics' | 'touchAll'): Promise<string[]> => {
      await within({}).getThreadById({ threadId: 't' });
      const result = (domain as typeof strange)[method]();
      if (method === 'touchAll') expect(result).toBe('at once');
      await result;
      memory.taken();
      await within({}).getThreadById({ threadId: 't' });
      return memory.taken();
    };
    expect(await use('getStatistics')).toEqual([]);
    expect(await use('compactThreads')).toEqual(['getThreadById']);
    expect(await use('touchAll')).toEqual(['getThreadById']);
  });

  it('sees the methods that an adapter puts before a domain without defining them on it', async () => {
    let queue: ReturnType<typeof lazyQueue> | undefined;
    const { memory } = await setUp();
    const importMessages = async () => void memory.calls.push('import');
    const adapter = new Proxy(memory.domain, {
      get: (target, name) =>
        name === 'importMessages' ? importMessages : (Reflect.get(target, name) as unknown),
    });
    const one = memoryProcess(createHistory, adapter, {
      mode: 'sticky',
      writeBehind: (behind) => (queue = lazyQueue(behind)),
    });
    await one.within({}).getThreadById({ threadId: 't' });
    await one.last({}, 't');
    await one.persist({}, 't', [messageOf('m2', 't', 2000)]);
    memory.taken();
    await (one.domain as unknown as { importMessages(): Promise<void> }).importMessages();
    expect([memory.taken(), queue!.waiting()]).toEqual([['saveMessages', 'import'], 0]);
    await one.last({}, 't');
    expect(memory.taken()).toEqual(['listMessages']);
  });

  it('says once that `validate` is off for a storage that tells no versions, and works', async () => {
    const onOff = vi.fn();
    const { memory, turn } = await setUp({ mode: 'validate', traits: undefined, onOff });
    expect(onOff).toHaveBeenCalledOnce();
    await turn('first');
    memory.taken();
    await turn('second');
    expect(memory.taken()).toEqual(['getThreadById', 'listMessages', 'saveMessages', 'getThreadById']);
  });

  it('goes on without what fails of its own', async () => {
    const { memory, turn, faults } = await setUp({
      mode: 'validate',
      traits: {
        joinsSaves: false,
        versionOf: () => {
          throw new Error('broken');
        },
        asRead: () => {
          throw new Error('broken');
        },
      },
    });
    const { history } = await turn('first');
    expect(ids(history)).toEqual(['m1']);
    expect(faults).not.toEqual([]);
    expect(memory.taken()).toContain('saveMessages');
  });

  it('keeps back-to-back messages of one millisecond in order, and every id', async () => {
    const { memory, persist } = await setUp();
    const expected = ['m1'];
    for (let call = 0; call < 120; call++) {
      const at = 2000 + Math.floor(call / 7);
      const pair = [messageOf(`q${call}`, 't', at), messageOf(`a${call}`, 't', at, { role: 'assistant' })];
      await persist({}, 't', pair);
      expected.push(...pair.map(({ id }) => id));
    }
    const { messages } = await memory.domain.listMessages({ threadId: 't', perPage: false });
    expect(messages.map(({ id }) => id)).toEqual(expected);
    expect(new Set(messages.map(({ createdAt }) => createdAt.getTime())).size).toBe(241);
  });
});
