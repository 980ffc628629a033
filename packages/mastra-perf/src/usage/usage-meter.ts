import type { Middleware } from '../pipeline/call.ts';
import { createBilling } from './billing.ts';
import { countOutcomes } from './count-outcomes.ts';
import { countSpend } from './count-spend.ts';
import type { CountDeps, UsageDeps } from './usage-deps.ts';
import type { UsageDimension, UsageRow, UsageTotals } from './usage-figures.ts';

export interface UsageMeter {
  /** Far out, within the middleware that marks the outcome: how calls were answered and what that saved. */
  readonly outcomes: Middleware;
  /** Next to the model: what was spent. */
  readonly spend: Middleware;
  /**
   * What was spent and saved since the start of the process, in groups, the most expensive first.
   *
   * @param options `by`: what makes a group; `['agent', 'model']` by default, `[]` for one row.
   * @throws PerfConfigError for a dimension that does not exist.
   */
  report(options?: { readonly by?: readonly UsageDimension[] }): Promise<UsageRow[]>;
  totals(): Promise<UsageTotals>;
  /** Resolves when every call that has ended has its price. */
  flush(): Promise<void>;
}

export function createUsage({ settingsOf, priceBook, ledger, fault }: UsageDeps): UsageMeter {
  const billing = createBilling(priceBook, ledger);
  const deps: CountDeps = { settingsOf, ledger, billing, fault };
  return {
    outcomes: countOutcomes(deps),
    spend: countSpend(deps),
    async report(options) {
      await billing.settled();
      return ledger.report(options?.by);
    },
    async totals() {
      await billing.settled();
      return ledger.totals();
    },
    flush: () => billing.settled(),
  };
}
