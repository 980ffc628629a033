import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { settled } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { guardedStore, type GuardedStore, type GuardedStoreDeps } from './guarded-store.ts';
import { guardUp, reasonOf } from './test-manual-store.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

async function setUp({ connected = true, readTimeoutMs = 50 } = {}) {
  const onState = vi.fn<GuardedStoreDeps['onState']>();
  const onFailure = vi.fn<GuardedStoreDeps['onFailure']>();
  return { onState, onFailure, ...(await guardUp({ onState, onFailure, readTimeoutMs }, { connected })) };
}

const write = { key: 'k', value: new Uint8Array([1]), tags: ['t'], stamp: 1, ttlMs: 1000 };
const lease = { name: 'l', token: 1 };

interface Case {
  readonly operation: string;
  readonly limitMs: number;
  readonly args: readonly unknown[];
  readonly answer: unknown;
  readonly call: (store: GuardedStore) => Promise<unknown>;
}
const of = (
  operation: string,
  limitMs: number,
  args: readonly unknown[],
  answer: unknown,
  call: Case['call'],
): Case => ({ operation, limitMs, args, answer, call });

const cases: readonly Case[] = [
  of('getMany', 50, [[{ key: 'k' }]], [undefined], ({ cache }) => cache.getMany([{ key: 'k' }])),
  of('areCurrent', 50, [[{ tags: ['t'], stamp: 1 }]], [true], ({ cache }) =>
    cache.areCurrent([{ tags: ['t'], stamp: 1 }]),
  ),
  of('stamp', 50, [], 1, ({ cache }) => cache.stamp()),
  of('setMany', 1000, [[write]], [true], ({ cache }) => cache.setMany([write])),
  of('delete', 2000, [['k']], undefined, ({ cache }) => cache.delete(['k'])),
  of('invalidateTags', 2000, [['t']], undefined, ({ cache }) => cache.invalidateTags(['t'])),
  of('clear', 2000, [], undefined, ({ cache }) => cache.clear()),
  of('acquire', 50, ['l', 9], { granted: true, lease }, async ({ leases }) => leases!.acquire('l', 9)),
  of('renew', 50, [lease, 9], true, async ({ leases }) => leases!.renew(lease, 9)),
  of('release', 50, [lease], true, async ({ leases }) => leases!.release(lease)),
  of('publish', 2000, ['t', 'x'], undefined, async ({ bus }) => bus!.publish('t', 'x')),
];
const answering = cases.filter(({ answer }) => answer !== undefined);

