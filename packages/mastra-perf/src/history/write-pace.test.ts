import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { queueOnHeldStore, range, row } from './test-write-store.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

describe('while the store is away', () => {
  const goAway = async (stage: ReturnType<typeof queueOnHeldStore>) => {
    await stage.add(...range(10).map((n) => row(`t${n}`, `m${n}`)));
    for (const _ of range(3)) await stage.end('fail');
    stage.begun.length = 0;
  };

  it('tries with one thread now and then, at least every 5 s, and writes all together when one succeeds', async () => {
    const stage = queueOnHeldStore();
    const { pass, begun, end, clock, queue } = stage;
    await goAway(stage);
    for (const ms of [250, 500, 1000, 2000, 4000, 5000, 5000]) {
      await pass(ms - 1);
      const before = begun.length;
      await pass(1);
      expect(begun.length).toBe(before + 1);
      await end('fail');
    }
    expect(clock.timers()).toBe(1);
    await pass(5000);
    const before = begun.length;
    await end('succeed');
    expect(begun.length).toBe(before + 1);
    await end('succeed');
    expect(queue.state().messages).toBe(0);
    expect(clock.timers()).toBe(0);
  });

  it('takes failures together for one, and starts with short waits again the next time', async () => {
    const stage = queueOnHeldStore({ joins: false });
    const { pass, begun, end, add } = stage;
    const outage = async () => {
      begun.length = 0;
      await add(...range(4).map((n) => row(`t${n}`, `m${n}`)));
      expect(begun).toHaveLength(4);
      await end('fail');
      await pass(100);
      expect(begun).toHaveLength(8);
      await end('fail');
      await pass(200);
      await end('fail');
      for (const ms of [250, 500]) {
        begun.length = 0;
        await pass(ms - 1);
        expect(begun).toHaveLength(0);
        await pass(1);
        expect(begun).toHaveLength(1);
        await end(ms === 250 ? 'fail' : 'succeed');
      }
      while (stage.held.length > 0) await end('succeed');
    };
    await outage();
    await outage();
  });

  it('another thread is tried when an attempt hangs', async () => {
    const stage = queueOnHeldStore();
    const { pass, begun, end, held, queue } = stage;
    await goAway(stage);
    await pass(250);
    await pass(500);
    expect(held).toHaveLength(2);
    await end('succeed', begun[1]!);
    await end('succeed', ...begun.slice(2).flatMap((ids) => ids.split(' ')));
    expect(queue.state().messages).toBe(1);
  });

  it('does not begin a write for each new message', async () => {
    const stage = queueOnHeldStore();
    await goAway(stage);
    for (const n of range(20)) await stage.add(row(`new ${n}`, `n${n}`));
    expect(stage.begun).toEqual([]);
  });

  it('does not take an answer about one message for a failure', async () => {
    const gone = new Error('thread not found');
    const stage = queueOnHeldStore({ isPermanent: (error) => error === gone });
    const { pass, held, turn, end, queue, lost } = stage;
    await goAway(stage);
    await pass(250);
    held[0]!.fail(gone);
    await turn();
    await end('succeed');
    expect(lost).toHaveLength(1);
    expect(queue.state().messages).toBe(0);
  });
});
