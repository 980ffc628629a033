import { describe, expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { readAll } from '../pipeline/collect.ts';
import { replyOf, testModel, textFrom } from '../pipeline/test-calls.ts';
import { memoryLedger } from '../stores/memory-ledger.ts';
import type { Ledger } from '../stores/ledger.ts';
import type { BudgetOptions } from './budget-options.ts';
import { billed, guardsOn } from './test-budgets.ts';

const guarded = guardsOn(memoryLedger);

const COUNTER = '["total-calls-day","total","day 2025-06-15"]';
const budget = (options: Partial<BudgetOptions> = {}): BudgetOptions => ({
  per: 'total',
  limitCalls: 2,
  window: 'day',
  alerts: [],
  ...options,
});
const model = () => testModel(() => replyOf(billed(1, 1)));

/** A ledger that can be away: its operations fail, or do what they should and never answer. */
function shaky() {
  const clock = testClock();
  const inner = memoryLedger(clock);
  const state = { mode: 'up' as 'up' | 'failing' | 'silent', settles: 0 };
  const through = async <T>(work: () => Promise<T>): Promise<T> => {
    if (state.mode === 'failing') throw new Error('away');
    const value = await work();
    return state.mode === 'silent' ? new Promise<T>(() => undefined) : value;
  };
  const ledger: Ledger = {
    ...inner,
    reserve: (...args) => through(() => inner.reserve(...args)),
    settle: (...args) => (state.settles++, through(() => inner.settle(...args))),
    release: (...args) => through(() => inner.release(...args)),
  };
  return { clock, inner, ledger, state };
}

/** Moves time on until something has come of it. */
async function after<T>(clock: ReturnType<typeof testClock>, result: Promise<T>): Promise<T> {
  const state = { over: false };
  const end = (): void => void (state.over = true);
  result.then(end, end);
  for (let turn = 0; turn < 1000 && !state.over; turn++) {
    await settled();
    clock.advance(50);
  }
  return result;
}

describe('when the ledger is away', () => {
  it.each(['failing', 'silent'] as const)(
    'calls go on, and are charged once it is back (%s)',
    async (mode) => {
      const check = watchUnhandled();
      const { clock, inner, ledger, state } = shaky();
      const guard = guarded([budget()], { clock, ledger });
      state.mode = mode;
      const begun = clock.now();
      for (let calls = 0; calls < 5; calls++) await readAll(await after(clock, guard.ask(model())));
      expect(clock.now() - begun).toBeLessThan(5 * 600);
      await after(clock, guard.flush());
      expect(guard.isPending()).toBe(true);
      expect(guard.kinds().filter((kind) => kind === 'unavailable:allow')).toHaveLength(5);
      if (mode === 'failing') expect(await inner.budgets([COUNTER])).toEqual([{ spent: 0, held: 0 }]);
      state.mode = 'up';
      for (let turn = 0; turn < 100; turn++) {
        clock.advance(500);
        await settled();
      }
      expect(await inner.budgets([COUNTER])).toEqual([{ spent: 5, held: 0 }]);
      expect(guard.isPending()).toBe(false);
      const brought = guard.events.filter(({ kind }) => kind === 'reconciled');
      expect(brought.reduce((sum, { count }) => sum + count!, 0)).toBe(5);
      await expect(guard.ask(model())).rejects.toMatchObject({ reason: 'exceeded', spent: 5 });
      await check();
    },
  );

  it('waits no longer than its time, and repeats with growing pauses', async () => {
    const { clock, ledger, state } = shaky();
    const guard = guarded([budget()], { clock, ledger, timeoutMs: 100 });
    state.mode = 'silent';
    let done = false;
    const asked = guard.ask(model()).finally(() => (done = true));
    await settled();
    clock.advance(99);
    await settled();
    expect(done).toBe(false);
    clock.advance(1);
    await readAll(await asked);
    for (let second = 0; second < 600; second++) {
      clock.advance(1000);
      await settled();
    }
    expect(state.settles).toBeGreaterThan(8);
    expect(state.settles).toBeLessThan(35);
    guard.stop();
    const before = state.settles;
    clock.advance(600_000);
    await settled();
    expect(state.settles - before).toBeLessThanOrEqual(1);
    expect(clock.timers()).toBe(0);
  });

  it("refuses with onUnavailable: 'block', and gives back what was reserved without a word", async () => {
    const { clock, inner, ledger, state } = shaky();
    const guard = guarded([budget({ onUnavailable: 'block' })], { clock, ledger });
    state.mode = 'silent';
    const refused = model();
    await expect(after(clock, guard.ask(refused))).rejects.toMatchObject({
      code: 'MASTRA_PERF_BUDGET_EXCEEDED',
      reason: 'unavailable',
      budget: 'total-calls-day',
    });
    expect(refused.asked).toHaveLength(0);
    state.mode = 'up';
    await after(clock, guard.flush());
    expect(await inner.budgets([COUNTER])).toEqual([{ spent: 0, held: 0 }]);
    expect(await textFrom(guard.ask(model()))).toBe('hello');
  });

  it('lets one budget of several decide to refuse', async () => {
    const { clock, ledger, state } = shaky();
    const strict = budget({ name: 'strict', per: 'agent', onUnavailable: 'block' });
    const guard = guarded([budget(), strict], { clock, ledger });
    state.mode = 'failing';
    await expect(after(clock, guard.ask(model()))).rejects.toMatchObject({
      reason: 'unavailable',
      budget: 'strict',
      scope: 'support',
    });
  });

  it('takes an answer that is none for no answer', async () => {
    const { clock, inner } = shaky();
    const odd = { ...inner, reserve: async () => ({ granted: false, refused: 'over', states: [] }) as const };
    const guard = guarded([budget({ onUnavailable: 'block' })], { clock, ledger: odd });
    await expect(guard.ask(model())).rejects.toMatchObject({ reason: 'unavailable' });
  });
});

describe('a limit that cannot be told', () => {
  const wrong: Array<[string, NonNullable<BudgetOptions['limitCalls']>]> = [
    ['fails', () => Promise.reject(new Error('no database'))],
    [
      'throws',
      () => {
        throw new Error('no database');
      },
    ],
    ['is negative', () => -1],
    ['is not a number', () => Number.NaN],
    ['is a text', () => '5' as never],
    ['is huge', () => 1e300],
    ['never comes', () => new Promise<number>(() => undefined)],
  ];

  it.each(wrong)(
    'lets the call pass, uncounted by that budget, and is told of, where it %s',
    async (_what, limitCalls) => {
      const { clock, inner } = shaky();
      const guard = guarded([budget({ limitCalls }), budget({ name: 'other' })], { clock, ledger: inner });
      await readAll(await after(clock, guard.ask(model())));
      await guard.flush();
      expect(guard.kinds()).toEqual(['unavailable:allow']);
      expect(await inner.budgets(['["other","total","day 2025-06-15"]'])).toEqual([{ spent: 1, held: 0 }]);
    },
  );

  it.each(wrong)("refuses with onUnavailable: 'block', where it %s", async (_what, limitCalls) => {
    const { clock, inner } = shaky();
    const guard = guarded([budget({ limitCalls, onUnavailable: 'block' })], { clock, ledger: inner });
    await expect(after(clock, guard.ask(model()))).rejects.toMatchObject({ reason: 'unavailable' });
  });
});

describe('what fails in the guard itself', () => {
  const broken = {
    countInput: () => {
      throw new Error('no tokenizer');
    },
  };

  it('is left out of the call', async () => {
    const guard = guarded([budget()], broken);
    expect(await textFrom(guard.ask(model()))).toBe('hello');
    expect(guard.faults).toEqual([new Error('no tokenizer')]);
  });

  it('refuses it where a budget must not be left out', async () => {
    const guard = guarded([budget({ onUnavailable: 'block' })], broken);
    const refused = model();
    await expect(guard.ask(refused)).rejects.toMatchObject({ reason: 'unavailable' });
    expect(refused.asked).toHaveLength(0);
  });
});

it('a process that dies leaves its reservation for two minutes, and nobody else is charged', async () => {
  const { clock, inner } = shaky();
  const dead = guarded([budget()], {
    clock,
    ledger: { ...inner, settle: () => new Promise(() => undefined) },
  });
  await dead.ask(model());
  await dead.ask(model());
  dead.stop();
  const alive = guarded([budget()], { clock, ledger: inner });
  await expect(alive.ask(model())).rejects.toMatchObject({ spent: 0, held: 2 });
  clock.advance(119_999);
  await expect(alive.ask(model())).rejects.toMatchObject({ held: 2 });
  clock.advance(1000); // a refusal is remembered for a moment

  expect(await textFrom(alive.ask(model()))).toBe('hello');
});

it('gives up only what is too much to remember, and tells', async () => {
  const { clock, ledger, state } = shaky();
  const guard = guarded([budget({ limitCalls: 1e6 })], { clock, ledger });
  state.mode = 'failing';
  const many = model();
  // The first one finds out that the ledger is away; from then on one at a time does.
  const probing = Array.from({ length: 2 }, () => guard.ask(many));
  await after(clock, probing[0]!);
  const probe = guard.ask(many);
  for (let calls = 0; calls < 10_008; calls++) await readAll(await guard.ask(many));
  for (const call of [...probing, probe]) await readAll(await after(clock, call));
  expect(guard.events.filter(({ kind }) => kind === 'lost')).toHaveLength(11);
});