describe('an operation of a guarded store', () => {
  it.each(cases)('$operation passes on what is asked and what is answered', async (one) => {
    const { store, guarded, clock, onFailure } = await setUp();
    expect(await one.call(guarded)).toEqual(one.answer);
    expect(store.count(one.operation)).toBe(1);
    expect(store.last(one.operation).args).toEqual(one.args);
    expect(clock.timers()).toBe(0);
    expect(onFailure).not.toHaveBeenCalled();
  });

  it.each(cases)('$operation is given $limitMs ms, and a late reply changes nothing', async (one) => {
    const { store, guarded, clock, onFailure } = await setUp();
    store.behave('hold');
    const onSettled = vi.fn();
    const reply = one.call(guarded);
    reply.then(onSettled, onSettled);
    clock.advance(one.limitMs - 1);
    await settled();
    expect(onSettled).not.toHaveBeenCalled();
    clock.advance(1);
    expect(await reasonOf(reply)).toBe('timeout');
    expect(clock.timers()).toBe(0);
    expect(onFailure.mock.calls).toEqual([[one.operation, 'timeout', expect.any(Error)]]);
    store.behave('answer');
    store.last(one.operation).resolve();
    await settled();
    expect(onSettled).toHaveBeenCalledOnce();
    expect(guarded.state()).toMatchObject({ state: 'up', timeouts: 1, errors: 0 });
  });

  it.each(cases)('$operation drops a late failure', async (one) => {
    const { store, guarded, clock, onFailure } = await setUp();
    store.behave('hold');
    const reply = one.call(guarded);
    clock.advance(one.limitMs);
    expect(await reasonOf(reply)).toBe('timeout');
    store.last(one.operation).reject(new Error('late'));
    await settled();
    expect(onFailure).toHaveBeenCalledOnce();
    expect(guarded.state()).toMatchObject({ timeouts: 1, errors: 0 });
  });

  it.each(cases)('$operation contains whatever the store does', async (one) => {
    const broken = new Error('broken');
    const ways: ReadonlyArray<readonly [behaviour: () => unknown, cause: unknown]> = [
      [() => Promise.reject(broken), broken],
      [() => Promise.reject(undefined), undefined],
      [
        () => {
          throw broken;
        },
        broken,
      ],
      [
        () => {
          throw 'text';
        },
        'text',
      ],
    ];
    for (const [behaviour, cause] of ways) {
      const { store, guarded, clock, onFailure } = await setUp();
      store.behave(behaviour);
      await expect(one.call(guarded)).rejects.toMatchObject({
        name: 'StoreUnavailable',
        reason: 'error',
        cause,
        message: `store "manual" failed (${one.operation})`,
      });
      expect(onFailure.mock.calls).toEqual([[one.operation, 'error', cause]]);
      expect(clock.timers()).toBe(0);
    }
  });

  it.each(answering)('$operation does not take for a reply what is none', async (one) => {
    const { store, guarded } = await setUp();
    store.behave(() => one.answer);
    expect(await one.call(guarded)).toEqual(one.answer); // an answer need not come in a promise
    for (const none of [undefined, null, {}, 'OK', [], [1, 2]]) {
      store.behave(() => none, one.operation);
      expect(await reasonOf(one.call(guarded))).toBe('error');
      store.behave(() => one.answer, one.operation);
      await one.call(guarded);
    }
    expect(guarded.state()).toMatchObject({ errors: 6, state: 'up' });
  });

  it.each(['setMany', 'areCurrent'])('%s takes nothing but yes and no', async (operation) => {
    const { store, guarded } = await setUp();
    store.behave(() => Promise.resolve(['OK']), operation);
    expect(await reasonOf(cases.find((one) => one.operation === operation)!.call(guarded))).toBe('error');
  });

  it('gives a read the time that is configured', async () => {
    const { store, guarded, clock, read } = await setUp({ readTimeoutMs: 7 });
    store.behave('hold');
    const reply = read();
    clock.advance(7);
    expect(await reasonOf(reply)).toBe('timeout');
    expect(guarded.state().timeouts).toBe(1);
  });

  it('is not there when the store does not have it', async () => {
    const { store, clock } = await setUp();
    const { leases: _leases, bus: _bus, ...bare } = store;
    const deps = { clock, onState: () => undefined, onFailure: () => undefined, random: () => 0 };
    expect(Object.keys(guardedStore(bare, deps))).not.toEqual(expect.arrayContaining(['leases']));
    expect(Object.keys(guardedStore(bare, deps))).not.toEqual(expect.arrayContaining(['bus']));
  });

  it('gives back a lease that was granted too late for whoever wanted it', async () => {
    const { store, guarded, clock } = await setUp();
    store.behave('hold', 'acquire');
    const replies = ['mine', 'theirs'].map((name) => guarded.leases!.acquire(name, 60_000));
    const [mine, theirs] = store.calls.filter(({ operation }) => operation === 'acquire');
    clock.advance(50);
    for (const reply of replies) expect(await reasonOf(reply)).toBe('timeout');
    mine!.resolve();
    theirs!.resolve({ granted: false, expiresInMs: 10 });
    await settled();
    expect(store.count('release')).toBe(1);
    expect(store.last('release').args).toEqual([{ name: 'mine', token: 1 }]);
    store.behave(new Error('gone'), 'release');
    const again = guarded.leases!.acquire('mine', 60_000);
    clock.advance(50);
    expect(await reasonOf(again)).toBe('timeout');
    store.last('acquire').resolve();
    await settled();
    expect(store.count('release')).toBe(2); // and that it failed reaches nobody
  });
});

