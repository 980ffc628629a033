import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { endAll, queueOnHeldStore, range, row } from './test-write-store.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

describe('a message that cannot be written', () => {
  const poison = ['bad'];

  it('is given up after eight failures and a minute while others are written, and those behind it are written', async () => {
    const stage = queueOnHeldStore();
    const { add, pass, lost, queue, clock } = stage;
    await add(row('a', '1'), row('a', 'bad'), row('a', '2'), row('a', '3'));
    let failures = 0;
    for (let n = 0; lost.length === 0; n++) {
      await add(row('b', `other ${n}`));
      await endAll(stage, poison);
      failures = queue.state().retries;
      if (clock.monotonic() < 60_000) expect(lost).toEqual([]);
      await pass(5_000);
    }
    expect(failures).toBeGreaterThanOrEqual(8);
    expect(clock.monotonic()).toBeLessThan(120_000);
    await endAll(stage, poison);
    expect(lost).toEqual([{ threadId: 'a', ids: ['bad'], error: new Error('away') }]);
    expect(queue.state()).toMatchObject({ messages: 0, threads: 0, lost: 1 });
    expect(clock.timers()).toBe(0);
  });

  it('is not given up within a minute, however often it is tried, and what it was is not held against the next', async () => {
    const stage = queueOnHeldStore();
    const { add, pass, lost, queue, clock } = stage;
    await add(row('a', 'bad'), row('a', 'bad, too'));
    const fail = async (times: number) => {
      for (const n of range(times)) {
        await add(row('b', `other ${queue.state().retries} ${n}`));
        queue.settled('a').catch(() => undefined);
        await stage.turn();
        await endAll(stage, ['bad', 'bad, too']);
      }
    };
    await fail(40);
    await pass(59_000);
    expect([lost, clock.monotonic()]).toEqual([[], 59_000]);
    await pass(1_000);
    await fail(2);
    expect(lost).toMatchObject([{ ids: ['bad'] }]);
    await fail(40);
    expect(lost).toHaveLength(1);
  });

  it('is not given up for a failure while nothing is written, whatever was before', async () => {
    const stage = queueOnHeldStore();
    const { add, end, pass, lost, queue } = stage;
    await add(row('a', 'bad'));
    for (const n of range(20)) {
      await add(row('b', `other ${n}`));
      queue.settled('a').catch(() => undefined);
      await stage.turn();
      await endAll(stage, poison);
    }
    await add(row('b', 'other'));
    for (const _ of range(20)) {
      await pass(30_000);
      await end('fail');
    }
    expect(lost).toEqual([]);
  });

  it('is not given up before it has failed eight times, however long that takes', async () => {
    const stage = queueOnHeldStore();
    const { add, pass, lost, queue } = stage;
    await add(row('a', 'bad'));
    for (const n of range(7)) {
      await add(row('b', `other ${n}`));
      await endAll(stage, poison);
      await pass(40_000);
    }
    // The first of them had nobody written beside it or did, the seventh did: seven at most count.
    expect(lost).toEqual([]);
    expect(queue.state().messages).toBe(1);
  });

  it('is never given up while nothing is written, and all is written when the store is back', async () => {
    const stage = queueOnHeldStore();
    const { add, end, pass, lost, queue, begun } = stage;
    for (const n of range(30)) await add(row(`t${n}`, `m${n}`));
    for (const _ of range(100)) {
      await end('fail');
      await pass(30_000);
    }
    expect(queue.state()).toMatchObject({ messages: 30, lost: 0 });
    expect(begun.length).toBeLessThan(130); // one attempt a pass, and the first ones
    await endAll(stage, []);
    expect(queue.state()).toMatchObject({ messages: 0, lost: 0 });
    expect(lost).toEqual([]);
  });

  it('because of what it holds is given up at once, and alone', async () => {
    const gone = new Error('thread not found');
    const stage = queueOnHeldStore({ isPermanent: (error) => error === gone });
    const { add, lost, queue, clock, begun } = stage;
    await add(row('a', '1'), row('a', 'bad'), row('a', '2'), row('b', '3'));
    await endAll(stage, poison, gone);
    expect(lost).toEqual([{ threadId: 'a', ids: ['bad'], error: gone }]);
    expect(begun).toEqual(['1 bad 2 3', '1 bad 2', '3', '1', 'bad 2', 'bad', '2']);
    expect(queue.state()).toMatchObject({ messages: 0, lost: 1 });
    expect(clock.monotonic()).toBe(0);
  });

  it('lets an older version of a message that has moved be given up, and the new one be written', async () => {
    const gone = new Error('thread not found');
    const stage = queueOnHeldStore({ isPermanent: (error) => error === gone });
    const { add, end, held, lost, turn } = stage;
    await add(row('a', '1', 'old'));
    await add(row('b', '1', 'moved'));
    held[0]!.fail(gone);
    await turn();
    expect(held.map(({ rows }) => rows[0]!.text)).toEqual(['moved']);
    await end('succeed');
    expect(lost).toHaveLength(1);
  });
});
