import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { settled } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { guardedStore } from './guarded-store.ts';
import { guardedUp, operations } from './test-guarded-store.ts';
import { reasonOf } from './test-manual-store.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

describe('an operation of a guarded store', () => {
  it.each(operations)('$operation passes on what is asked and what is answered', async (one) => {
    const { store, guarded, clock, failures } = await guardedUp();
    expect(await one.call(guarded)).toEqual(one.answer);
    expect(store.count(one.operation)).toBe(1);
    expect(store.last(one.operation).args).toEqual(one.args);
    expect(clock.timers()).toBe(0);
    expect(failures).toEqual([]);
  });

  it.each(operations)('$operation is given $limitMs ms, and a late reply changes nothing', async (one) => {
    const { store, guarded, clock, failures } = await guardedUp();
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
    expect(failures).toEqual([[one.operation, 'timeout', expect.any(Error)]]);
    store.behave('answer');
    store.last(one.operation).resolve();
    await settled();
    expect(onSettled).toHaveBeenCalledOnce();
    expect(guarded.state()).toMatchObject({ state: 'up', timeouts: 1, errors: 0 });
  });

  it.each(operations)('$operation drops a late failure', async (one) => {
    const { store, guarded, clock, failures } = await guardedUp();
    store.behave('hold');
    const reply = one.call(guarded);
    clock.advance(one.limitMs);
    expect(await reasonOf(reply)).toBe('timeout');
    store.last(one.operation).reject(new Error('late'));
    await settled();
    expect(failures).toHaveLength(1);
    expect(guarded.state()).toMatchObject({ timeouts: 1, errors: 0 });
  });

  it.each(operations)('$operation contains whatever the store does', async (one) => {
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
      const { store, guarded, clock, failures } = await guardedUp();
      store.behave(behaviour);
      await expect(one.call(guarded)).rejects.toMatchObject({
        name: 'StoreUnavailable',
        reason: 'error',
        cause,
        message: `store "manual" failed (${one.operation})`,
      });
      expect(failures).toEqual([[one.operation, 'error', cause]]);
      expect(clock.timers()).toBe(0);
    }
  });

  it.each(operations.filter(({ answer }) => answer !== undefined))(
    '$operation does not take for a reply what is none',
    async (one) => {
      const { store, guarded } = await guardedUp();
      store.behave(() => one.answer);
      expect(await one.call(guarded)).toEqual(one.answer); // an answer need not come in a promise
      for (const none of [undefined, null, {}, 'OK', [], [1, 2]]) {
        store.behave(() => none, one.operation);
        expect(await reasonOf(one.call(guarded))).toBe('error');
        store.behave(() => one.answer, one.operation);
        await one.call(guarded);
      }
      expect(guarded.state()).toMatchObject({ errors: 6, state: 'up' });
    },
  );

  it.each(['setMany', 'areCurrent'])('%s takes nothing but yes and no', async (operation) => {
    const { store, guarded } = await guardedUp();
    store.behave(() => Promise.resolve(['OK']), operation);
    expect(await reasonOf(operations.find((one) => one.operation === operation)!.call(guarded))).toBe(
      'error',
    );
  });

  it('gives a read the time that is configured', async () => {
    const { store, guarded, clock, read } = await guardedUp({ readTimeoutMs: 7 });
    store.behave('hold');
    const reply = read();
    clock.advance(7);
    expect(await reasonOf(reply)).toBe('timeout');
    expect(guarded.state().timeouts).toBe(1);
  });

  it('is not there when the store does not have it', async () => {
    const { store, clock } = await guardedUp();
    const { leases: _leases, bus: _bus, ...bare } = store;
    const deps = { clock, onState: () => undefined, onFailure: () => undefined, random: () => 0 };
    expect(Object.keys(guardedStore(bare, deps))).not.toEqual(expect.arrayContaining(['leases']));
    expect(Object.keys(guardedStore(bare, deps))).not.toEqual(expect.arrayContaining(['bus']));
  });

  it('gives back a lease that was granted too late for whoever wanted it', async () => {
    const { store, guarded, clock } = await guardedUp();
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