describe('the breaker of a guarded store', () => {
  it('turns away 10,000 operations without a timer, a call to the store, or a word', async () => {
    const { store, guarded, clock, takeDown, onFailure } = await setUp();
    await takeDown();
    const before = { calls: store.calls.length, told: onFailure.mock.calls.length };
    const after = vi.spyOn(clock, 'after');
    const turnedAway = Array.from({ length: 10_000 }, (_, n) => cases[n % cases.length]!.call(guarded));
    const reasons = await Promise.all(turnedAway.map(reasonOf));
    expect(new Set(reasons)).toEqual(new Set(['open']));
    expect(after).not.toHaveBeenCalled();
    expect(clock.timers()).toBe(1); // the next probe
    expect(store.calls).toHaveLength(before.calls);
    expect(onFailure).toHaveBeenCalledTimes(before.told);
    expect(guarded.state()).toMatchObject({ state: 'down', opened: 1, errors: 3, rejected: 10_000 });
  });

  it('opens by three reads that time out one after the other, and says why', async () => {
    const { store, clock, read, onState, guarded } = await setUp();
    store.behave('hold');
    for (let n = 0; n < 3; n++) {
      expect(onState).not.toHaveBeenCalled();
      const reply = read();
      clock.advance(50);
      expect(await reasonOf(reply)).toBe('timeout');
    }
    expect(onState.mock.calls).toEqual([['down', expect.objectContaining({ reason: 'timeout' })]]);
    expect(guarded.state()).toMatchObject({ state: 'down', since: clock.now(), timeouts: 3 });
    await expect(read()).rejects.toMatchObject({ reason: 'open', cause: onState.mock.calls[0]![1] });
  });

  it('stays closed when the event loop stalls and a hundred reads time out at once', async () => {
    const { store, clock, read, guarded, onFailure } = await setUp();
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
    expect(onFailure).toHaveBeenCalledTimes(200);
    await read();
    await burst();
    await burst();
    expect(guarded.state().state).toBe('up');
    await burst();
    expect(guarded.state()).toMatchObject({ state: 'down', opened: 1 });
  });

  it('opens within three times the limit under load when the store freezes', async () => {
    const { store, clock, read, guarded } = await setUp();
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
    const { store, clock, read, guarded } = await setUp();
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
    const { store, clock, read, guarded } = await setUp();
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
    const { store, guarded, clock, read, takeDown, onState, advance } = await setUp();
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
    expect(onState.mock.calls.map(([state]) => state)).toEqual(['down', 'up']);
    expect(guarded.state()).toMatchObject({ state: 'up', since: clock.now() });
    expect(clock.timers()).toBe(0);
  });

  it('stays open for a store that answers, but too slowly', async () => {
    const { store, guarded, takeDown, advance } = await setUp();
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
    const { store, guarded, takeDown, advance } = await setUp();
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
    const { store, guarded, takeDown, advance } = await setUp();
    await takeDown();
    store.behave('hold', 'health');
    await advance(250 + 50 + 500 + 10);
    store.last('health').resolve();
    await advance(50);
    expect(store.count('health')).toBe(1);
    expect(guarded.state().state).toBe('down');
  });

  it('probes again when there was no word from the last probe for 10 s', async () => {
    const { store, guarded, takeDown, advance } = await setUp();
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
    const { store, guarded, takeDown, bringUp, advance } = await setUp();
    await takeDown();
    store.behave(() => {
      throw new Error('at once');
    }, 'health');
    await advance(250);
    expect(guarded.state().state).toBe('down');
    await bringUp();
  });

  it('does not let what was under way when it opened fail it again when it is back', async () => {
    const { store, guarded, takeDown, bringUp, onFailure } = await setUp();
    store.behave('hold', 'invalidateTags');
    const slow = Array.from({ length: 5 }, () => reasonOf(guarded.cache.invalidateTags(['t'])));
    await takeDown();
    await bringUp();
    expect(new Set(await Promise.all(slow))).toEqual(new Set(['timeout']));
    expect(guarded.state()).toMatchObject({ state: 'up', opened: 1, timeouts: 5 });
    expect(onFailure).toHaveBeenCalledTimes(8);
  });
});

