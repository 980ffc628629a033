import type { ModelCall } from '../pipeline/call.ts';
import type { Billing } from './billing.ts';
import type { UsageSettings } from './options.ts';
import type { PriceBook } from './prices.ts';
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
