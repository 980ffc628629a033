import type { BudgetAnswer, BudgetState, Ledger, LedgerRow } from './ledger.ts';
import type { StoreGuard } from './store-guard.ts';

const WRITE_MS = 1_000;
const REPORT_MS = 2_000;

const beside = { breaker: 'ignores' } as const;

/**
 * What a call waits for has the time of a read; what is written after it, that of a write. Nobody waits for that, and whoever has it
 * written tries again, ever more seldom: a store that is too slow to be waited for still gets it.
 */
export function guardedLedger(ledger: Ledger, guard: StoreGuard, readMs: number): Ledger {
  return {
    record: (entries) => guard.run('record', WRITE_MS, () => ledger.record(entries), beside),
    report: (query) =>
      guard.run('report', REPORT_MS, () => ledger.report(query), {
        accepts: isListOf(isRow),
        // A year of a million users takes its time: that says nothing about a store that calls wait for.
        breaker: 'heeds',
      }),
    reserve: (id, claims, holdMs) =>
      guard.run('reserve', readMs, () => ledger.reserve(id, claims, holdMs), {
        accepts: isAnswer(claims.length),
      }),
    extend: (ids, holdMs) => guard.run('extend', WRITE_MS, () => ledger.extend(ids, holdMs), beside),
    settle: (id, charges) => guard.run('settle', WRITE_MS, () => ledger.settle(id, charges), beside),
    release: (id) => guard.run('releaseHold', WRITE_MS, () => ledger.release(id), beside),
    budgets: (counters) =>
      guard.run('budgets', readMs, () => ledger.budgets(counters), {
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
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
