import { systemClock } from '../base/clock.ts';
import type { UsageDeps } from './usage-deps.ts';
import { createUsage, type UsageMeter } from './usage-meter.ts';

/** Usage of one process. */
export const testUsage = (given: Partial<UsageDeps> & Pick<UsageDeps, 'priceBook' | 'ledger'>): UsageMeter =>
  createUsage({
    settingsOf: () => ({}),
    clock: systemClock,
    random: () => 0.5,
    processId: 'p1',
    folded: () => undefined,
    fault: (_where, error) => {
      throw error;
    },
    ...given,
  });
