import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { endAll, queueOnHeldStore, range, row, watch } from './test-write-store.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

describe('settled and flush', () => {
  it('resolve at once when nothing is queued', async () => {
    const { queue } = queueOnHeldStore();
    await queue.settled('a');
    await queue.settled();
    await queue.flush();
  });

  it('wait for what was accepted before, of one thread or of all, and for nothing later', async () => {
    const { queue, add, end } = queueOnHeldStore();
    await add(row('a', '0'));
    await add(row('a', '1'), row('b', '2'));
    const [one, all] = [watch(queue.settled('a')), watch(queue.settled())];
    await end('succeed', '0');
    expect(one.state).toBe('pending');
    await add(row('a', '3'));
    await end('succeed', '1');
    expect([one.state, all.state]).toEqual(['resolved', 'pending']);
    await end('succeed', '2');
    expect(all.state).toBe('resolved');
    expect(queue.state().messages).toBe(1);
  });

  it('do not wait out the backoff, and are not refused by an attempt that had begun before', async () => {
    const { queue, add, end, begun, turn } = queueOnHeldStore();
    await add(row('a', '1'));
    const first = watch(queue.settled('a'));
    await end('fail');
    expect(begun).toEqual(['1', '1']);
    expect(first.state).toBe('pending');
    await end('fail');
    expect(first.state).toMatchObject({ code: 'MASTRA_PERF_STORE', cause: new Error('away') });
    expect(begun).toHaveLength(2);
    const second = watch(queue.settled('a'));
    await turn();
    expect(begun).toHaveLength(3);
    await end('succeed');
    expect(second.state).toBe('resolved');
  });

  it('of one thread are not refused because of another', async () => {
    const { queue, add, end, held, turn } = queueOnHeldStore();
    await add(row('x', '0'));
    await add(row('a', '1'), row('b', '2'));
    const watched = watch(queue.settled('a'));
    await end('fail', '1');
    await turn();
    expect(held.map(({ ids }) => ids).toSorted()).toEqual(['0', '1', '2']);
    await end('fail', '2');
    expect(watched.state).toBe('pending');
    await end('succeed', '1');
    expect(watched.state).toBe('resolved');
  });

  it('of one thread try at once while the store is away', async () => {
    const stage = queueOnHeldStore();
    const { queue, add, end, begun, turn } = stage;
    await add(...range(10).map((n) => row(`t${n}`, `m${n}`)));
    for (const _ of range(3)) await end('fail');
    begun.length = 0;
    const watched = watch(queue.settled('t7'));
    await turn();
    expect(begun).toEqual(['m7']);
    await end('fail');
    expect(watched.state).toMatchObject({ code: 'MASTRA_PERF_STORE' });
    expect(begun).toEqual(['m7']);
  });

  it('of one thread wait for its own attempt, whatever fails while the store is away', async () => {
    const { queue, add, end, turn } = queueOnHeldStore();
    await add(...range(10).map((n) => row(`t${n}`, `m${n}`)));
    for (const _ of range(3)) await end('fail');
    const [one, other] = [watch(queue.settled('t7')), watch(queue.settled('t8'))];
    await turn();
    await end('fail', 'm7');
    expect(one.state).toMatchObject({ code: 'MASTRA_PERF_STORE' });
    expect(other.state).toBe('pending');
    await end('succeed', 'm8');
    expect(other.state).toBe('resolved');
  });

  it('of all give up after a few attempts while the store is away', async () => {
    const { queue, add, end, begun } = queueOnHeldStore();
    await add(...range(100).map((n) => row(`t${n}`, `m${n}`)));
    for (const _ of range(3)) await end('fail');
    begun.length = 0;
    const watched = watch(queue.flush());
    await end('fail');
    await end('fail');
    expect(watched.state).toMatchObject({ code: 'MASTRA_PERF_STORE' });
    expect(begun.length).toBeLessThanOrEqual(4);
  });

  it('of all write everything else although one thread fails', async () => {
    const stage = queueOnHeldStore({ joins: false });
    const { queue, add } = stage;
    await add(row('bad', 'bad'), ...range(20).map((n) => row(`t${n}`, `m${n}`)));
    const watched = watch(queue.flush());
    await stage.end('fail', 'bad');
    await stage.end('fail', 'bad');
    expect(watched.state).toBe('pending');
    await endAll(stage, ['bad']);
    expect(watched.state).toMatchObject({ code: 'MASTRA_PERF_STORE' });
    expect(queue.state().messages).toBe(1);
  });

  it('of one thread also try what must be written before, while the store is away', async () => {
    const { queue, add, end, begun, turn, pass } = queueOnHeldStore();
    await add(row('a', '1'));
    await add(row('b', '1', 'moved'));
    for (const ms of [100, 200, 0]) {
      await end('fail');
      await pass(ms);
    }
    begun.length = 0;
    const watched = watch(queue.settled('b'));
    await turn();
    expect(begun).toEqual(['1']);
    await end('succeed');
    await end('succeed');
    expect(watched.state).toBe('resolved');
  });

  it('end with the signal, however long a write hangs', async () => {
    const { queue, add } = queueOnHeldStore();
    await add(row('a', '1'));
    const ending = new AbortController();
    const watched = [watch(queue.settled('a', ending.signal)), watch(queue.flush(ending.signal))];
    const reason = new Error('too long');
    ending.abort(reason);
    await expect(queue.settled('a', ending.signal)).rejects.toBe(reason);
    expect(watched.map(({ state }) => state)).toEqual([reason, reason]);
  });

  it('resolve when what they wait for is given up', async () => {
    const gone = new Error('thread not found');
    const stage = queueOnHeldStore({ isPermanent: (error) => error === gone });
    await stage.add(row('a', 'bad'));
    const watched = watch(stage.queue.settled('a'));
    await endAll(stage, ['bad'], gone);
    expect(watched.state).toBe('resolved');
  });
});
