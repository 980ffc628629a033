import type { Middleware, ModelCall } from '../pipeline/call.ts';
import { createBilling, type Billing } from './billing.ts';
import { countOutcomes } from './count-outcomes.ts';
import { countSpend } from './count-spend.ts';
import type { UsageSettings } from './options.ts';
import type { PriceBook } from './prices.ts';
import type { UsageDimension, UsageRow, UsageTotals } from './usage-figures.ts';
import type { UsageLedger } from './usage-ledger.ts';

export interface UsageDeps {
  /** Settings of the agent that calls; `false` when its calls are not counted. */
  readonly settingsOf: (call: ModelCall) => UsageSettings | false;
  readonly priceBook: PriceBook;
  readonly ledger: UsageLedger;
  readonly fault: (where: string, error: unknown) => void;
}

export interface CountDeps extends Omit<UsageDeps, 'priceBook'> {
  readonly billing: Billing;
}

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
