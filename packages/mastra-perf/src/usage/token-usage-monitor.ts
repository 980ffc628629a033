import { parseOptions } from '../base/parse-options.ts';
import { name } from '../base/schema.ts';
import type { TrackedCall } from './count-tracked.ts';
import { sumOfFigures } from './figures-sum.ts';
import type { TrackedUsage } from './tracked-usage.ts';
import type { UsageFigures, UsageRow } from './usage-figures.ts';
import type { UsageQuery } from './usage-query.ts';

/** What the monitor needs of a plugin. */
export interface UsageSource {
  readonly usage: {
    track(call: TrackedCall): void;
    report(query?: UsageQuery): Promise<readonly UsageRow[]>;
  };
}

/** Figures of one user. Plain JSON. */
export interface UserUsageReport extends UsageFigures {
  readonly userId: string;
  /** The same by model, the dearest first. */
  readonly models: readonly UsageRow[];
}

/**
 * Usage by user, in the ledger of a plugin: what was tracked here, in other processes that share its store, and calls of agents
 * with `perf.context({ user })`.
 *
 * @example
 * const monitor = new TokenUsageMonitor(perf);
 * monitor.track('ann', result.usage, { model: 'openai/gpt-4o-mini' });
 * const { spent } = await monitor.getUsageReport('ann', { from: '7d' });
 */
export class TokenUsageMonitor {
  readonly #usage: UsageSource['usage'];

  constructor(perf: UsageSource) {
    this.#usage = perf.usage;
  }

  /**
   * Counts a request to a model that the plugin did not see; those of agents, `perf.model()` and `perf.middleware()` it counts by
   * itself. Without `model` it has no price.
   *
   * @throws PerfConfigError; PerfError `MASTRA_PERF_CLOSED`
   */
  track(userId: string, usage: TrackedUsage, of: Pick<TrackedCall, 'agent' | 'model'> = {}): void {
    const { agent, model } = of;
    this.#usage.track({
      usage,
      user: userOf(userId, 'track'),
      ...(agent !== undefined && { agent }),
      ...(model !== undefined && { model }),
    });
  }

  /**
   * What a user used, by default in the last 30 days; all figures are 0 of one of whom nothing is known.
   *
   * @throws PerfConfigError; PerfError `MASTRA_PERF_STORE` when the ledger is away.
   */
  async getUsageReport(userId: string, time: Pick<UsageQuery, 'from' | 'to'> = {}): Promise<UserUsageReport> {
    const { from, to } = time;
    const models = await this.#usage.report({
      by: ['model'],
      where: { user: userOf(userId, 'getUsageReport') },
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    });
    return { userId, ...sumOfFigures(models), models };
  }
}

const userOf = (userId: unknown, method: string): string =>
  parseOptions(name(), userId, `TokenUsageMonitor.${method}: userId`);
