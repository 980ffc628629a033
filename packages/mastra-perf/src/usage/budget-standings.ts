import type { Clock } from '../base/clock.ts';
import type { Ledger } from '../stores/ledger.ts';
import type { Applied } from './budget-applied.ts';
import { shownUnits, wholeUnits } from './budget-bound.ts';
import type { BudgetUnit } from './budget-options.ts';
import type { Budget } from './budget-schema.ts';
import { counterName, periods } from './budget-windows.ts';

/** How far a budget is used. Amounts are in its unit. Plain JSON. */
export interface BudgetStanding {
  readonly budget: string;
  /** `'total'`, `'resource'`, … or the name of a label. */
  readonly per: string;
  /** Whose it is; absent of the total, and of calls without an identity. */
  readonly scope?: string;
  readonly unit: BudgetUnit;
  readonly limit: number;
  readonly spent: number;
  /** Reserved by calls that are under way. */
  readonly held: number;
  /** Milliseconds since the epoch. */
  readonly resetsAt: number;
  /** The shares of the limit that are told of. */
  readonly alerts: readonly number[];
}

export interface BudgetStandings {
  /** Takes note of whom a budget has been applied for. */
  remember<T extends readonly Applied[]>(applied: T): T;
  /**
   * Of the totals and of those whom this process has applied a budget for lately, the most used first.
   *
   * @throws Error when the ledger is away.
   */
  read(): Promise<readonly BudgetStanding[]>;
}

export interface BudgetStandingsDeps {
  readonly budgets: readonly Budget[];
  readonly ledger: Pick<Ledger, 'budgets'>;
  readonly clock: Clock;
  /** @default 200 */
  readonly maxKnown?: number;
}

interface Known {
  readonly budget: Budget;
  readonly scope: string | undefined;
  readonly limit: number;
}

/** Beyond it, whose budget was applied longest ago is forgotten: a ledger can be asked for a counter, not for all of them. */
const MAX_KNOWN = 200;

export function budgetStandings(deps: BudgetStandingsDeps): BudgetStandings {
  const { budgets, ledger, clock, maxKnown = MAX_KNOWN } = deps;
  const periodOf = new Map(budgets.map((budget) => [budget, periods(budget.span)]));
  const known = new Map<string, Known>();
  const keyOf = (budget: Budget, scope: string | undefined): string => `${budget.name}\n${scope ?? ''}`;
  /** They are there before the first call. */
  const totals: Known[] = budgets.flatMap((budget) =>
    budget.per === 'total' && typeof budget.limit === 'number' && budget.limit !== Infinity
      ? [{ budget, scope: undefined, limit: wholeUnits(budget.unit, budget.limit) }]
      : [],
  );

  return {
    remember(applied) {
      for (const { budget, scope, limit } of applied) {
        const key = keyOf(budget, scope);
        known.delete(key); // so that it stands last
        known.set(key, { budget, scope, limit });
        if (known.size > maxKnown) known.delete(known.keys().next().value ?? '');
      }
      return applied;
    },
    async read() {
      const all = new Map([...totals.map((one) => [keyOf(one.budget, one.scope), one] as const), ...known]);
      const now = clock.now();
      const asked = [...all.values()].flatMap((one) => {
        const period = periodOf.get(one.budget)?.(now);
        return period ? [{ ...one, period }] : [];
      });
      const counters = asked.map(({ budget, scope, period }) =>
        [period.name, ...period.others].map((name) => counterName(budget, scope, name)),
      );
      const states = await ledger.budgets(counters.flat());
      let at = 0;
      const standings = asked.map(({ budget, scope, limit, period }, index): BudgetStanding => {
        const own = states.slice(at, (at += counters[index]?.length ?? 0));
        const shown = (of: 'spent' | 'held'): number =>
          shownUnits(
            budget.unit,
            own.reduce((sum, state) => sum + state[of], 0),
          );
        return {
          budget: budget.name,
          per: typeof budget.per === 'string' ? budget.per : budget.per.label,
          ...(scope !== undefined && { scope }),
          unit: budget.unit,
          limit: shownUnits(budget.unit, limit),
          spent: shown('spent'),
          held: shown('held'),
          resetsAt: period.resetsAt,
          alerts: budget.alerts,
        };
      });
      return standings.toSorted((a, b) => shareOf(b) - shareOf(a));
    },
  };
}

const shareOf = ({ spent, held, limit }: BudgetStanding): number =>
  limit > 0 ? (spent + held) / limit : spent + held > 0 ? Infinity : 0;
