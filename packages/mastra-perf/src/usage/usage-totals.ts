import { addCounts, noCounts, type UsageCounts } from './usage-counts.ts';
import { figuresOf, type UsageTotals } from './usage-figures.ts';
import type { UsageGroup } from './usage-group.ts';

/** Models without a price that are named at most. */
const MAX_NAMED = 1000;

/** The sum of what this process used. */
export interface UsageSum {
  add(group: UsageGroup, counts: Readonly<Partial<UsageCounts>>): void;
  totals(): UsageTotals;
}

export function createUsageSum(): UsageSum {
  const sum = noCounts();
  const unpriced = new Set<string>();
  return {
    add({ model }, counts) {
      addCounts(sum, counts);
      if (counts.unpricedCalls && model !== undefined && unpriced.size < MAX_NAMED) unpriced.add(model);
    },
    totals: () => ({ ...figuresOf(sum), unpricedModels: [...unpriced].toSorted() }),
  };
}
