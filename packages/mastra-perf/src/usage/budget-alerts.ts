import { LRUCache } from 'lru-cache';
import type { Ledger } from '../stores/ledger.ts';
import { budgetAnnouncer, type AnnouncerDeps } from './budget-announcer.ts';
import type { Applied } from './budget-applied.ts';
import { shownUnits } from './budget-bound.ts';
import { burnRate } from './budget-burn-rate.ts';

export interface AlertDeps extends AnnouncerDeps {
  readonly ledger: Pick<Ledger, 'reserve' | 'settle' | 'budgets'>;
}

export interface BudgetAlerts {
  /** Looks whether a threshold is passed; beside the call. `spent` is in whole units, and at least so much is spent. */
  check(applied: Applied, spent: number): void;
  /** A call has cost so much: looks whether its hour is an unusual one, beside the call. */
  charged(applied: Applied, amount: number): void;
  /** A call did not fit: the limit counts as reached, although what is left of it may never be spent. */
  exceeded(applied: Applied, spent: number): void;
  /** Resolves when what was found so far was told, or could not be. */
  flush(): Promise<void>;
}

const MAX_REMEMBERED = 10_000;

/**
 * Tells of thresholds once in a window, and of unusual hours once in the hour, by one of all processes that share the ledger.
 * A higher threshold that is passed at once tells alone.
 */
export function budgetAlerts(deps: AlertDeps): BudgetAlerts {
  const announcer = budgetAnnouncer(deps);
  /** The highest threshold of a window that this process knows to be told, by whomever. */
  const known = new LRUCache<string, number>({ max: MAX_REMEMBERED });

  const announce = (applied: Applied, threshold: number, whole: number): Promise<void> => {
    const { once, expiresAt, budget } = applied;
    const facts = { threshold, spent: shownUnits(budget.unit, whole) };
    return announcer.once(applied, `${once} ${threshold}`, expiresAt, (about) => ({
      event: { kind: 'threshold', ...about.event, ...facts },
      alert: { type: 'budget.threshold', ...about.alert, ...facts },
    }));
  };

  const reach = (applied: Applied, spent: number, threshold: number | undefined): void => {
    const { once } = applied;
    const before = known.get(once) ?? 0;
    if (threshold === undefined || threshold <= before) return;
    known.set(once, threshold);
    announcer.beside(
      () => announce(applied, threshold, spent),
      () => {
        if (known.get(once) === threshold) known.set(once, before); // the next call tries again
      },
    );
  };

  return {
    check(applied, spent) {
      const { limit, budget } = applied;
      if (limit === 0) return;
      reach(
        applied,
        spent,
        budget.alerts.findLast((share) => spent >= share * limit),
      );
    },
    charged: burnRate({ ...deps, announcer }),
    exceeded(applied, spent) {
      const share = applied.budget.alerts.findLast((one) => one <= 1);
      if (share === 1) reach(applied, spent, share);
    },
    flush: announcer.flush,
  };
}
