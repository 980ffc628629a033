import { expect, it } from 'vitest';
import { parseOptions } from '../base/parse-options.ts';
import { testClock } from '../base/test-clock.ts';
import { memoryLedger } from '../stores/memory-ledger.ts';
import type { Applied } from './budget-applied.ts';
import { wholeUnits } from './budget-bound.ts';
import type { BudgetOptions } from './budget-options.ts';
import { budgetsSchema } from './budget-schema.ts';
import { budgetStandings } from './budget-standings.ts';
import { counterName, periods } from './budget-windows.ts';

function setUp(given: readonly BudgetOptions[], maxKnown?: number) {
  const clock = testClock();
  const ledger = memoryLedger(clock);
  const budgets = parseOptions(budgetsSchema(), given, 'budgets');
  const standings = budgetStandings({ budgets, ledger, clock, ...(maxKnown && { maxKnown }) });
  let calls = 0;
  /** A call that a budget was applied for; it is held, and settled if `spent` is given. */
  const use = async (
    which: number,
    scope: string | undefined,
    held: number,
    spent?: number,
  ): Promise<void> => {
    const budget = budgets[which]!;
    const { name, expiresAt, resetsAt } = periods(budget.span)(clock.now());
    const counter = counterName(budget, scope, name);
    const limit = wholeUnits(budget.unit, budget.limit as number);
    standings.remember([
      { budget, scope, limit, counter, also: [], expiresAt, resetsAt } as unknown as Applied,
    ]);
    const id = `call ${calls++}`;
    const whole = (amount: number) => wholeUnits(budget.unit, amount);
    await ledger.reserve(id, [{ counter, limit: 1e15, amount: whole(held), expiresAt }], 60_000);
    if (spent !== undefined) await ledger.settle(id, [{ counter, amount: whole(spent), expiresAt }]);
  };
  return { clock, standings, use };
}

it('tells what is spent and held, of totals before anybody has spent anything, the most used first', async () => {
  const { standings, use, clock } = setUp([
    { per: 'total', limitUsd: 10, window: 'day' },
    { per: 'user', limitCalls: 4, window: 'hour', name: 'calls' },
  ]);
  expect(await standings.read()).toMatchObject([
    { budget: 'total-usd-day', per: 'total', unit: 'usd', limit: 10, spent: 0, held: 0 },
  ]);
  await use(0, undefined, 1, 0.25);
  await use(0, undefined, 0.5);
  await use(1, 'ann', 1, 1);
  await use(1, 'ben', 1);
  await use(1, 'ben', 1, 1);
  const [first, ...others] = await standings.read();
  expect(first).toEqual({
    budget: 'calls',
    per: 'user',
    scope: 'ben',
    unit: 'calls',
    limit: 4,
    spent: 1,
    held: 1,
    resetsAt: expect.any(Number) as number,
    alerts: [0.5, 0.8, 1],
  });
  expect(first?.resetsAt).toBeGreaterThan(clock.now());
  expect(others).toMatchObject([
    { scope: 'ann', spent: 1, held: 0 },
    { budget: 'total-usd-day', spent: 0.25, held: 0.5 },
  ]);
});

it('begins anew with the window, and adds up the parts of one that rolls', async () => {
  const { standings, use, clock } = setUp([
    { per: 'total', limitCalls: 4, window: 'minute', name: 'fixed' },
    { per: 'total', limitCalls: 4, window: '12m', name: 'rolling' },
  ]);
  for (const which of [0, 1]) await use(which, undefined, 1, 1);
  clock.advance(60_000);
  await use(1, undefined, 1, 2);
  expect(await standings.read()).toMatchObject([
    { budget: 'rolling', spent: 3 },
    { budget: 'fixed', spent: 0 },
  ]);
  clock.advance(30 * 60_000);
  expect((await standings.read()).map(({ spent }) => spent)).toEqual([0, 0]);
});

it('knows a bounded number of those it was applied for, the last ones', async () => {
  const { standings, use } = setUp([{ per: 'user', limitCalls: 4, window: 'day' }], 3);
  for (const user of ['a', 'b', 'c', 'a', 'd']) await use(0, user, 1, 1);
  expect((await standings.read()).map(({ scope }) => scope).toSorted()).toEqual(['a', 'c', 'd']);
});
