import { systemClock } from '../base/clock.ts';
import { memoryLedger } from '../stores/memory-ledger.ts';
import type { PriceBook } from './prices.ts';
import type { UsageDeps } from './usage-deps.ts';
import { createUsage, type UsageMeter } from './usage-meter.ts';

/** Usage of one process, with a ledger in memory. */
export const testUsage = (given: Partial<UsageDeps> & { readonly priceBook: PriceBook }): UsageMeter =>
  createUsage({
    settingsOf: () => ({}),
    clock: systemClock,
    ledger: memoryLedger(given.clock ?? systemClock),
    random: () => 0.5,
    processId: 'p1',
    folded: () => undefined,
    fault: (_where, error) => {
      throw error;
    },
    ...given,
  });
