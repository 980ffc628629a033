import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { settled } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { guardedUp } from './test-guarded-store.ts';
import { reasonOf } from './test-manual-store.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

describe('the connection of a guarded store', () => {
  it('is made by the first operation, which waits for it, and made once', async () => {
    const { store, guarded, read, clock } = await guardedUp({ connected: false });
    expect(store.calls).toHaveLength(0);
    store.behave('hold', 'connect');
    const replies = [read(), read(), guarded.cache.stamp()];
    await settled();
    expect(store.calls.map(({ operation }) => operation)).toEqual(['connect']);
    clock.advance(40);
    store.last('connect').resolve();
    expect(await Promise.all(replies)).toEqual([[undefined], [undefined], 1]);
    await read();
    expect(store.count('connect')).toBe(1);
    expect(clock.timers()).toBe(0);
    expect(guarded.state().state).toBe('up');
  });

  it('takes no more than the time of the operation that waits for it, which is then not made late', async () => {
    const { store, read, clock, guarded } = await guardedUp({ connected: false });
    store.behave('hold', 'connect');
    const reply = read();
    clock.advance(50);
    expect(await reasonOf(reply)).toBe('timeout');
    store.last('connect').resolve();
    await settled();
    expect(store.count('getMany')).toBe(0);
    expect(await read()).toEqual([undefined]);
    expect(guarded.state()).toMatchObject({ state: 'up', timeouts: 1 });
  });

  it('is opening from its first need until it is there, be it later than anybody waits; not before, nor between attempts', async () => {
    const { store, guarded, read, clock, advance } = await guardedUp({ connected: false });
    expect(guarded.isOpening()).toBe(false);
    store.behave('hold', 'connect');
    const reply = read();
    clock.advance(50);
    expect(await reasonOf(reply)).toBe('timeout');
    await advance(3000);
    expect([guarded.state().state, guarded.isOpening()]).toEqual(['down', true]);
    store.last('connect').reject(new Error('refused'));
    await settled();
    expect(guarded.isOpening()).toBe(false);
    store.behave('answer', 'connect');
    await advance(60_000);
    expect([guarded.state().state, guarded.isOpening()]).toEqual(['up', false]);
  });

  it('leaves to the operation what is left of its time', async () => {
    const { store, read, clock } = await guardedUp({ connected: false });
    store.behave('hold');
    const reply = read();
    clock.advance(30);
    store.last('connect').resolve();
    await settled();
    expect(store.count('getMany')).toBe(1);
    clock.advance(20);
    expect(await reasonOf(reply)).toBe('timeout');
    expect(clock.timers()).toBe(0);
  });

  it('opens the breaker when it cannot be made; who waited is turned away and it is told once', async () => {
    const { store, guarded, read, states, failures, clock } = await guardedUp({ connected: false });
    store.behave(new Error('refused'), 'connect');
    const reasons = await Promise.all(Array.from({ length: 20 }, () => reasonOf(read())));
    expect(new Set(reasons)).toEqual(new Set(['open']));
    expect(states).toEqual([['down', expect.objectContaining({ reason: 'error' })]]);
    expect(failures).toEqual([['connect', 'error', new Error('refused')]]);
    expect(guarded.state()).toMatchObject({ state: 'down', opened: 1, errors: 1, rejected: 20 });
    expect(clock.timers()).toBe(1);
  });

  it('is tried again by the probes, and then checked', async () => {
    const { store, guarded, advance, failures } = await guardedUp({ connected: false });
    store.behave(new Error('refused'), 'connect');
    await guarded.connect();
    await advance(250);
    expect([store.count('connect'), store.count('health')]).toEqual([2, 0]);
    store.behave('answer', 'connect');
    store.behave(new Error('not yet'), 'health');
    await advance(500);
    expect([store.count('connect'), store.count('health')]).toEqual([3, 1]);
    expect(guarded.state().state).toBe('down');
    store.behave('answer', 'health');
    await advance(1000);
    expect([store.count('connect'), store.count('health')]).toEqual([3, 2]);
    expect(guarded.state().state).toBe('up');
    expect(failures).toHaveLength(1);
  });

  it('is asked for by hand without failing, and takes 2 s at most', async () => {
    const { store, guarded, clock, advance, states } = await guardedUp({ connected: false });
    store.behave('hold', 'connect');
    const resolved = vi.fn();
    void guarded.connect().then(resolved);
    await advance(1999);
    expect(resolved).not.toHaveBeenCalled();
    await advance(1);
    expect(resolved).toHaveBeenCalledOnce();
    expect(states).toHaveLength(1);
    expect(guarded.state()).toMatchObject({ state: 'down', timeouts: 1 });
    await advance(40_000);
    expect(store.count('connect')).toBe(1); // it still hangs
    store.last('connect').resolve();
    await advance(5000);
    expect(guarded.state().state).toBe('up');
    expect(store.count('connect')).toBe(1);
    expect(clock.timers()).toBe(0);
  });

  it('that hangs is told of when its own time is over, however many operations have given up on it', async () => {
    const { store, clock, read, guarded, failures, states } = await guardedUp({ connected: false });
    store.behave('hold', 'connect');
    for (let index = 0; index < 4; index++) {
      const reply = read();
      clock.advance(50);
      expect(await reasonOf(reply)).toBe('timeout');
    }
    expect(states).toEqual([]); // a connection may take longer than a read
    clock.advance(2000);
    await settled();
    expect(states).toEqual([['down', expect.anything()]]);
    expect(failures.at(-1)).toEqual(['connect', 'timeout', expect.anything()]);
    expect(await reasonOf(read())).toBe('open');
    store.last('connect').reject(new Error('refused at last'));
    await settled();
    expect(failures).toHaveLength(5);
    await guarded.close();
  });

  it('contains a connect() that throws', async () => {
    const { store, guarded } = await guardedUp({ connected: false });
    store.behave(() => {
      throw new Error('at once');
    }, 'connect');
    await guarded.connect();
    expect(guarded.state()).toMatchObject({ state: 'down', errors: 1 });
  });
});
