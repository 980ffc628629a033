import type { Clock } from './base/clock.ts';
import type { Events } from './events.ts';
import { createLimits, type LimitDeps, type Limits } from './limits/limits.ts';
import { memoryRates } from './stores/memory-rates.ts';
import type { Rates } from './stores/rates.ts';

export interface PerfLimitDeps extends Pick<LimitDeps, 'models' | 'settingsOf' | 'fault'> {
  readonly clock: Clock;
  /** Without them, each process keeps the limits of models by itself. */
  readonly rates: Rates | undefined;
  readonly events: Events;
}

/** How many calls may be under way, and how many a provider is sent. */
export const createPerfLimits = ({ rates, events, ...deps }: PerfLimitDeps): Limits =>
  createLimits({
    ...deps,
    random: Math.random,
    shared: rates,
    own: memoryRates(deps.clock),
    tell: (event) => events.emit('limit', event),
  });
