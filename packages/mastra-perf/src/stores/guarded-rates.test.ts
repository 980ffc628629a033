import { describe, expect, it, vi } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { chaosStore } from '../testing/chaos-store.ts';
import { guardedStore, type GuardedStoreDeps } from './guarded-store.ts';
import { memoryStoreOn } from './memory-store.ts';
import type { RateClaim, Rates } from './rates.ts';
import { reasonOf } from './test-manual-store.ts';

async function setUp() {
  const clock = testClock();
  const store = chaosStore(memoryStoreOn(clock));
  const onFailure = vi.fn<GuardedStoreDeps['onFailure']>();
  const guarded = guardedStore(store, { clock, random: () => 0, onState: () => {}, onFailure });
  await guarded.connect();
  return { clock, store, onFailure, guarded, rates: guarded.rates! };
}

const claim: RateClaim = { name: 'r', amount: 1, perMinute: 1, burst: 2 };

interface Case {
  readonly method: keyof Rates;
  readonly operation: string;
  readonly limitMs: number;
  readonly call: (rates: Rates) => Promise<unknown>;
}

const cases: readonly Case[] = [
  { method: 'take', operation: 'takeRate', limitMs: 50, call: (rates) => rates.take([claim], 0) },
  { method: 'correct', operation: 'correctRate', limitMs: 1000, call: (rates) => rates.correct([claim]) },
  { method: 'pause', operation: 'pauseRate', limitMs: 1000, call: (rates) => rates.pause(['r'], 1) },
];

describe('the rates of a guarded store', () => {
  it('are those of the store', async () => {
    const { rates, clock, onFailure } = await setUp();
    expect(await rates.take([claim], 0)).toEqual({ granted: true, waitMs: 0 });
    await rates.correct([claim]);
    expect(await rates.take([claim], 0)).toEqual({ granted: false, waitMs: 60_000 });
    await rates.pause(['r'], 90_000);
    expect(await rates.take([claim], 100_000)).toEqual({ granted: true, waitMs: 90_000 });
    expect(clock.timers()).toBe(0);
    expect(onFailure).not.toHaveBeenCalled();
  });

  it.each(cases)('$method is given $limitMs ms', async ({ method, limitMs, call, operation }) => {
    const { store, rates, clock, onFailure } = await setUp();
    store.hang(`rates.${method}`);
    const reply = call(rates);
    clock.advance(limitMs - 1);
    await settled();
    expect(onFailure).not.toHaveBeenCalled();
    clock.advance(1);
    expect(await reasonOf(reply)).toBe('timeout');
    expect(onFailure.mock.calls).toEqual([[operation, 'timeout', expect.any(Error)]]);
  });

  it.each(cases)('$method is turned away at once while the store is down', async ({ method, call }) => {
    const { store, guarded, rates, clock } = await setUp();
    store.fail('rates.take');
    for (let n = 0; n < 3; n++) {
      clock.advance(100);
      expect(await reasonOf(rates.take([claim], 0))).toBe('error');
    }
    expect(guarded.state().state).toBe('down');
    const before = store.calls(`rates.${method}`);
    expect(await reasonOf(call(rates))).toBe('open');
    expect(store.calls(`rates.${method}`)).toBe(before);
  });

  it.each(['correct', 'pause'] as const)(
    'a %s that fails does not say that the store is down',
    async (method) => {
      const { store, guarded, rates, clock } = await setUp();
      store.fail(`rates.${method}`);
      for (let n = 0; n < 10; n++) {
        clock.advance(100);
        await reasonOf(method === 'correct' ? rates.correct([claim]) : rates.pause(['r'], 1));
      }
      expect(guarded.state()).toMatchObject({ state: 'up', errors: 10 });
    },
  );

  it.each([
    undefined,
    {},
    true,
    { granted: true },
    { granted: 'yes', waitMs: 0 },
    { granted: true, waitMs: -1 },
  ])('do not take %j for an answer', async (reply) => {
    const { store, rates } = await setUp();
    store.intercept('rates.take', async () => reply);
    expect(await reasonOf(rates.take([claim], 0))).toBe('error');
  });

  it('give back what was taken too late', async () => {
    const { store, rates, clock } = await setUp();
    const hold = store.hold('rates.take', 'answer');
    const late = rates.take([{ ...claim, amount: 2 }], 0);
    await settled();
    clock.advance(50);
    expect(await reasonOf(late)).toBe('timeout');
    hold.release();
    await settled();
    expect(await rates.take([{ ...claim, amount: 2 }], 0)).toMatchObject({ granted: true });
    expect(await rates.take([claim], 0)).toMatchObject({ granted: false });
  });

  it('are not there when the store has none', () => {
    const { rates: _rates, ...bare } = memoryStoreOn(testClock());
    const deps = { clock: testClock(), onState: () => {}, onFailure: () => {}, random: () => 0 };
    expect('rates' in guardedStore(bare, deps)).toBe(false);
  });
});
