import type { Clock, Ledger } from 'mastra-perf';
import { sweepWhenWritten, type SweepDeps } from '../sweep-when-written.ts';
import { budgetSweep, usageSweep } from './ledger-sweep.ts';
import type { LedgerTables } from './ledger-tables.ts';
import { pgBudgets } from './pg-budgets.ts';
import { pgUsage } from './pg-usage.ts';

export interface PgLedgerDeps extends SweepDeps {
  readonly now: Clock['now'];
}

export interface PgLedger {
  readonly ledger: Ledger;
  /** No sweep begins after it. */
  stop(): void;
}

export function pgLedger(deps: PgLedgerDeps, tables: LedgerTables): PgLedger {
  const usage = sweepWhenWritten(deps, usageSweep(tables));
  const budgets = sweepWhenWritten(deps, budgetSweep(tables));
  return {
    ledger: {
      ...pgUsage({ ...deps, sweep: usage }, tables),
      ...pgBudgets({ ...deps, sweep: budgets }, tables),
    },
    stop() {
      usage.stop();
      budgets.stop();
    },
  };
}
