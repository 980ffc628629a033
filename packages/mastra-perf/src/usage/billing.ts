import type { ModelIdentity } from '../pipeline/call.ts';
import type { PriceBook } from './prices.ts';
import { toNanoUsd, type UsageCounts } from './usage-counts.ts';
import type { UsageGroup } from './usage-group.ts';
import type { UsageTally } from './usage-deps.ts';

/** Something that has a price: what a model reported, and whether it was spent or saved. */
export interface BilledItem {
  readonly kind: 'spent' | 'saved';
  readonly group: UsageGroup;
  readonly model: ModelIdentity;
  readonly usage: unknown;
}

/** Counts what has a price: counts at once, dollars as soon as the price table is loaded. */
export interface Billing {
  record(item: BilledItem, counts: Readonly<Partial<UsageCounts>>): void;
  /** Resolves when everything recorded so far has its price, or is known to have none. */
  settled(): Promise<void>;
  /** Whether something has no price yet. */
  isPending(): boolean;
}

/** The table loads within 60 ms of the first item; what exceeds this in that time is recorded as unpriced. */
const MAX_WAITING = 10_000;

export function createBilling(priceBook: PriceBook, tally: UsageTally): Billing {
  let waiting: BilledItem[] = [];
  let loaded = false;
  let loading: Promise<void> | undefined;

  const dollars = ({ kind, model, usage }: BilledItem): Partial<UsageCounts> => {
    const usd = priceBook.usdOf(model.provider, model.modelId, usage);
    if (kind === 'saved') return usd === undefined ? {} : { savedNanoUsd: toNanoUsd(usd) };
    return usd === undefined ? { unpricedCalls: 1 } : { nanoUsd: toNanoUsd(usd) };
  };

  const settle = (): void => {
    loaded = true;
    for (const item of waiting) tally.record(item.group, dollars(item));
    waiting = [];
  };

  return {
    record(item, counts) {
      if (loaded) return tally.record(item.group, { ...counts, ...dollars(item) });
      tally.record(item.group, counts);
      if (waiting.length < MAX_WAITING) waiting.push(item);
      else if (item.kind === 'spent') tally.record(item.group, { unpricedCalls: 1 });
      loading ??= priceBook.ready().then(settle);
    },
    settled: async () => loading,
    isPending: () => waiting.length > 0,
  };
}
