import { PerfError } from '../errors.ts';
import type { BudgetUnit } from './budget-options.ts';

/**
 * Why a call was refused: it does not fit into what is left; its ledger or its limit cannot be asked; nobody knows whose call
 * it is; or nobody knows what it costs.
 */
export type BudgetRefusal = 'exceeded' | 'unavailable' | 'identity' | 'unpriced';

export interface BudgetExceededDetails {
  readonly reason: BudgetRefusal;
  readonly budget: string;
  /** What the budget is for each of: `'resource'`, or the name of a label. */
  readonly per: string;
  /** Whose it is: absent of the total and where it is not known. */
  readonly scope?: string;
  readonly unit: BudgetUnit;
  /** In the unit. Absent where it could not be asked, as are the others. */
  readonly limit?: number;
  readonly spent?: number;
  /** Reserved by calls under way: a part of it comes free when they end. */
  readonly held?: number;
  /** What this call could have cost. */
  readonly needed?: number;
  /** Milliseconds since the epoch. Of a rolling window the earliest moment at which something is free again. */
  readonly resetsAt?: number;
}

/**
 * A budget refused a call; the model was not asked. It is not retryable: trying again at once would be refused at once.
 */
export class BudgetExceededError extends PerfError implements BudgetExceededDetails {
  declare readonly reason: BudgetRefusal;
  declare readonly budget: string;
  declare readonly per: string;
  declare readonly scope?: string;
  declare readonly unit: BudgetUnit;
  declare readonly limit?: number;
  declare readonly spent?: number;
  declare readonly held?: number;
  declare readonly needed?: number;
  declare readonly resetsAt?: number;

  constructor(details: BudgetExceededDetails, options?: { cause?: unknown }) {
    super('MASTRA_PERF_BUDGET_EXCEEDED', messageOf(details), options);
    this.name = 'BudgetExceededError';
    Object.assign(this, details);
  }
}

function messageOf(details: BudgetExceededDetails): string {
  const { reason, budget, per, scope, unit, limit, spent = 0, held = 0, needed = 0, resetsAt } = details;
  const whose = scope === undefined ? '' : ` of ${per} ${JSON.stringify(scope.slice(0, 80))}`;
  const name = `budget "${budget}"${whose}`;
  if (reason === 'identity') return `${name}: the call has no ${per}, and onMissingIdentity is 'block'`;
  if (reason === 'unpriced') return `${name}: the model has no price, and onUnknownPrice is 'block'`;
  if (reason === 'unavailable') return `${name}: it could not be asked, and onUnavailable is 'block'`;
  const amounts = `${inUnit(spent, unit)} of ${inUnit(limit ?? 0, unit)} are spent, ${inUnit(held, unit)} held by calls under way`;
  const reset = resetsAt === undefined ? '' : `; it resets at ${new Date(resetsAt).toISOString()}`;
  return `${name}: ${amounts}, and this call may need ${inUnit(needed, unit)}${reset}`;
}

const inUnit = (amount: number, unit: BudgetUnit): string =>
  unit === 'usd' ? `$${Number(amount.toFixed(9))}` : `${amount} ${unit}`;
