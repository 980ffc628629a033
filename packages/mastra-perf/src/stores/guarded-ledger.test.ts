import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { chaosStore } from '../testing/chaos-store.ts';
import { guardedStore, type GuardedStoreDeps } from './guarded-store.ts';
import type { BudgetClaim, Ledger } from './ledger.ts';
import { memoryStoreOn } from './memory-store.ts';
import { reasonOf } from './test-manual-store.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

async function setUp() {
  const clock = testClock();
  const store = chaosStore(memoryStoreOn(clock));
  const onFailure = vi.fn<GuardedStoreDeps['onFailure']>();
  const guarded = guardedStore(store, { clock, random: () => 0, onState: () => {}, onFailure });
  await guarded.connect();
  return { clock, store, onFailure, guarded, ledger: guarded.ledger! };
}

/** Failures that are not taken for one. */
const APART_MS = 100;

const AT = testClock().now();
const entry = { id: 'e', at: AT, group: { user: 'u' }, counts: { calls: 2 } };
const query = { by: ['user'], from: AT, to: AT + 1 };
const claim: BudgetClaim = { counter: 'c', limit: 100, amount: 10, expiresAt: AT + 86_400_000 };

interface Case {
  readonly method: keyof Ledger;
  readonly limitMs: number;
  readonly answer: unknown;
  readonly call: (ledger: Ledger) => Promise<unknown>;
  /** What the store is told by another name. */
  readonly operation?: string;
}

const cases: readonly Case[] = [
  { method: 'record', limitMs: 5000, answer: undefined, call: (ledger) => ledger.record([entry]) },
  { method: 'report', limitMs: 2000, answer: [], call: (ledger) => ledger.report(query) },
  {
    method: 'reserve',
    limitMs: 10_000,
    answer: { granted: true, states: [{ spent: 0, held: 10 }] },
    call: (ledger) => ledger.reserve('r', [claim], 1000),
  },
  { method: 'extend', limitMs: 5000, answer: undefined, call: (ledger) => ledger.extend(['r'], 1000) },
  { method: 'settle', limitMs: 5000, answer: undefined, call: (ledger) => ledger.settle('r', [claim]) },
  {
    method: 'release',
    limitMs: 5000,
    answer: undefined,
    call: (ledger) => ledger.release('r'),
    operation: 'releaseHold',
  },
  {
    method: 'budgets',
    limitMs: 5000,
    answer: [{ spent: 0, held: 0 }],
    call: (ledger) => ledger.budgets(['c']),
  },
];

