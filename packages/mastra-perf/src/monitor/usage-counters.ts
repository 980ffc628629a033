import { seriesIndex } from './series-index.ts';

/** What usage counts, by agent and model, since the process began: whole numbers, money in nano-dollars. */
export interface UsageCounters {
  add(agent: string, model: string, counts: Readonly<Record<string, number>>): void;
  all(): ReadonlyArray<{
    readonly agent: string;
    readonly model: string;
    readonly counts: Readonly<Record<string, number>>;
  }>;
}

const MAX_PAIRS = 1000;

export function createUsageCounters(): UsageCounters {
  const index = seriesIndex(MAX_PAIRS, ({ agent, model }) => ({
    agent,
    model,
    counts: {} as Record<string, number>,
  }));
  return {
    add(agent, model, counts) {
      const { counts: sums } = index.find('usage', '', agent, model);
      for (const name in counts) sums[name] = (sums[name] ?? 0) + (counts[name] ?? 0);
    },
    all: index.all,
  };
}
