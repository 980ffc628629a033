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
  /** Asked the model without a look at the cache: they were told to, it is off, or the plugin was only told of them. */
  readonly bypassed: number;
  /** Those of `calls` that failed. */
  readonly errors: number;
  /** Those of `calls` that their caller gave up. */
  readonly aborted: number;
  /** Requests to a model: one for all calls that shared it, also when none of them waited for its end. */
  readonly modelCalls: number;
  /** Requests to an embedding model. */
  readonly embeddingCalls: number;
  /** What both used. */
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
  /** What hits and shared answers would have used, and texts whose vector was known. */
  readonly saved: {
    readonly calls: number;
    /** Texts that did not have to be embedded. Their tokens are in `inputTokens`. */
    readonly embeddings: number;
    readonly inputTokens: number;
    readonly outputTokens: number;
    /** US dollars, where the price is known. */
    readonly usd: number;
    /** Milliseconds that were not waited for. */
    readonly ms: number;
  };
  /** Requests whose tokens are counted and whose price is not known. */
  readonly unpricedCalls: number;
  /**
   * Requests that reported no usage, or were given up before they did. Their tokens and dollars are in the figures,
   * estimated by the size of what was sent and received, as budgets charge them.
   */
  readonly estimatedCalls: number;
  /** `unpricedCalls` of all requests to models, from 0 to 1. */
  readonly unpricedShare: number;
  /**
   * Input tokens that providers read from their prompt caches, `spent.cachedInputTokens`, of all input tokens, those that were embedded
   * included; from 0 to 1.
   */
  readonly cachedShare: number;
  readonly mean: UsageMeans;
}

/** Means per request to a model, of either kind. */
export interface UsageMeans {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly usd: number;
}

/**
 * What a row of a report is about.
 *
 * - `agent`: the one that was asked, also for what it asked others to do.
 * - `purpose`: `'answer'`; `'title'` of a thread; `'memory'` (observational memory); `'processor'`, such as moderation; `'tool'`, such as an agent that
 *   it delegates to; `'embedding'`.
 * - `via`: the other agent that made the call, if one did.
 * - `model`: `'provider/model'`.
 * - `{ label }`: a label of `perf.context({ labels })`.
 */
export type UsageDimension =
  | 'agent'
  | 'model'
  | 'purpose'
  | 'resource'
  | 'user'
  | 'via'
  | { readonly label: string };

/** A value for each {@link UsageDimension}. */
export interface UsageNames {
  readonly agent?: string;
  readonly model?: string;
  readonly purpose?: string;
  readonly resource?: string;
  readonly user?: string;
  readonly via?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** One row of `perf.usage.report()`. A dimension that was not asked for, or not known of the calls, is absent. Plain JSON. */
export interface UsageRow extends UsageFigures, UsageNames {
  /** Begin of the interval, ISO 8601 in UTC; only where one was asked for. */
  readonly start?: string;
}

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
    embeddingCalls,
    unpricedCalls,
    estimatedCalls,
  } = counts;
  const requests = modelCalls + embeddingCalls;
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
    embeddingCalls,
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
      embeddings: counts.savedEmbeddings,
      inputTokens: counts.savedInputTokens,
      outputTokens: counts.savedOutputTokens,
      usd: counts.savedNanoUsd / 1e9,
      ms: counts.savedMs,
    },
    unpricedCalls,
    estimatedCalls,
    unpricedShare: share(unpricedCalls, requests),
    cachedShare: share(counts.cachedInputTokens, counts.inputTokens),
    mean: {
      inputTokens: share(counts.inputTokens, requests),
      outputTokens: share(counts.outputTokens, requests),
      usd: share(counts.nanoUsd, requests) / 1e9,
    },
  };
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
