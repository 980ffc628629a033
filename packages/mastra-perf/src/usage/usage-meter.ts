import { PerfError } from '../errors.ts';
import type { Middleware } from '../pipeline/call.ts';
import { createBilling } from './billing.ts';
import {
  countEmbeddings,
  countSavedEmbeddings,
  type CountEmbeddings,
  type CountSavedEmbeddings,
} from './count-embeddings.ts';
import { countOutcomes } from './count-outcomes.ts';
import { countSpend } from './count-spend.ts';
import { countTracked, type CountTracked } from './count-tracked.ts';
import type { UsageDeps, UsageTally } from './usage-deps.ts';
import type { UsageRow, UsageTotals } from './usage-figures.ts';
import { usageQuestion, type UsageQuery } from './usage-query.ts';
import { createUsageRecorder } from './usage-recorder.ts';
import { usageReport } from './usage-report.ts';
import { createUsageSum } from './usage-totals.ts';

export interface UsageMeter {
  /** Far out, within the middleware that marks the outcome: how calls were answered and what that saved. */
  readonly outcomes: Middleware;
  /** Next to the model: what was spent. */
  readonly spend: Middleware;
  /** Around each request to an embedding model. */
  readonly embeddings: CountEmbeddings;
  readonly savedEmbeddings: CountSavedEmbeddings;
  /** @throws PerfConfigError */
  readonly track: CountTracked;
  /**
   * What was spent and saved by all processes that share the ledger, in groups.
   *
   * @throws PerfConfigError; PerfError `MASTRA_PERF_STORE` when the ledger is away.
   */
  report(query?: UsageQuery): Promise<UsageRow[]>;
  /** What was spent and saved since the start of this process. */
  totals(): Promise<UsageTotals>;
  /**
   * Resolves when every call that has ended has its price and is in the ledger.
   *
   * @throws PerfError `MASTRA_PERF_STORE` when the ledger is away; what was counted is kept, and tried again.
   */
  flush(): Promise<void>;
  /** Whether something is not in the ledger yet. */
  isPending(): boolean;
  /** Tries nothing again. */
  stop(): void;
}

export function createUsage(deps: UsageDeps): UsageMeter {
  const { settingsOf, priceBook, ledger, clock, fault } = deps;
  const recorder = createUsageRecorder(deps);
  const sum = createUsageSum();
  const tally: UsageTally = {
    record(group, counts) {
      sum.add(group, counts);
      deps.counted?.(group, counts);
      recorder.record(group, counts);
    },
  };
  const billing = createBilling(priceBook, tally);
  const counting = { settingsOf, tally, billing, fault };

  const flush = async (): Promise<void> => {
    await billing.settled();
    await recorder.flush().catch(away);
  };
  return {
    outcomes: countOutcomes(counting),
    spend: countSpend(counting),
    embeddings: countEmbeddings(counting),
    savedEmbeddings: countSavedEmbeddings(counting),
    track: countTracked(counting),
    async report(query) {
      const question = usageQuestion(query, clock.now());
      await flush();
      return usageReport(ledger, question).catch(away);
    },
    async totals() {
      await billing.settled();
      return sum.totals();
    },
    flush,
    isPending: () => recorder.isPending() || billing.isPending(),
    stop: recorder.stop,
  };
}

function away(cause: unknown): never {
  throw new PerfError('MASTRA_PERF_STORE', `the ledger could not be asked: ${String(cause)}`, { cause });
}
