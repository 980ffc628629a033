import type { Clock } from '../base/clock.ts';
import { budgetCounters } from './budget-counters.ts';
import { checkEntries } from './ledger-numbers.ts';
import { LEDGER_REPEAT_MS, type Ledger } from './ledger.ts';
import { recentIds } from './recent-ids.ts';
import { usageSums, type UsageSumsBounds } from './usage-sums.ts';

const BOUNDS: UsageSumsBounds = { groupsPerInterval: 10_000, groupsInAll: 200_000 };

/**
 * A ledger in the memory of this process. Ids of entries, and those of calls that are settled or released, are known for one
 * to two hours.
 */
export function memoryLedger(clock: Clock, bounds = BOUNDS): Ledger {
  const recorded = recentIds<true>(clock, LEDGER_REPEAT_MS);
  const sums = usageSums(clock, bounds);
  return {
    ...budgetCounters(clock),
    async record(entries) {
      checkEntries(entries);
      for (const entry of entries) {
        const id = `${entry.at} ${entry.id}`;
        if (recorded.get(id)) continue;
        recorded.set(id, true);
        sums.add(entry);
      }
    },
    report: async (query) => sums.report(query),
  };
}
