import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { settled } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { guardedUp, operations, write } from './test-guarded-store.ts';
import { reasonOf } from './test-manual-store.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

describe('the breaker of a guarded store', () => {
  it('turns away 10,000 operations without a timer, a call to the store, or a word', async () => {
    const { store, guarded, clock, takeDown, failures } = await guardedUp();
    await takeDown();
    const before = { calls: store.calls.length, told: failures.length };
    const after = vi.spyOn(clock, 'after');
    const turnedAway = Array.from({ length: 10_000 }, (_, n) =>
      operations[n % operations.length]!.call(guarded),
    );
    const reasons = await Promise.all(turnedAway.map(reasonOf));
    expect(new Set(reasons)).toEqual(new Set(['open']));
    expect(after).not.toHaveBeenCalled();
    expect(clock.timers()).toBe(1); // the next probe
    expect(store.calls).toHaveLength(before.calls);
    expect(failures).toHaveLength(before.told);
    expect(guarded.state()).toMatchObject({ state: 'down', opened: 1, errors: 3, rejected: 10_000 });
  });

  it('opens by three reads that time out one after the other, and says why', async () => {
    const { store, clock, read, states, guarded } = await guardedUp();
    store.behave('hold');
    for (let n = 0; n < 3; n++) {
      expect(states).toEqual([]);
      const reply = read();
      clock.advance(50);
      expect(await reasonOf(reply)).toBe('timeout');
    }
    expect(states).toEqual([['down', expect.objectContaining({ reason: 'timeout' })]]);
    expect(guarded.state()).toMatchObject({ state: 'down', since: clock.now(), timeouts: 3 });
    await expect(read()).rejects.toMatchObject({ reason: 'open', cause: states[0]![1] });
  });

  it('stays closed when the event loop stalls and a hundred reads time out at once', async () => {
    const { store, clock, read, guarded, failures } = await guardedUp();
    const burst = async (): Promise<void> => {
      store.behave('hold');
      const replies = Array.from({ length: 100 }, read);
      clock.advance(400);
      for (const reply of replies) expect(await reasonOf(reply)).toBe('timeout');
      store.behave('answer');
    };
    await burst();
    await burst();
    expect(guarded.state()).toMatchObject({ state: 'up', timeouts: 200 });
    expect(failures).toHaveLength(200);
    await read();
    await burst();
    await burst();
    expect(guarded.state().state).toBe('up');
    await burst();
    expect(guarded.state()).toMatchObject({ state: 'down', opened: 1 });
  });

  it('stays closed when calls lose their connection and ask again at once, several times each', async () => {
    const { store, read, advance, guarded, failures } = await guardedUp();
    store.behave('hold', 'getMany');
    const call = async (): Promise<void> => {
      for (let n = 0; n < 4; n++) await reasonOf(read());
    };
    const calls = Promise.all(Array.from({ length: 10 }, call));
    store.behave(new Error('not connected'), 'getMany');
    for (const { reject } of store.calls.filter(({ operation }) => operation === 'getMany'))
      reject(new Error('the connection was lost'));
    await calls;
    await advance(49);
    await call();
    expect(failures).toHaveLength(44);
    expect(guarded.state()).toMatchObject({ state: 'up', errors: 44 });
    store.behave('answer', 'getMany'); // the connection is there again
    expect(await read()).toEqual([undefined]);
  });

  it('opens within three times the limit under load when the store freezes', async () => {
    const { store, clock, read, guarded } = await guardedUp();
    store.behave('hold');
    const replies: Array<Promise<string>> = [];
    let elapsed = 0;
    for (; guarded.state().state === 'up' && elapsed < 1000; elapsed++) {
      replies.push(reasonOf(read()), reasonOf(read()));
      clock.advance(1);
      await settled();
    }
    expect(elapsed).toBeGreaterThan(100);
    expect(elapsed).toBeLessThanOrEqual(160);
    clock.advance(50);
    expect(new Set(await Promise.all(replies))).toEqual(new Set(['timeout']));
  });

  it('does not take a write that is slow but succeeds for a sign that reads would', async () => {
    const { store, clock, read, guarded } = await guardedUp();
    store.behave('hold');
    for (let n = 0; n < 3; n++) {
      expect(guarded.state().state).toBe('up');
      const written = guarded.cache.setMany([write]);
      clock.advance(200);
      store.last('setMany').resolve();
      await written;
      const reply = read();
      clock.advance(50);
      await reasonOf(reply);
    }
    expect(guarded.state().state).toBe('down');
  });

  it('takes a write that is as fast as a read for such a sign', async () => {
    const { store, clock, read, guarded } = await guardedUp();
    for (let n = 0; n < 5; n++) {
      store.behave('hold');
      const written = guarded.cache.setMany([write]);
      clock.advance(50);
      store.last('setMany').resolve();
      await written;
      const reply = read();
      clock.advance(50);
      await reasonOf(reply);
    }
    expect(guarded.state().state).toBe('up');
  });

  it('asks nobody but health() whether the store is back', async () => {
    const { store, guarded, clock, read, takeDown, states, advance } = await guardedUp();
    await takeDown();
    store.behave('answer', 'getMany');
    const asked = store.count('getMany');
    await advance(249);
    expect(store.count('health')).toBe(0);
    await advance(1);
    expect(store.count('health')).toBe(1);
    expect(await reasonOf(read())).toBe('open');
    await advance(500);
    expect(store.count('health')).toBe(2);
    expect(await reasonOf(read())).toBe('open');
    expect(store.count('getMany')).toBe(asked);
    store.behave('answer', 'health');
    await advance(1000);
    expect(store.count('health')).toBe(3);
    expect(await read()).toEqual([undefined]);
    expect(states.map(([state]) => state)).toEqual(['down', 'up']);
    expect(guarded.state()).toMatchObject({ state: 'up', since: clock.now() });
    expect(clock.timers()).toBe(0);
  });

  it('stays open for a store that answers, but too slowly', async () => {
    const { store, guarded, takeDown, advance } = await guardedUp();
    await takeDown();
    store.behave('hold', 'health');
    await advance(250);
    for (let n = 0; n < 5; n++) {
      expect(store.count('health')).toBe(n + 1);
      await advance(200);
      store.last('health').resolve();
      await settled();
      expect(guarded.state().state).toBe('down');
      await advance(5000);
    }
    store.last('health').reject(new Error('gone'));
    await settled();
    expect(guarded.state().state).toBe('down');
  });

  it('has one probe under way while the store hangs, and goes on when that has ended', async () => {
    const { store, guarded, takeDown, advance } = await guardedUp();
    await takeDown();
    store.behave('hold', 'health');
    await advance(10_000);
    expect(store.count('health')).toBe(1);
    store.last('health').resolve();
    store.behave('answer', 'health');
    await settled();
    expect(guarded.state().state).toBe('down'); // that it answered one question at last is no reason to ask it more
    await advance(5000);
    expect(store.count('health')).toBe(2);
    expect(guarded.state().state).toBe('up');
  });

  it('does not take a late answer to an earlier probe for one to the next', async () => {
    const { store, guarded, takeDown, advance } = await guardedUp();
    await takeDown();
    store.behave('hold', 'health');
    await advance(250 + 50 + 500 + 10);
    store.last('health').resolve();
    await advance(50);
    expect(store.count('health')).toBe(1);
    expect(guarded.state().state).toBe('down');
  });

  it('probes again when there was no word from the last probe for 10 s', async () => {
    const { store, guarded, takeDown, advance } = await guardedUp();
    await takeDown();
    store.behave('hold', 'health');
    await advance(15_500);
    expect(store.count('health')).toBe(2);
    store.last('health').resolve();
    store.behave('answer', 'health');
    await advance(5000);
    expect(guarded.state().state).toBe('up');
  });

  it('contains a health() that throws', async () => {
    const { store, guarded, takeDown, bringUp, advance } = await guardedUp();
    await takeDown();
    store.behave(() => {
      throw new Error('at once');
    }, 'health');
    await advance(250);
    expect(guarded.state().state).toBe('down');
    await bringUp();
  });

  it('does not let what was under way when it opened fail it again when it is back', async () => {
    const { store, guarded, takeDown, bringUp, failures } = await guardedUp();
    store.behave('hold', 'invalidateTags');
    const slow = Array.from({ length: 5 }, () => reasonOf(guarded.cache.invalidateTags(['t'])));
    await takeDown();
    await bringUp();
    expect(new Set(await Promise.all(slow))).toEqual(new Set(['timeout']));
    expect(guarded.state()).toMatchObject({ state: 'up', opened: 1, timeouts: 5 });
    expect(failures).toHaveLength(8);
  });
});
