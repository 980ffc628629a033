import type { PerfEvents } from '../events.ts';
import type { Applied } from './budget-applied.ts';
import { shownUnits } from './budget-bound.ts';
import {
  BudgetExceededError,
  type BudgetExceededDetails,
  type BudgetRefusal,
} from './budget-exceeded-error.ts';
import type { Budget } from './budget-schema.ts';

export type TellBudget = (event: PerfEvents['budget']) => void;

type Amounts = Partial<Pick<BudgetExceededDetails, 'limit' | 'spent' | 'held' | 'needed' | 'resetsAt'>>;

/** The error of a call that a budget refuses. */
export function refusal(
  { name, per, unit }: Budget,
  reason: BudgetRefusal,
  scope?: string,
  amounts: Amounts = {},
  cause?: unknown,
): BudgetExceededError {
  const details = {
    reason,
    budget: name,
    per: typeof per === 'string' ? per : per.label,
    unit,
    ...(scope !== undefined && { scope }),
    ...amounts,
  };
  return new BudgetExceededError(details, cause === undefined ? {} : { cause });
}

/** The same where the budget is known to apply; amounts are whole units of the ledger. */
export function refused(
  { budget, scope, limit, resetsAt }: Applied,
  reason: BudgetRefusal,
  amounts?: { readonly spent: number; readonly held: number; readonly needed: number },
  cause?: unknown,
): BudgetExceededError {
  const shown = (whole: number): number => shownUnits(budget.unit, whole);
  const details = {
    limit: shown(limit),
    resetsAt,
    ...(amounts && {
      spent: shown(amounts.spent),
      held: shown(amounts.held),
      needed: shown(amounts.needed),
    }),
  };
  return refusal(budget, reason, scope, details, cause);
}

/** What events say of a budget that applies. */
export const toldOf = ({ budget, scope, limit, resetsAt }: Applied) => ({
  budget: budget.name,
  ...(scope !== undefined && { scope }),
  unit: budget.unit,
  limit: shownUnits(budget.unit, limit),
  resetsAt,
});

/** The same of alerts, which are sent as JSON. */
export const alertOf = (applied: Applied, id: string, now: number) => ({
  id,
  ...toldOf(applied),
  resetsAt: new Date(applied.resetsAt).toISOString(),
  at: new Date(now).toISOString(),
});
