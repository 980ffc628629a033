import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { settled } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import type { BusListener } from './bus.ts';
import type { GuardedStoreDeps } from './guarded-store.ts';
import { guardUp, reasonOf } from './test-manual-store.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

async function setUp(connected = true) {
  const onFailure = vi.fn<GuardedStoreDeps['onFailure']>();
  const all = await guardUp({ onFailure, onState: () => undefined }, { connected });
  const { store, guarded } = all;
  const listen = () => {
    const listener = { message: vi.fn<(text: string) => void>(), gap: vi.fn<() => void>() };
    return { listener, subscribed: guarded.bus!.subscribe('topic', listener) };
  };
  const say = (text: string): void => store.listeners.forEach((listener) => listener.message(text));
  return { ...all, onFailure, listen, say };
}

describe('a subscription to a guarded bus', () => {
  it('hears messages and gaps until it is ended, once', async () => {
    const { store, listen, say, clock } = await setUp();
    const { listener, subscribed } = listen();
    const end = await subscribed;
    say('one');
    expect(listener.message.mock.calls).toEqual([['one']]);
    expect(listener.gap).not.toHaveBeenCalled();
    store.listeners.forEach(({ gap }) => gap());
    expect(listener.gap).toHaveBeenCalledOnce();
    const [own] = store.listeners;
    await Promise.all([end(), end()]);
    await end();
    expect(store.count('unsubscribe')).toBe(1);
    own!.message('late');
    own!.gap();
    expect(listener.message).toHaveBeenCalledOnce();
    expect(listener.gap).toHaveBeenCalledOnce();
    expect(clock.timers()).toBe(0);
  });

  it('made before there is a connection waits for it', async () => {
    const { store, listen, say } = await setUp(false);
    store.behave('hold', 'connect');
    const { listener, subscribed } = listen();
    await settled();
    expect(store.count('subscribe')).toBe(0);
    store.last('connect').resolve();
    await subscribed;
    say('one');
    expect(listener.message).toHaveBeenCalledOnce();
    expect(listener.gap).not.toHaveBeenCalled();
  });

  it('made while the store is down takes effect when it is up, and is told of the gap', async () => {
    const { store, listen, say, takeDown, bringUp, clock } = await setUp();
    await takeDown();
    const { listener, subscribed } = listen();
    await subscribed;
    expect(store.count('subscribe')).toBe(0);
    expect(clock.timers()).toBe(1); // the next probe
    await bringUp();
    expect(listener.gap).toHaveBeenCalledOnce();
    say('one');
    expect(listener.message.mock.calls).toEqual([['one']]);
    expect(store.count('subscribe')).toBe(1);
    expect(clock.timers()).toBe(0);
  });

  it('takes effect when the first connection succeeds at a later try', async () => {
    const { store, listen, say, advance } = await setUp(false);
    store.behave(new Error('refused'), 'connect');
    const { listener, subscribed } = listen();
    await subscribed;
    store.behave('answer', 'connect');
    await advance(250);
    expect(listener.gap).toHaveBeenCalledOnce();
    say('one');
    expect(listener.message).toHaveBeenCalledOnce();
  });

  it('is told of a gap after each time that the store was down, without another subscription', async () => {
    const { store, listen, takeDown, bringUp } = await setUp();
    const { listener, subscribed } = listen();
    const end = await subscribed;
    await takeDown();
    expect(listener.gap).not.toHaveBeenCalled();
    await bringUp();
    expect(listener.gap).toHaveBeenCalledTimes(1);
    await takeDown();
    await bringUp();
    expect(listener.gap).toHaveBeenCalledTimes(2);
    await end();
    await takeDown();
    await bringUp();
    expect(listener.gap).toHaveBeenCalledTimes(2);
    expect(store.count('subscribe')).toBe(1);
  });

  it('that is refused by a store that is up otherwise is tried again, and does not open the breaker', async () => {
    const { store, listen, say, advance, guarded, onFailure, clock } = await setUp();
    store.behave(new Error('no permission'), 'subscribe');
    const { listener, subscribed } = listen();
    await subscribed;
    for (const wait of [250, 500, 1000, 2000, 4000, 5000, 5000]) {
      const before = store.count('subscribe');
      await advance(wait - 1);
      expect(store.count('subscribe')).toBe(before);
      await advance(1);
      expect(store.count('subscribe')).toBe(before + 1);
    }
    expect(guarded.state()).toMatchObject({ state: 'up', errors: 8 });
    expect(new Set(onFailure.mock.calls.map(([operation]) => operation))).toEqual(new Set(['subscribe']));
    store.behave('answer', 'subscribe');
    await advance(5000);
    expect(listener.gap).toHaveBeenCalledOnce();
    say('one');
    expect(listener.message).toHaveBeenCalledOnce();
    expect(clock.timers()).toBe(0);
  });

  it('does not hide by its success that reads fail', async () => {
    const { store, listen, read, guarded, advance } = await setUp();
    store.behave(new Error('gone'), 'getMany');
    for (let n = 0; n < 3; n++) {
      await advance(50);
      await listen().subscribed;
      await reasonOf(read());
    }
    expect(guarded.state().state).toBe('down');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('at once');
      },
    ],
    ['gives no way to end it', () => Promise.resolve('OK')],
  ])('that %s counts as refused', async (_how, behaviour) => {
    const { store, listen, advance, onFailure } = await setUp();
    store.behave(behaviour, 'subscribe');
    const { listener, subscribed } = listen();
    await subscribed;
    expect(onFailure.mock.calls).toEqual([['subscribe', 'error', expect.any(Error)]]);
    store.behave('answer', 'subscribe');
    await advance(250);
    expect(listener.gap).toHaveBeenCalledOnce();
  });

  it('that takes long is not awaited for more than 2 s, not asked for twice, and told of the gap', async () => {
    const { store, listen, say, advance, clock, onFailure } = await setUp();
    store.behave('hold', 'subscribe');
    const { listener, subscribed } = listen();
    const resolved = vi.fn();
    void subscribed.then(resolved);
    await advance(1999);
    expect(resolved).not.toHaveBeenCalled();
    await advance(1);
    expect(resolved).toHaveBeenCalledOnce();
    await advance(50_000);
    expect(store.count('subscribe')).toBe(1);
    expect(onFailure).toHaveBeenCalledOnce();
    store.last('subscribe').resolve();
    await settled();
    expect(listener.gap).toHaveBeenCalledOnce();
    say('one');
    expect(listener.message).toHaveBeenCalledOnce();
    expect(clock.timers()).toBe(0);
  });

  it('that hangs is asked for again after a minute; an answer too many is ended and not heard', async () => {
    const { store, listen, say, advance } = await setUp();
    store.behave('hold', 'subscribe');
    const { listener, subscribed } = listen();
    await advance(66_000);
    const end = await subscribed;
    const [first, second] = store.calls.filter(({ operation }) => operation === 'subscribe');
    expect(store.count('subscribe')).toBe(2);
    second!.resolve();
    await settled();
    first!.resolve();
    await settled();
    expect(store.count('unsubscribe')).toBe(1);
    expect(store.listeners.size).toBe(1);
    (first!.args[1] as BusListener).message('from the one too many');
    (first!.args[1] as BusListener).gap();
    say('one');
    expect(listener.message).toHaveBeenCalledOnce();
    expect(listener.gap).toHaveBeenCalledOnce();
    await end();
    expect(store.listeners.size).toBe(0);
  });

  it('ended before it could be made is never made', async () => {
    const { store, listen, takeDown, bringUp, clock } = await setUp();
    await takeDown();
    const { listener, subscribed } = listen();
    await (
      await subscribed
    )();
    await bringUp();
    expect(store.count('subscribe')).toBe(0);
    expect(listener.gap).not.toHaveBeenCalled();
    expect(clock.timers()).toBe(0);
  });

  it('ended between two tries is not tried again', async () => {
    const { store, listen, advance, clock } = await setUp();
    store.behave(new Error('refused'), 'subscribe');
    await (
      await listen().subscribed
    )();
    expect(clock.timers()).toBe(0);
    await advance(10_000);
    expect(store.count('subscribe')).toBe(1);
  });

  it('that stands at last is not tried again when another try then fails', async () => {
    const { store, listen, advance, clock } = await setUp();
    store.behave('hold', 'subscribe');
    const { listener } = listen();
    await advance(66_000);
    const [first, second] = store.calls.filter(({ operation }) => operation === 'subscribe');
    first!.resolve();
    second!.reject(new Error('refused'));
    await settled();
    expect(clock.timers()).toBe(0);
    expect(listener.gap).toHaveBeenCalledOnce();
  });

  it('ended while it is being tried again is not tried once more', async () => {
    const { store, listen, advance, clock } = await setUp();
    store.behave(new Error('refused'), 'subscribe');
    const end = await listen().subscribed;
    store.behave('hold', 'subscribe');
    await advance(250);
    await end();
    store.last('subscribe').reject(new Error('refused'));
    await settled();
    expect(clock.timers()).toBe(0);
  });

  it('ended while it is being made is ended when it is made', async () => {
    const { store, listen, advance } = await setUp();
    store.behave('hold', 'subscribe');
    const { listener, subscribed } = listen();
    await advance(2000);
    await (
      await subscribed
    )();
    store.last('subscribe').resolve();
    await settled();
    expect(store.count('unsubscribe')).toBe(1);
    expect(listener.gap).not.toHaveBeenCalled();
  });

  it('is ended in the store also while the store is down', async () => {
    const { store, listen, takeDown } = await setUp();
    const end = await listen().subscribed;
    await takeDown();
    await end();
    expect(store.count('unsubscribe')).toBe(1);
  });

  it.each([
    ['fails', new Error('gone')],
    ['hangs', 'hold' as const],
  ])('is deaf when ending it %s, and that it did is told', async (_how, behaviour) => {
    const { store, listen, say, advance, onFailure, guarded } = await setUp();
    const { listener, subscribed } = listen();
    const end = await subscribed;
    store.behave(behaviour, 'unsubscribe');
    const ended = end();
    await advance(2000);
    await ended;
    say('late');
    expect(listener.message).not.toHaveBeenCalled();
    expect(onFailure.mock.calls.map(([operation]) => operation)).toEqual(['unsubscribe']);
    expect(guarded.state().state).toBe('up');
  });

  it('is deaf after close, which ends it with all else', async () => {
    const { store, listen, say, guarded, clock } = await setUp();
    const { listener, subscribed } = listen();
    const end = await subscribed;
    store.behave(new Error('refused'), 'subscribe');
    await listen().subscribed;
    await guarded.close();
    say('late');
    await end();
    expect(listener.message).not.toHaveBeenCalled();
    expect(store.count('unsubscribe')).toBe(0);
    expect(guarded.state().rejected).toBe(0);
    expect(clock.timers()).toBe(0);
    expect(await reasonOf(listen().subscribed)).toBe('closed');
  });

  it('of one listener may be ended or made by another when that is told of a gap', async () => {
    const { guarded, listen, takeDown, bringUp } = await setUp();
    const other = listen();
    const end = await other.subscribed;
    other.listener.gap.mockImplementation(() => void guarded.bus!.subscribe('more', other.listener));
    const third = listen();
    const endThird = await third.subscribed;
    other.listener.gap.mockImplementationOnce(() => void endThird());
    await takeDown();
    await bringUp();
    expect(other.listener.gap).toHaveBeenCalledOnce();
    expect(third.listener.gap).not.toHaveBeenCalled();
    await end();
  });
});
