import type { BudgetCharge } from '../stores/ledger.ts';
import type { Applied } from './budget-applied.ts';
import { counterName, type BudgetSpan } from './budget-windows.ts';

/* What is spent of a budget per hour of UTC, where it is told when that is unusual: a counter for each hour. */

const HOUR_MS = 3_600_000;
/** Hours that the present one is compared with: seven days. */
const COMPARED = 168;
const HOURS_OF_A_DAY = 24;
/** Fewer hours in which something was spent say nothing of the next one. */
const LEAST_HOURS = 6;
/** Clocks may go wrong by so much. */
const AFTER_MS = HOUR_MS;
/** An hour that spends less than this part of its share of the limit is not worth a word. */
const LEAST_SHARE = 0.1;

/** The hour that a call falls into, of one budget and of whom it is for. */
export interface BudgetHour {
  readonly counter: string;
  readonly expiresAt: number;
  /** Names what happens once in this hour. */
  once(): string;
  /** The counters of the hours before it, the latest first. */
  before(): readonly string[];
}

export function hourOf({ budget, scope, begunAt }: Applied): BudgetHour {
  const hour = Math.floor(begunAt / HOUR_MS);
  const nameOf = (kind: string, at: number): string =>
    counterName(budget, scope, `${kind} ${new Date(at * HOUR_MS).toISOString().slice(0, 13)}`);
  return {
    counter: nameOf('spent in', hour),
    expiresAt: (hour + 1 + COMPARED) * HOUR_MS + AFTER_MS,
    once: () => nameOf('unusual', hour),
    before: () => Array.from({ length: COMPARED }, (_, index) => nameOf('spent in', hour - 1 - index)),
  };
}

/** What the hours are charged beside the budgets themselves; `charges` are those of the claims, in their order. */
export function hourCharges(
  claims: ReadonlyArray<{ readonly applied: Applied }>,
  charges: readonly BudgetCharge[],
): readonly BudgetCharge[] {
  return claims.flatMap(({ applied }, index) => {
    const amount = charges[index]?.amount ?? 0;
    if (applied.budget.alertAtTimesUsual === undefined || amount === 0) return [];
    const { counter, expiresAt } = hourOf(applied);
    return [{ counter, expiresAt, amount }];
  });
}

/**
 * The mean of the hours in which something was spent, so that nights do not make mornings unusual; `spent` has the latest
 * first. `undefined` before a day has passed, and of too few hours.
 */
export function usualHour(spent: readonly number[]): number | undefined {
  const used = spent.filter((amount) => amount > 0);
  const age = spent.findLastIndex((amount) => amount > 0) + 1;
  if (age < HOURS_OF_A_DAY || used.length < LEAST_HOURS) return undefined;
  return used.reduce((sum, amount) => sum + amount, 0) / used.length;
}

/** Less is told of no hour: a tenth of what it has of the limit when that is spread evenly over its window. */
export const leastHour = ({ limit, budget }: Applied): number => (limit / hoursIn(budget.span)) * LEAST_SHARE;

const HOURS_IN = { minute: 1, hour: 1, day: 24, week: 168, month: 720 } as const;
const hoursIn = (span: BudgetSpan): number =>
  'ms' in span ? Math.max(1, span.ms / HOUR_MS) : HOURS_IN[span.unit];
