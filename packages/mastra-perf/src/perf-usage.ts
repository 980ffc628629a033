import { randomUUID } from 'node:crypto';
import type { Clock } from './base/clock.ts';
import type { Events } from './events.ts';
import type { ModelCall, Reply } from './pipeline/call.ts';
import type { Ledger } from './stores/ledger.ts';
import { memoryLedger } from './stores/memory-ledger.ts';
import { createBudgets, type Budgets } from './usage/budget-guard.ts';
import type { UsageSettings } from './usage/options.ts';
import { createPriceBook, type PriceBook } from './usage/prices.ts';
import type { UsageDeps } from './usage/usage-deps.ts';
import { createUsage, type UsageMeter } from './usage/usage-meter.ts';

export interface PerfUsageDeps {
  readonly settings: UsageSettings;
  readonly settingsOf: UsageDeps['settingsOf'];
  /** Without one, each process counts by itself. */
  readonly ledger: Ledger | undefined;
  /** Whether it cannot answer yet, since this process is only connecting to it. */
  readonly isOpening: (() => boolean) | undefined;
  readonly clock: Clock;
  readonly processId: string;
  readonly events: Events;
  readonly counted: NonNullable<UsageDeps['counted']>;
  readonly fromCache: (call: ModelCall) => Promise<Reply | undefined>;
  readonly fault: (where: string, error: unknown) => void;
}

/** What is counted, what it costs, and what it may cost. */
export interface PerfUsage {
  readonly priceBook: PriceBook;
  readonly meter: UsageMeter;
  readonly budgets: Budgets | undefined;
  /** @throws PerfError `MASTRA_PERF_STORE` when the ledger is away; what was counted is kept, and tried again. */
  flush(): Promise<void>;
  /** Whether the ledger is still to be told of something. */
  isPending(): boolean;
  /** Tries nothing again. */
  stop(): void;
}

export function createPerfUsage(deps: PerfUsageDeps): PerfUsage {
  const { settings, settingsOf, clock, processId, events, counted, fromCache, fault } = deps;
  const { prices = {}, budgets: limits = [], onUnknownPrice } = settings;
  const priceBook = createPriceBook({
    clock,
    overrides: prices,
    onUnpriced: (provider, model) => events.emit('unpriced', { provider, model }),
    ...(typeof onUnknownPrice === 'function' && { fallback: onUnknownPrice }),
    fault,
  });
  const ledger = deps.ledger ?? memoryLedger(clock);
  const budgets =
    limits.length > 0
      ? createBudgets({
          ...settings,
          budgets: limits,
          ledger,
          ...(deps.isOpening && { isOpening: deps.isOpening }),
          priceBook,
          clock,
          random: Math.random,
          newId: randomUUID,
          tell: (event) => events.emit('budget', event),
          fault,
          fromCache,
          labelsOf: ({ overrides }) => overrides.labels ?? {},
        })
      : undefined;
  const meter = createUsage({
    ledger,
    priceBook,
    clock,
    random: Math.random,
    processId,
    counted,
    folded: (records) => events.emit('usageFolded', { records }),
    fault,
    settingsOf,
  });
  return {
    priceBook,
    meter,
    budgets,
    async flush() {
      await Promise.all([meter.flush(), budgets?.flush()]);
    },
    isPending: () => meter.isPending() || budgets?.isPending() === true,
    stop() {
      meter.stop();
      budgets?.stop();
    },
  };
}
