import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import type { Ledger } from '../stores/ledger.ts';
import type { Applied } from './budget-applied.ts';
import { shownUnits } from './budget-bound.ts';
import type { BudgetAlert, BudgetAlertTargets } from './budget-options.ts';
import { toldOf, type TellBudget } from './budget-told.ts';
import type { BudgetWebhook } from './budget-webhook.ts';

export interface AlertDeps {
  readonly ledger: Pick<Ledger, 'reserve' | 'settle'>;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly timeoutMs: number;
  readonly onAlert: BudgetAlertTargets['onAlert'];
  readonly webhook: BudgetWebhook | undefined;
  readonly tell: TellBudget;
  readonly fault: (where: string, error: unknown) => void;
}

export interface BudgetAlerts {
  /** Looks whether a threshold is passed; beside the call. `spent` is in whole units, and at least so much is spent. */
  check(applied: Applied, spent: number): void;
  /** A call did not fit: the limit counts as reached, although what is left of it may never be spent. */
  exceeded(applied: Applied, spent: number): void;
  /** Resolves when what was found so far was told, or could not be. */
  flush(): Promise<void>;
}

const MAX_REMEMBERED = 10_000;
/** A process that ends between its claim and its word leaves the alert to another after this. */
const CLAIM_MS = 60_000;

/**
 * Tells of thresholds once in a window, by one of all processes that share the ledger: whoever reserves the one unit of a
 * counter that stands for the threshold. A higher threshold that is passed at once tells alone.
 */
export function budgetAlerts(deps: AlertDeps): BudgetAlerts {
  const { ledger, clock, newId, timeoutMs, onAlert, webhook, tell, fault } = deps;
  /** The highest threshold of a window that this process knows to be told, by whomever. */
  const known = new LRUCache<string, number>({ max: MAX_REMEMBERED });
  const underWay = new Set<Promise<void>>();

  /** @throws when the ledger is away. */
  const isOurs = async (name: string, expiresAt: number): Promise<boolean> => {
    const id = newId();
    const claim = { counter: name, limit: 1, amount: 1, expiresAt };
    const { granted } = await withDeadline(clock, timeoutMs, () => ledger.reserve(id, [claim], CLAIM_MS));
    if (granted) await withDeadline(clock, timeoutMs, () => ledger.settle(id, [claim]));
    return granted;
  };

  const announce = async (applied: Applied, threshold: number, spent: number): Promise<void> => {
    const { once, expiresAt, budget, resetsAt } = applied;
    const id = `${once} ${threshold}`;
    if (!(await isOurs(id, expiresAt))) return;
    const told = { ...toldOf(applied), threshold, spent: shownUnits(budget.unit, spent) };
    tell({ kind: 'threshold', ...told });
    const alert: BudgetAlert = {
      type: 'budget.threshold',
      id,
      ...told,
      resetsAt: new Date(resetsAt).toISOString(),
      at: new Date(clock.now()).toISOString(),
    };
    webhook?.send(alert);
    await onAlert?.(alert);
  };

  const reach = (applied: Applied, spent: number, threshold: number | undefined): void => {
    const { once } = applied;
    const before = known.get(once) ?? 0;
    if (threshold === undefined || threshold <= before) return;
    known.set(once, threshold);
    const work = announce(applied, threshold, spent)
      .catch((error: unknown) => {
        if (known.get(once) === threshold) known.set(once, before); // the next call tries again
        fault('usage.budgets.alert', error);
      })
      .finally(() => underWay.delete(work));
    underWay.add(work);
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
    exceeded(applied, spent) {
      const share = applied.budget.alerts.findLast((one) => one <= 1);
      if (share === 1) reach(applied, spent, share);
    },
    async flush() {
      await Promise.all(underWay);
      await webhook?.flush();
    },
  };
}
