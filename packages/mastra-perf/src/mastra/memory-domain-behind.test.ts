import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { createHistory } from '../history/history.ts';
import type { MessageRow } from '../history/rows.ts';
import { createWriteQueue, type WriteQueue } from '../history/write-queue.ts';
import { memoryProcess, messageOf, threadOf } from './test-memory-process.ts';
import { versionedMemory } from './test-versioned-memory.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

/** Messages are written behind, to a database that hangs until it is told to go on. */
async function setUp(maxMessages = 100) {
  const clock = testClock();
  let hangs = false;
  const held = Promise.withResolvers<void>();
  const memory = versionedMemory((method, when) =>
    hangs && method === 'saveMessages' && when === 'before' ? held.promise : Promise.resolve(),
  );
  let queue: WriteQueue<MessageRow> | undefined;
  const process = memoryProcess(createHistory, memory.domain, {
    clock,
    mode: 'sticky',
    writeBehind: ({ write, lost, joins }) =>
      (queue = createWriteQueue<MessageRow>({
        ...{ clock, write, joins, maxMessages },
        random: () => 0.5,
        onLost: ({ threadId }) => lost(threadId),
      })),
  });
  await memory.domain.saveThread({ thread: threadOf('t') });
  await process.domain.getThreadById({ threadId: 't' });
  hangs = true;
  /** Lets everything go on that can, and this time pass. */
  const pass = async (ms = 0) => {
    for (let round = 0; round < 4; round++) {
      await settled();
      clock.endTurn();
    }
    clock.advance(ms);
    await settled();
  };
  const goOn = async () => {
    hangs = false;
    held.resolve();
    for (let round = 0; round < 4; round++) await pass();
  };
  const stored = async () =>
    (await memory.domain.listMessages({ threadId: 't', perPage: false })).messages.map(({ id }) => id);
  return { ...process, clock, pass, goOn, stored, queue: queue! };
}

const outcome = (promise: Promise<unknown>) => {
  const seen: { value: unknown } = { value: 'pending' };
  promise.then(
    () => (seen.value = 'done'),
    (error: { readonly code?: unknown }) => (seen.value = error.code ?? error),
  );
  return seen;
};

describe('writes behind', () => {
  it('do not keep reads waiting for ever when the database hangs: they fail, since they would miss what was said', async () => {
    const { domain, persist, pass, goOn, faults, clock } = await setUp();
    await persist({}, 't', [messageOf('m1', 't', 1000)]);
    const reads = [
      outcome(domain.getThreadById({ threadId: 't' })),
      outcome(domain.listMessages({ threadId: 't' })),
      outcome(domain.listThreads({})),
      outcome(domain.updateThread({ id: 't', title: 'x', metadata: {} })),
    ];
    await pass(4000);
    expect(reads.map(({ value }) => value)).toEqual(Array(4).fill('pending'));
    await pass(1001);
    expect(reads.map(({ value }) => value)).toEqual(Array(4).fill('MASTRA_PERF_STORE'));
    expect(faults[0]).toMatchObject(['storage.writes', { code: 'MASTRA_PERF_STORE' }]);
    await goOn();
    expect((await domain.listMessages({ threadId: 't' })).messages).toHaveLength(1);
    expect(clock.timers()).toBe(0);
  });

  it('become writes through when the queue is closed in the middle of a run', async () => {
    const { persist, pass, goOn, stored, queue } = await setUp();
    await persist({}, 't', [messageOf('m1', 't', 1000)]);
    const closing = queue.close({ timeoutMs: 1000 });
    const late = outcome(persist({}, 't', [messageOf('m2', 't', 2000)]));
    await goOn();
    await closing;
    await pass();
    await persist({}, 't', [messageOf('m3', 't', 3000)]);
    expect([late.value, await stored()]).toEqual(['done', ['m1', 'm2', 'm3']]);
  });

  it('become writes through when the queue stays full, and hold nothing that was not accepted', async () => {
    const { persist, pass, goOn, stored, queue } = await setUp(1);
    await persist({}, 't', [messageOf('m1', 't', 1000)]);
    const second = outcome(persist({}, 't', [messageOf('m2', 't', 2000)]));
    const third = outcome(persist({}, 't', [messageOf('m3', 't', 3000)]));
    await pass(5001);
    await pass(4000);
    expect([second.value, third.value, queue.state().messages]).toEqual(['pending', 'pending', 1]);
    await pass(1001);
    expect([second.value, third.value]).toEqual(['MASTRA_PERF_STORE', 'MASTRA_PERF_STORE']);
    await goOn();
    expect(await stored()).toEqual(['m1']);
  });
});
