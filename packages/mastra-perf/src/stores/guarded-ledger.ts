import { isObject } from '../base/record.ts';
import type { BudgetAnswer, BudgetState, Ledger, LedgerRow } from './ledger.ts';
import type { StoreGuard } from './store-guard.ts';

const WRITE_MS = 5_000;
const RESERVE_MS = 10_000;
const REPORT_MS = 2_000;

const beside = { breaker: 'ignores' } as const;

/**
 * None of this is like a look-up in a cache, which is not worth waiting for: an entry must be recorded, and a limit be asked, also of
 * a store that is too slow for answers. So the breaker, which calls open that wait for those, has no part in it. How long a call waits
 * for a reservation is the budgets' to say; who records or settles tries again, ever more seldom.
 */
export function guardedLedger(ledger: Ledger, guard: StoreGuard): Ledger {
  return {
    record: (entries) => guard.run('record', WRITE_MS, () => ledger.record(entries), beside),
    report: (query) =>
      guard.run('report', REPORT_MS, () => ledger.report(query), {
        accepts: isListOf(isRow),
        // A year of a million users takes its time: that says nothing about a store that calls wait for.
        breaker: 'heeds',
      }),
    reserve: (id, claims, holdMs) =>
      guard.run('reserve', RESERVE_MS, () => ledger.reserve(id, claims, holdMs), {
        ...beside,
        accepts: isAnswer(claims.length),
      }),
    extend: (ids, holdMs) => guard.run('extend', WRITE_MS, () => ledger.extend(ids, holdMs), beside),
    settle: (id, charges) => guard.run('settle', WRITE_MS, () => ledger.settle(id, charges), beside),
    release: (id) => guard.run('releaseHold', WRITE_MS, () => ledger.release(id), beside),
    budgets: (counters) =>
      guard.run('budgets', WRITE_MS, () => ledger.budgets(counters), {
        ...beside,
        accepts: isListOf(isState, counters.length),
      }),
  };
}

const isListOf =
  <T>(isOne: (value: Partial<T> | undefined | null) => boolean, length?: number) =>
  (reply: readonly T[] | undefined): boolean =>
    Array.isArray(reply) && (length === undefined || reply.length === length) && reply.every(isOne);

const isRow = (row: Partial<LedgerRow> | undefined | null): boolean =>
  isObject(row?.group) && isObject(row?.counts);
const isState = (state: Partial<BudgetState> | undefined | null): boolean =>
  Number.isFinite(state?.spent) && Number.isFinite(state?.held);
/** An answer that cannot be read must never let a call pass. */
const isAnswer =
  (claims: number) =>
  (reply: BudgetAnswer | undefined): boolean =>
    typeof reply?.granted === 'boolean' && isListOf(isState, claims)(reply.states);
