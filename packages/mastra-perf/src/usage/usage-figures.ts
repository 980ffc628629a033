import type { UsageCounts } from './usage-counts.ts';

/** Figures of a group of calls. `calls` is the sum of `misses`, `hits`, `stale`, `shared` and `bypassed`. */
export interface UsageFigures {
  /** Calls that have ended, whatever the way; a stream that is neither read to its end nor cancelled has not ended. */
  readonly calls: number;
  /** Asked the model. */
  readonly misses: number;
  /** Answered from the cache. */
  readonly hits: number;
  /** Answered from the cache with an old answer: a new one was on its way, or the model had failed. */
  readonly stale: number;
  /** Answered by an equal call that was already under way. */
  readonly shared: number;
  /** Asked the model because they were told to. */
  readonly bypassed: number;
  /** Those of `calls` that failed. */
  readonly errors: number;
  /** Those of `calls` that their caller gave up. */
  readonly aborted: number;
  /** Requests to a model: one for all calls that shared it, also when none of them waited for its end. */
  readonly modelCalls: number;
  /** What the model calls used. */
  readonly spent: {
    /** Includes cached and written ones. */
    readonly inputTokens: number;
    /** Includes reasoning. */
    readonly outputTokens: number;
    readonly cachedInputTokens: number;
    readonly cacheWriteTokens: number;
    readonly reasoningTokens: number;
    /** US dollars of the model calls whose price is known: see `unpricedCalls`. */
    readonly usd: number;
  };
  /** What hits and shared answers would have used. */
  readonly saved: {
    readonly calls: number;
    readonly inputTokens: number;
    readonly outputTokens: number;
    /** US dollars, where the price is known. */
    readonly usd: number;
    /** Milliseconds that were not waited for. */
    readonly ms: number;
  };
  /** Model calls whose tokens are counted and whose price is not known. */
  readonly unpricedCalls: number;
  /** Model calls that reported no usage, or were given up before they did: they may have cost something. */
  readonly unreportedCalls: number;
}

export type UsageDimension = 'agent' | 'model' | 'resource' | 'user';

/** Which calls a row is about. A dimension that was not asked for, or not known of the calls, is absent. */
export type UsageGroup = { readonly [D in UsageDimension]?: string };

/** One row of `perf.usage.report()`; `model` is `'provider/model'`. Plain JSON. */
export interface UsageRow extends UsageGroup, UsageFigures {}

/** Everything since the start of the process: `perf.report()`. Plain JSON. */
export interface UsageTotals extends UsageFigures {
  /** Models in `unpricedCalls`, as `'provider/model'`: the keys that `usage.prices` wants. */
  readonly unpricedModels: readonly string[];
}

export function figuresOf(counts: UsageCounts): UsageFigures {
  const {
    misses,
    hits,
    stale,
    shared,
    bypassed,
    errors,
    aborted,
    modelCalls,
    unpricedCalls,
    unreportedCalls,
  } = counts;
  return {
    calls: misses + hits + stale + shared + bypassed,
    misses,
    hits,
    stale,
    shared,
    bypassed,
    errors,
    aborted,
    modelCalls,
    spent: {
      inputTokens: counts.inputTokens,
      outputTokens: counts.outputTokens,
      cachedInputTokens: counts.cachedInputTokens,
      cacheWriteTokens: counts.cacheWriteTokens,
      reasoningTokens: counts.reasoningTokens,
      usd: counts.nanoUsd / 1e9,
    },
    saved: {
      calls: counts.savedCalls,
      inputTokens: counts.savedInputTokens,
      outputTokens: counts.savedOutputTokens,
      usd: counts.savedNanoUsd / 1e9,
      ms: counts.savedMs,
    },
    unpricedCalls,
    unreportedCalls,
  };
}
