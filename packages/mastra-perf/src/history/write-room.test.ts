import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { queueOnHeldStore, range, row, watch } from './test-write-store.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

describe('room', () => {
  it('takes no more than so many messages: those who come then wait, in their order', async () => {
    const { queue, turn, end, begun } = queueOnHeldStore({ maxMessages: 3 });
    await queue.add([row('a', '1'), row('a', '2')]);
    await turn();
    const large = watch(queue.add([row('a', '3'), row('a', '4')]));
    const small = watch(queue.add([row('a', '5')]));
    await turn();
    expect([large.state, small.state]).toEqual(['pending', 'pending']);
    expect(queue.state()).toMatchObject({ messages: 2, threads: 1 });
    await end('succeed');
    expect([large.state, small.state]).toEqual(['resolved', 'resolved']);
    expect(begun).toEqual(['1 2', '3 4 5']);
  });

  it('takes no more than so many bytes', async () => {
    const { queue, turn, end } = queueOnHeldStore({ maxBytes: 100, bytesOf: () => 60 });
    await queue.add([row('a', '1')]);
    const second = watch(queue.add([row('b', '2')]));
    await turn();
    expect(second.state).toBe('pending');
    expect(queue.state()).toMatchObject({ bytes: 60 });
    await end('succeed');
    expect(second.state).toBe('resolved');
  });

  it('takes what is larger than all of it once it is empty', async () => {
    const { queue, turn, end } = queueOnHeldStore({ maxMessages: 2 });
    await queue.add([row('a', '1')]);
    const large = watch(queue.add(range(5).map((n) => row('b', `m${n}`))));
    await turn();
    expect(large.state).toBe('pending');
    await end('succeed');
    expect(large.state).toBe('resolved');
    expect(queue.state().messages).toBe(5);
  });

  it('holds no more than that while a store hangs or is away, and loses nothing of it', async () => {
    const { queue, turn, end, pass, held, lost } = queueOnHeldStore({ maxMessages: 50 });
    const adding = range(500).map((n) => watch(queue.add([row(`t${n % 20}`, `m${n}`)])));
    for (const step of range(40)) {
      await (step < 20 ? end('fail') : turn());
      await pass(10_000);
      expect(queue.state().messages).toBeLessThanOrEqual(50);
    }
    const written: string[] = [];
    while (queue.state().messages > 0) {
      written.push(...held.flatMap(({ rows }) => rows.map(({ id }) => id)));
      await end('succeed');
    }
    expect(adding.every(({ state }) => state === 'resolved')).toBe(true);
    expect(new Set(written).size).toBe(500);
    expect(lost).toEqual([]);
  });

  it('tells what it holds', async () => {
    const { queue, add, pass, clock } = queueOnHeldStore({ bytesOf: () => 10 });
    const empty = { messages: 0, bytes: 0, threads: 0, oldestMs: 0, retries: 0, lost: 0 };
    expect(queue.state()).toEqual(empty);
    await add(row('a', '1'), row('b', '2'));
    await pass(500);
    await add(row('b', '3'));
    expect(queue.state()).toEqual({ ...empty, messages: 3, bytes: 30, threads: 2, oldestMs: 500 });
    expect(clock.timers()).toBe(0);
  });
});
