import type { Clock } from '../base/clock.ts';
import type { Ledger } from '../stores/ledger.ts';
import type { Billing } from './billing.ts';
import type { UsageSettings } from './options.ts';
import type { PriceBook } from './prices.ts';
import type { UsageCounts } from './usage-counts.ts';
import type { Counted, UsageGroup } from './usage-group.ts';
import type { RecorderDeps } from './usage-recorder.ts';

export interface UsageDeps extends RecorderDeps {
  /** Settings of the agent that calls; `false` when its calls are not counted. */
  readonly settingsOf: (call: Counted) => UsageSettings | false;
  readonly priceBook: PriceBook;
  readonly ledger: Pick<Ledger, 'record' | 'report'>;
  readonly clock: Clock;
  /** Told of all that is counted, at once. Must not throw. */
  readonly counted?: UsageTally['record'];
  readonly fault: (where: string, error: unknown) => void;
}

/** Takes what is counted, at once. */
export interface UsageTally {
  record(group: UsageGroup, counts: Readonly<Partial<UsageCounts>>): void;
}

export interface CountDeps extends Pick<UsageDeps, 'settingsOf' | 'fault'> {
  readonly tally: UsageTally;
  readonly billing: Billing;
}
