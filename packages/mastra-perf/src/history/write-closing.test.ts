import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { queueOnHeldStore, range, row, watch } from './test-write-store.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

describe('close', () => {
  it('writes what is queued, and accepts no more', async () => {
    const { queue, add, end, clock, lost } = queueOnHeldStore();
    await add(row('a', '1'));
    const closing = watch(queue.close({ timeoutMs: 1000 }));
    await expect(queue.add([row('a', '2')])).rejects.toMatchObject({ code: 'MASTRA_PERF_CLOSED' });
    await end('succeed');
    expect(closing.state).toBe('resolved');
    expect(lost).toEqual([]);
    expect(clock.timers()).toBe(0);
    await queue.close({ timeoutMs: 1000 });
    await queue.settled('a');
  });

  it('tries again until the store is back', async () => {
    const { queue, add, end, pass, lost, clock } = queueOnHeldStore();
    await add(row('a', '1'), row('b', '2'));
    const closing = watch(queue.close({ timeoutMs: 10_000 }));
    for (const _ of range(20)) {
      await end('fail');
      await pass(250);
    }
    expect(closing.state).toBe('pending');
    await end('succeed');
    await end('succeed');
    expect(closing.state).toBe('resolved');
    expect(lost).toEqual([]);
    expect(clock.timers()).toBe(0);
  });

  it('tells what a store that hangs has not confirmed in time, by thread', async () => {
    const { queue, add, pass, lost, end, turn, clock, begun } = queueOnHeldStore();
    await add(row('a', '1'), row('b', '2'));
    await add(row('a', '3'));
    const [closing, reading] = [watch(queue.close({ timeoutMs: 1000 })), watch(queue.settled('a'))];
    await pass(999);
    expect(closing.state).toBe('pending');
    await pass(1);
    expect([closing.state, reading.state]).toEqual(['resolved', 'resolved']);
    const error = expect.objectContaining({ code: 'MASTRA_PERF_CLOSED' }) as Error;
    expect(lost).toEqual([
      { threadId: 'a', ids: ['1', '3'], error },
      { threadId: 'b', ids: ['2'], error },
    ]);
    expect(queue.state()).toMatchObject({ messages: 0, bytes: 0, threads: 0, lost: 3 });
    await end('fail');
    await turn();
    expect(lost).toHaveLength(2);
    expect(queue.state().retries).toBe(0);
    expect(begun).toHaveLength(1);
    expect(clock.timers()).toBe(0);
  });

  it('tells the last error of a store that is away', async () => {
    const { queue, add, pass, end, lost, clock } = queueOnHeldStore();
    await add(row('a', '1'));
    const closing = watch(queue.close({ timeoutMs: 1000 }));
    for (const _ of range(5)) {
      await end('fail');
      await pass(250);
    }
    expect(closing.state).toBe('resolved');
    expect(lost).toMatchObject([{ ids: ['1'], error: { cause: new Error('away') } }]);
    expect(clock.timers()).toBe(0);
  });

  it('leaves no timer behind while the store is away', async () => {
    const { queue, add, end, pass, clock, lost } = queueOnHeldStore();
    await add(row('a', '1'), row('b', '2'));
    for (const _ of range(3)) {
      await end('fail');
      await pass(100);
    }
    const closing = watch(queue.close({ timeoutMs: 100 }));
    await end('fail');
    await end('fail');
    await pass(100);
    expect(closing.state).toBe('resolved');
    expect(lost).toHaveLength(2);
    expect(clock.timers()).toBe(0);
  });

  it('turns away who waits for room', async () => {
    const { queue, turn, pass, lost } = queueOnHeldStore({ maxMessages: 1 });
    await queue.add([row('a', '1')]);
    const waiting = watch(queue.add([row('a', '2')]));
    void queue.close({ timeoutMs: 100 });
    await turn();
    expect(waiting.state).toMatchObject({ code: 'MASTRA_PERF_CLOSED' });
    await pass(100);
    expect(lost.flatMap(({ ids }) => ids)).toEqual(['1']);
  });
});
