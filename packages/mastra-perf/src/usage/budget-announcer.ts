import type { Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import type { PerfEvents } from '../events.ts';
import type { Ledger } from '../stores/ledger.ts';
import type { Applied } from './budget-applied.ts';
import type { BudgetAlert, BudgetAlertTargets } from './budget-options.ts';
import { alertOf, toldOf, type TellBudget } from './budget-told.ts';
import type { BudgetWebhook } from './budget-webhook.ts';

export interface AnnouncerDeps {
  readonly ledger: Pick<Ledger, 'reserve' | 'settle'>;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly timeoutMs: number;
  readonly onAlert: BudgetAlertTargets['onAlert'];
  readonly webhook: BudgetWebhook | undefined;
  readonly tell: TellBudget;
  readonly fault: (where: string, error: unknown) => void;
}

/** What is told of a budget, with what all that is told has in common. */
type Tell = (about: {
  readonly event: ReturnType<typeof toldOf>;
  readonly alert: ReturnType<typeof alertOf>;
}) => { readonly event: PerfEvents['budget']; readonly alert: BudgetAlert };

export interface BudgetAnnouncer {
  /**
   * Tells it to the event, the webhook and the callback, unless it is told already: `id` stands for it in all processes.
   *
   * @throws when the ledger is away or the callback fails.
   */
  once(applied: Applied, id: string, expiresAt: number, tell: Tell): Promise<void>;
  /** Does it beside the calls; what fails is a fault. */
  beside(work: () => Promise<void>, onFailure?: () => void): void;
  /** Resolves when what was found so far was told, or could not be. */
  flush(): Promise<void>;
}

/** A process that ends between its claim and its word leaves the alert to another after this. */
const CLAIM_MS = 60_000;

/**
 * Tells things once, by one of all processes that share the ledger: whoever reserves the one unit of a counter that stands
 * for it.
 */
export function budgetAnnouncer(deps: AnnouncerDeps): BudgetAnnouncer {
  const { ledger, clock, newId, timeoutMs, onAlert, webhook, tell, fault } = deps;
  const underWay = new Set<Promise<void>>();

  const isOurs = async (name: string, expiresAt: number): Promise<boolean> => {
    const id = newId();
    const claim = { counter: name, limit: 1, amount: 1, expiresAt };
    const { granted } = await withDeadline(clock, timeoutMs, () => ledger.reserve(id, [claim], CLAIM_MS));
    if (granted) await withDeadline(clock, timeoutMs, () => ledger.settle(id, [claim]));
    return granted;
  };

  return {
    async once(applied, id, expiresAt, telling) {
      if (!(await isOurs(id, expiresAt))) return;
      const { event, alert } = telling({ event: toldOf(applied), alert: alertOf(applied, id, clock.now()) });
      tell(event);
      webhook?.send(alert);
      await onAlert?.(alert);
    },
    beside(work, onFailure) {
      const done = work()
        .catch((error: unknown) => {
          onFailure?.();
          fault('usage.budgets.alert', error);
        })
        .finally(() => underWay.delete(done));
      underWay.add(done);
    },
    async flush() {
      await Promise.all(underWay);
      await webhook?.flush();
    },
  };
}
