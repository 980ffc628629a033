import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { settled } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import type { GuardedStore } from './guarded-store.ts';
import { guardedUp, operations } from './test-guarded-store.ts';
import { reasonOf } from './test-manual-store.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

describe('closing a guarded store', () => {
  const closedFor = async (guarded: GuardedStore): Promise<void> => {
    for (const { call } of operations) expect(await reasonOf(call(guarded))).toBe('closed');
    await guarded.connect();
  };

  it('closes the store once and turns away what comes later', async () => {
    const { store, guarded, clock } = await guardedUp();
    await Promise.all([guarded.close(), guarded.close()]);
    await guarded.close();
    const asked = store.calls.length;
    await closedFor(guarded);
    expect(store.count('close')).toBe(1);
    expect(store.calls).toHaveLength(asked);
    expect(guarded.state().rejected).toBe(operations.length);
    expect(clock.timers()).toBe(0);
  });

  it('works before anything was connected', async () => {
    const { store, guarded, clock } = await guardedUp({ connected: false });
    await guarded.close();
    await closedFor(guarded);
    expect(store.count('connect')).toBe(0);
    expect(clock.timers()).toBe(0);
  });

  it('ends the probes', async () => {
    const { store, guarded, clock, takeDown, advance, states } = await guardedUp();
    await takeDown();
    await guarded.close();
    expect(clock.timers()).toBe(0);
    store.behave('answer');
    await advance(60_000);
    expect(store.count('health')).toBe(0);
    expect(states).toHaveLength(1);
    await closedFor(guarded);
  });

  it('ends a probe that is under way', async () => {
    const { store, guarded, clock, takeDown, advance, states } = await guardedUp();
    await takeDown();
    store.behave('hold', 'health');
    await advance(250);
    await guarded.close();
    store.last('health').resolve();
    await advance(60_000);
    expect(store.count('health')).toBe(1);
    expect(states).toHaveLength(1);
    expect(clock.timers()).toBe(0);
  });

  it('ends a probe that waits for a connection', async () => {
    const { store, guarded, advance, clock } = await guardedUp({ connected: false });
    store.behave(new Error('refused'), 'connect');
    await guarded.connect();
    store.behave('hold', 'connect');
    await advance(250);
    await guarded.close();
    store.last('connect').resolve();
    await settled();
    expect(store.count('health')).toBe(0);
    expect(store.count('close')).toBe(2);
    expect(clock.timers()).toBe(0);
  });

  it('waits 2 s at most', async () => {
    const { store, guarded, advance, clock } = await guardedUp();
    store.behave('hold', 'close');
    const resolved = vi.fn();
    void guarded.close().then(resolved);
    await advance(1999);
    expect(resolved).not.toHaveBeenCalled();
    await advance(1);
    expect(resolved).toHaveBeenCalledOnce();
    expect(clock.timers()).toBe(0);
    store.last('close').reject(new Error('late'));
    await settled();
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('broken'))],
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
  ])('tells that the store %s, and does not fail', async (_how, behaviour) => {
    const { store, guarded, failures } = await guardedUp();
    store.behave(behaviour, 'close');
    await guarded.close();
    expect(failures).toEqual([['close', 'error', new Error('broken')]]);
  });

  it('lets what is under way settle, and neither tells nor counts how the store ended it', async () => {
    const { store, guarded, read, failures, states } = await guardedUp();
    store.behave('hold', 'getMany');
    const replies = Array.from({ length: 4 }, read);
    const calls = store.calls.filter(({ operation }) => operation === 'getMany');
    await guarded.close();
    calls[0]!.resolve();
    for (const call of calls.slice(1)) call.reject(new Error('connection closed'));
    expect(await replies[0]).toEqual([undefined]);
    for (const reply of replies.slice(1)) expect(await reasonOf(reply)).toBe('closed');
    expect(failures).toEqual([]);
    expect(states).toEqual([]);
    expect(guarded.state()).toMatchObject({ state: 'up', errors: 0 });
  });

  it('closes once more a connection that is made too late', async () => {
    const { store, guarded, read, clock } = await guardedUp({ connected: false });
    store.behave('hold', 'connect');
    const reply = read();
    await guarded.close();
    expect(store.count('close')).toBe(1);
    store.last('connect').resolve();
    expect(await reasonOf(reply)).toBe('closed');
    expect(store.count('close')).toBe(2);
    expect(store.count('getMany')).toBe(0);
    expect(clock.timers()).toBe(0);
  });

  it('is not told as an outage when the connection fails afterwards', async () => {
    const { store, guarded, states, failures, read } = await guardedUp({ connected: false });
    store.behave('hold', 'connect');
    const reply = read();
    await guarded.close();
    store.last('connect').reject(new Error('closed'));
    expect(await reasonOf(reply)).toBe('closed');
    expect(states).toEqual([]);
    expect(failures).toEqual([]);
  });
});
