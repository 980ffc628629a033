import { testClock, type TestClock } from '../base/test-clock.ts';
import { readAll } from '../pipeline/collect.ts';
import { replyOf, testModel } from '../pipeline/test-calls.ts';
import type { Ledger } from '../stores/ledger.ts';
import type { BudgetOptions } from './budget-options.ts';
import { billed, type Guarded } from './test-budgets.ts';

/*
 * Hours of calls behind a guard, for tests. Imported only by tests.
 */

export const HOUR_MS = 3_600_000;
export const model = testModel(() => replyOf(billed(1000, 100))); // 0.002 dollars
export const budget: BudgetOptions = {
  per: 'resource',
  limitUsd: 1,
  window: 'day',
  alerts: [],
  alertAtTimesUsual: 3,
};

export const ask = async (guard: Guarded, calls = 1, resource = 'ann'): Promise<void> => {
  for (let call = 0; call < calls; call++) {
    await guard
      .ask(model, { caller: { resource }, request: { maxOutputTokens: 100 } })
      .then(readAll, () => undefined);
    await guard.flush();
  }
};

/** So many calls in each of so many hours, and on to the next hour. */
export const pass = async (
  guard: Guarded,
  hours: number,
  calls: number,
  resource?: string,
): Promise<void> => {
  for (let hour = 0; hour < hours; hour++) {
    await ask(guard, calls, resource);
    guard.clock.advance(HOUR_MS);
  }
};

export const told = (...guards: Guarded[]) =>
  guards.flatMap(({ events }) => events.filter(({ kind }) => kind === 'burn-rate'));

/** A ledger that tells how many counters it was asked for, and charged. */
export function watchedLedger(makeLedger: (clock: TestClock) => Ledger) {
  const clock = testClock();
  const inner = makeLedger(clock);
  const reads: number[] = [];
  const charges: number[] = [];
  const ledger: Ledger = {
    ...inner,
    budgets: (counters) => (reads.push(counters.length), inner.budgets(counters)),
    settle: (id, list) => (charges.push(list.length), inner.settle(id, list)),
  };
  return { clock, ledger, reads, charges };
}