describe('the ledger of a guarded store', () => {
  it.each(cases)('$method passes on what is asked and what is answered', async ({ method, answer, call }) => {
    const { store, ledger, clock, onFailure } = await setUp();
    expect(await call(ledger)).toEqual(answer);
    expect(store.calls(`ledger.${method}`)).toBe(1);
    expect(clock.timers()).toBe(0);
    expect(onFailure).not.toHaveBeenCalled();
  });

  it('works as that of the store', async () => {
    const { ledger } = await setUp();
    await ledger.record([entry]);
    expect(await ledger.report(query)).toEqual([{ group: { user: 'u' }, counts: { calls: 2 } }]);
    await ledger.reserve('r', [claim], 1000);
    await ledger.settle('r', [{ ...claim, amount: 7 }]);
    expect(await ledger.budgets(['c'])).toEqual([{ spent: 7, held: 0 }]);
  });

  it.each(cases)('$method is given $limitMs ms', async ({ method, limitMs, call, operation = method }) => {
    const { store, ledger, clock, onFailure } = await setUp();
    store.hang(`ledger.${method}`);
    const onSettled = vi.fn();
    const reply = call(ledger);
    reply.then(onSettled, onSettled);
    clock.advance(limitMs - 1);
    await settled();
    expect(onSettled).not.toHaveBeenCalled();
    clock.advance(1);
    expect(await reasonOf(reply)).toBe('timeout');
    expect(onFailure.mock.calls).toEqual([[operation, 'timeout', expect.any(Error)]]);
    expect(clock.timers()).toBe(0);
  });

  it.each(cases)('$method contains a failure', async ({ method, call, operation = method }) => {
    const { store, ledger, onFailure } = await setUp();
    const cause = new Error('broken');
    store.fail(`ledger.${method}`, cause);
    expect(await reasonOf(call(ledger))).toBe('error');
    expect(onFailure.mock.calls).toEqual([[operation, 'error', cause]]);
  });

  async function setUpDown() {
    const given = await setUp();
    const { store, guarded, clock } = given;
    store.fail('cache.getMany');
    for (let n = 0; n < 3; n++) {
      clock.advance(APART_MS);
      await reasonOf(guarded.cache.getMany([{ key: 'x', tags: [] }]));
    }
    expect(guarded.state().state).toBe('down');
    return given;
  }
  const isReport = ({ method }: Case): boolean => method === 'report';

  it.each(cases.filter(isReport))(
    '$method is turned away while the store is down',
    async ({ method, call }) => {
      const { store, ledger } = await setUpDown();
      const before = store.calls(`ledger.${method}`);
      expect(await reasonOf(call(ledger))).toBe('open');
      expect(store.calls(`ledger.${method}`)).toBe(before);
    },
  );

  it.each(cases.filter((one) => !isReport(one)))(
    '$method is tried even while the store is down, since that may only be too slow for calls',
    async ({ method, call }) => {
      const { store, guarded, ledger } = await setUpDown();
      await call(ledger);
      expect(store.calls(`ledger.${method}`)).toBe(1);
      expect(guarded.state().state).toBe('down');
    },
  );

  const state = { spent: 1, held: 2 };
  it.each([
    ['reserve', undefined],
    ['reserve', true],
    ['reserve', {}],
    ['reserve', { granted: true }],
    ['reserve', { granted: 'yes', states: [state] }],
    ['reserve', { granted: true, states: [] }],
    ['reserve', { granted: true, states: [state, state] }],
    ['reserve', { granted: true, states: [{ spent: 1 }] }],
    ['reserve', { granted: true, states: [{ spent: '1', held: Number.NaN }] }],
    ['budgets', undefined],
    ['budgets', []],
    ['budgets', [null]],
    ['budgets', [state, state]],
    ['report', undefined],
    ['report', {}],
    ['report', [undefined]],
    ['report', [{ group: {} }]],
    ['report', [{ counts: {} }]],
  ] as const)('%s does not take %j for a reply', async (method, reply) => {
    const { store, ledger } = await setUp();
    store.intercept(`ledger.${method}`, async () => reply);
    const one = cases.find((other) => other.method === method)!;
    expect(await reasonOf(one.call(ledger))).toBe('error');
  });

  it('does not take a store for broken whose reports fail', async () => {
    const { store, guarded, ledger, clock } = await setUp();
    store.fail('ledger.report');
    for (let n = 0; n < 10; n++) {
      clock.advance(APART_MS);
      expect(await reasonOf(ledger.report(query))).toBe('error');
    }
    expect(guarded.state()).toMatchObject({ state: 'up', errors: 10 });
  });

  it('leaves a reservation that is granted too late to whoever settles or releases it', async () => {
    const { store, ledger, clock } = await setUp();
    const hold = store.hold('ledger.reserve');
    const reply = ledger.reserve('r', [claim], 60_000);
    clock.advance(10_000);
    expect(await reasonOf(reply)).toBe('timeout');
    await ledger.release('r');
    hold.release();
    await settled();
    expect(await ledger.budgets(['c'])).toEqual([{ spent: 0, held: 0 }]);
    await ledger.settle('r', [{ ...claim, amount: 3 }]);
    expect(await ledger.budgets(['c'])).toEqual([{ spent: 3, held: 0 }]);
  });

  it('is not there when the store has none', () => {
    const { ledger: _ledger, ...bare } = memoryStoreOn(testClock());
    const deps = { clock: testClock(), onState: () => {}, onFailure: () => {}, random: () => 0 };
    expect('ledger' in guardedStore(bare, deps)).toBe(false);
  });
});
