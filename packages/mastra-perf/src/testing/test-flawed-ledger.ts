import type { Ledger } from '../stores/ledger.ts';
import { BUDGET_FLAWS, flawedBudgets } from './test-flawed-budgets.ts';
import { flawedUsage, USAGE_FLAWS } from './test-flawed-usage.ts';

/* Imported only by tests. */

export const LEDGER_FLAWS = [...USAGE_FLAWS, ...BUDGET_FLAWS] as const;

export type LedgerFlaw = (typeof LEDGER_FLAWS)[number];

/** Makes views of one place. */
export function flawedLedger(flaw: string | undefined, now: () => number): () => Ledger {
  const [usage, budgets] = [flawedUsage(flaw), flawedBudgets(flaw, now)];
  return () => ({ ...usage(), ...budgets() });
}