describe('the connection of a guarded store', () => {
  it('is made by the first operation, which waits for it, and made once', async () => {
    const { store, guarded, read, clock } = await setUp({ connected: false });
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
    const { store, read, clock, guarded } = await setUp({ connected: false });
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

  it('leaves to the operation what is left of its time', async () => {
    const { store, read, clock } = await setUp({ connected: false });
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
    const { store, guarded, read, onState, onFailure, clock } = await setUp({ connected: false });
    store.behave(new Error('refused'), 'connect');
    const reasons = await Promise.all(Array.from({ length: 20 }, () => reasonOf(read())));
    expect(new Set(reasons)).toEqual(new Set(['open']));
    expect(onState.mock.calls).toEqual([['down', expect.objectContaining({ reason: 'error' })]]);
    expect(onFailure.mock.calls).toEqual([['connect', 'error', new Error('refused')]]);
    expect(guarded.state()).toMatchObject({ state: 'down', opened: 1, errors: 1, rejected: 20 });
    expect(clock.timers()).toBe(1);
  });

  it('is tried again by the probes, and then checked', async () => {
    const { store, guarded, advance, onFailure } = await setUp({ connected: false });
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
    expect(onFailure).toHaveBeenCalledOnce();
  });

  it('is asked for by hand without failing, and takes 2 s at most', async () => {
    const { store, guarded, clock, advance, onState } = await setUp({ connected: false });
    store.behave('hold', 'connect');
    const resolved = vi.fn();
    void guarded.connect().then(resolved);
    await advance(1999);
    expect(resolved).not.toHaveBeenCalled();
    await advance(1);
    expect(resolved).toHaveBeenCalledOnce();
    expect(onState).toHaveBeenCalledOnce();
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
    const { store, clock, read, guarded, onFailure, onState } = await setUp({ connected: false });
    store.behave('hold', 'connect');
    for (let index = 0; index < 4; index++) {
      const reply = read();
      clock.advance(50);
      expect(await reasonOf(reply)).toBe('timeout');
    }
    expect(onState).not.toHaveBeenCalled(); // a connection may take longer than a read
    clock.advance(2000);
    await settled();
    expect(onState.mock.calls).toEqual([['down', expect.anything()]]);
    expect(onFailure.mock.calls.at(-1)).toEqual(['connect', 'timeout', expect.anything()]);
    expect(await reasonOf(read())).toBe('open');
    store.last('connect').reject(new Error('refused at last'));
    await settled();
    expect(onFailure).toHaveBeenCalledTimes(5);
    await guarded.close();
  });

  it('contains a connect() that throws', async () => {
    const { store, guarded } = await setUp({ connected: false });
    store.behave(() => {
      throw new Error('at once');
    }, 'connect');
    await guarded.connect();
    expect(guarded.state()).toMatchObject({ state: 'down', errors: 1 });
  });
});

describe('closing a guarded store', () => {
  const closedFor = async (guarded: GuardedStore): Promise<void> => {
    for (const { call } of cases) expect(await reasonOf(call(guarded))).toBe('closed');
    await guarded.connect();
  };

  it('closes the store once and turns away what comes later', async () => {
    const { store, guarded, clock } = await setUp();
    await Promise.all([guarded.close(), guarded.close()]);
    await guarded.close();
    const asked = store.calls.length;
    await closedFor(guarded);
    expect(store.count('close')).toBe(1);
    expect(store.calls).toHaveLength(asked);
    expect(guarded.state().rejected).toBe(cases.length);
    expect(clock.timers()).toBe(0);
  });

  it('works before anything was connected', async () => {
    const { store, guarded, clock } = await setUp({ connected: false });
    await guarded.close();
    await closedFor(guarded);
    expect(store.count('connect')).toBe(0);
    expect(clock.timers()).toBe(0);
  });

  it('ends the probes', async () => {
    const { store, guarded, clock, takeDown, advance, onState } = await setUp();
    await takeDown();
    await guarded.close();
    expect(clock.timers()).toBe(0);
    store.behave('answer');
    await advance(60_000);
    expect(store.count('health')).toBe(0);
    expect(onState).toHaveBeenCalledOnce();
    await closedFor(guarded);
  });

  it('ends a probe that is under way', async () => {
    const { store, guarded, clock, takeDown, advance, onState } = await setUp();
    await takeDown();
    store.behave('hold', 'health');
    await advance(250);
    await guarded.close();
    store.last('health').resolve();
    await advance(60_000);
    expect(store.count('health')).toBe(1);
    expect(onState).toHaveBeenCalledOnce();
    expect(clock.timers()).toBe(0);
  });

  it('ends a probe that waits for a connection', async () => {
    const { store, guarded, advance, clock } = await setUp({ connected: false });
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
    const { store, guarded, advance, clock } = await setUp();
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
    const { store, guarded, onFailure } = await setUp();
    store.behave(behaviour, 'close');
    await guarded.close();
    expect(onFailure.mock.calls).toEqual([['close', 'error', new Error('broken')]]);
  });

  it('lets what is under way settle, and neither tells nor counts how the store ended it', async () => {
    const { store, guarded, read, onFailure, onState } = await setUp();
    store.behave('hold', 'getMany');
    const replies = Array.from({ length: 4 }, read);
    const calls = store.calls.filter(({ operation }) => operation === 'getMany');
    await guarded.close();
    calls[0]!.resolve();
    for (const call of calls.slice(1)) call.reject(new Error('connection closed'));
    expect(await replies[0]).toEqual([undefined]);
    for (const reply of replies.slice(1)) expect(await reasonOf(reply)).toBe('closed');
    expect(onFailure).not.toHaveBeenCalled();
    expect(onState).not.toHaveBeenCalled();
    expect(guarded.state()).toMatchObject({ state: 'up', errors: 0 });
  });

  it('closes once more a connection that is made too late', async () => {
    const { store, guarded, read, clock } = await setUp({ connected: false });
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
    const { store, guarded, onState, onFailure, read } = await setUp({ connected: false });
    store.behave('hold', 'connect');
    const reply = read();
    await guarded.close();
    store.last('connect').reject(new Error('closed'));
    expect(await reasonOf(reply)).toBe('closed');
    expect(onState).not.toHaveBeenCalled();
    expect(onFailure).not.toHaveBeenCalled();
  });
});
