import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { queueOnHeldStore, range, row } from './test-write-store.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

describe('a write that fails', () => {
  it('of several threads is repeated for each at once, so that one bad thread holds up no other', async () => {
    const { add, end, begun, clock, queue } = queueOnHeldStore({ maxWrites: 4 });
    await add(row('a', '1'), row('b', '2'), row('c', '3'));
    await end('fail');
    expect(begun).toEqual(['1 2 3', '1', '2', '3']);
    expect(clock.timers()).toBe(0);
    await end('succeed', '1', '3');
    await end('fail', '2');
    expect(queue.state()).toMatchObject({ messages: 1, retries: 2, lost: 0 });
    await add(row('a', '4'), row('c', '5'));
    expect(begun.slice(4)).toEqual(['4 5']);
  });

  it('of one thread is repeated later and later, up to half a minute, and tells each time', async () => {
    const { add, end, begun, pass, retries } = queueOnHeldStore();
    await add(row('a', '1'));
    const waits: number[] = [];
    for (const n of range(12)) {
      // Others are written between, so that the store does not count as away.
      await add(row('b', `other ${n}`));
      await end('succeed', `other ${n}`);
      await end('fail', '1');
      expect(retries).toHaveLength(n + 1);
      const before = begun.length;
      let waited = 0;
      for (; begun.length === before && waited < 60_000; waited += 100) await pass(100);
      waits.push(waited);
      if (n === 5) break;
    }
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200]);
  });

  it('is written with others again after it has succeeded', async () => {
    const { add, end, begun, pass } = queueOnHeldStore();
    await add(row('a', '1'), row('b', '2'));
    await end('fail');
    await end('succeed');
    await pass(1000);
    await add(row('a', '3'), row('b', '4'));
    expect(begun).toEqual(['1 2', '1', '2', '3 4']);
  });

  it('is written apart until it succeeds, also when others are ready before it', async () => {
    const { queue, add, end, begun, pass } = queueOnHeldStore();
    await add(row('a', '1'));
    await end('fail');
    await queue.add([row('b', '2')]);
    await pass(100);
    expect(begun).toEqual(['1', '2', '1']);
  });

  it('by throwing counts as one that rejects', async () => {
    let calls = 0;
    const { add, pass, queue } = queueOnHeldStore({
      write() {
        if (++calls === 1) throw new Error('thrown');
        return Promise.resolve();
      },
    });
    await add(row('a', '1'));
    await pass(100);
    expect(calls).toBe(2);
    expect(queue.state()).toMatchObject({ messages: 0, retries: 1 });
  });
});
