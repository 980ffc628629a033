import type { OutcomeName } from '../pipeline/call.ts';

/** Percentiles are at most 1 % off, and lie between `min` and `max`; the others are exact. Milliseconds, but for `tokens_per_second`. */
export interface Stats {
  readonly count: number;
  readonly avg: number;
  readonly min: number;
  readonly max: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
}

/**
 * What the plugin measures by itself. In milliseconds, but for `tokens_per_second`.
 *
 * - `call`: a model call, from its beginning to its last part, of those that ended well.
 * - `first_chunk`: to the first part with content, of streams.
 * - `tokens_per_second`: output tokens by the time of the whole call, of answers of a model that report them.
 * - `provider`: a request to a model: one for all calls that share its answer.
 * - `embedding`: a request to an embedding model.
 * - `cache_read`: a look-up of an answer, by tier: `memory` and `store`.
 * - `store`: an operation of the store, by its name.
 * - `storage`: a message operation of Mastra's storage, by its name.
 * - `queue`: what calls waited for limits, by limit.
 */
export type MeasuredOperation =
  | 'call'
  | 'first_chunk'
  | 'tokens_per_second'
  | 'provider'
  | 'embedding'
  | 'cache_read'
  | 'store'
  | 'storage'
  | 'queue';

/** What of the windows is asked for: `perf.metrics.range(query)`. All fields are optional. */
export interface MetricsQuery {
  /**
   * A `Date`, milliseconds since the epoch or an ISO 8601 text with its zone; the whole minute (hour) that it lies in. Minutes are kept
   * for an hour, hours for a day.
   * @default an hour (a day) before `to`
   */
  readonly from?: Date | number | string;
  /** The bucket that it lies in is the last one. @default now */
  readonly to?: Date | number | string;
  /** @default 'minute' when `from` lies within the last hour, else 'hour' */
  readonly step?: 'minute' | 'hour';
  /** Only calls of this agent. */
  readonly agent?: string;
  /** Only calls of this model: `'provider/model'`. */
  readonly model?: string;
}

/** Figures of model calls. Plain JSON. */
export interface CallFigures {
  /** Calls that have ended, whatever the way: the sum of `outcomes`. */
  readonly calls: number;
  readonly outcomes: Readonly<Record<OutcomeName, number>>;
  /** Those of `calls` that failed. */
  readonly errors: number;
  /** Those of `calls` that their caller gave up. */
  readonly aborted: number;
  /** To the last part, of answers of a model (`miss`, `bypass`, `shared`) that ended well; absent when there were none. */
  readonly call?: Stats;
  /** To the first part with content, of streams that a model answered. */
  readonly firstChunk?: Stats;
  /** To the last part, of answers from the cache (`hit`, `stale`, `semantic`). */
  readonly cachedCall?: Stats;
  /** Output tokens per second of the whole call, of answers of a model. */
  readonly tokensPerSecond?: Stats;
}

/** One minute or hour. */
export interface MetricsBucket extends CallFigures {
  /** Begin, in milliseconds since the epoch; a whole minute (hour) of UTC. */
  readonly start: number;
}

/** Calls of one agent to one model. */
export interface MetricsGroup extends CallFigures {
  readonly agent: string;
  readonly model: string;
}

/** An operation that is not a model call, over the whole range and all agents and models. */
export interface OperationFigures {
  /** One of {@link MeasuredOperation}, or a name of your own. */
  readonly operation: string;
  /** Which one: the tier, the operation of the store, the limit; `''` where there is only one. */
  readonly name: string;
  readonly count: number;
  /** Those of `count` that failed; they are not in `stats`. */
  readonly errors: number;
  readonly stats?: Stats;
}

/** `perf.metrics.range()`. Plain JSON. */
export interface MetricsRange {
  /** Begin of the first bucket, in milliseconds since the epoch. */
  readonly from: number;
  /** End of the last bucket. */
  readonly to: number;
  readonly step: 'minute' | 'hour';
  /** How many processes are in the figures, this one included; 1 where the store has no bus, or is away. */
  readonly processes: number;
  /** Answers of other processes that could not be read, and are not in the figures. */
  readonly unreadable: number;
  /** One for each minute (hour) of the range, in order, also where nothing happened. */
  readonly buckets: readonly MetricsBucket[];
  /** The whole range. */
  readonly total: CallFigures;
  /** The 100 with the most calls, those first. */
  readonly groups: readonly MetricsGroup[];
  readonly operations: readonly OperationFigures[];
  /** All that had calls in the range, whatever the filter: for a menu. At most 200 of each, sorted. */
  readonly agents: readonly string[];
  readonly models: readonly string[];
  /** Measurements that went to the agent and model `'(other)'`, since there were too many names; since the processes began. */
  readonly overflowed: number;
}

/** What a call waited for: a model (a miss, a bypass, or a call that shared one) or the cache. */
export type AnsweredFrom = 'model' | 'cache';

/** Calls of one agent to one model since the process began. Plain JSON. */
export interface LatencySeries {
  readonly agent: string;
  /** `'provider/model'`. */
  readonly model: string;
  readonly from: AnsweredFrom;
  /** Calls that have ended, whatever the way. */
  readonly count: number;
  /** Those of `count` that failed. */
  readonly errors: number;
  /** Those of `count` that their caller gave up. */
  readonly aborted: number;
  /** To the last part, of calls that ended well; absent when none did. */
  readonly ms?: Stats;
  /** To the first part with content, of streams; absent when there was none. */
  readonly firstPartMs?: Stats;
  /** Of answers of a model that tell their tokens. */
  readonly tokensPerSecond?: Stats;
}

/** `perf.metrics.snapshot()`: this process, since it began. Plain JSON. */
export interface MetricsSnapshot {
  /** The series with the most calls first. */
  readonly series: readonly LatencySeries[];
  readonly operations: readonly OperationFigures[];
  /** Calls of models of specification v1, which pass the plugin by and are only counted. */
  readonly legacyCalls: number;
  /** Measurements that went to the agent and model `'(other)'`, since there were too many names. */
  readonly overflowed: number;
}

/** `perf.metrics`. */
export interface PerfMetrics {
  /** This process, since it began. */
  snapshot(): MetricsSnapshot;
  /**
   * Minutes or hours of all processes that share the store. Takes 150 ms where there is a bus, and is the same for 2 s. Never rejects
   * for what the store does: then it is of this process alone, and `processes` says so.
   *
   * @throws PerfConfigError
   */
  range(query?: MetricsQuery): Promise<MetricsRange>;
  /** The same of this process alone, at once. @throws PerfConfigError */
  localRange(query?: MetricsQuery): MetricsRange;
  /**
   * Measures an operation of your own, and passes on what it returns or throws. Its figures are in all others by its name.
   *
   * @throws PerfConfigError when the name is one of {@link MeasuredOperation}, or none
   */
  time<T>(operation: string, work: () => PromiseLike<T>): Promise<T>;
  time<T>(operation: string, work: () => T): T;
  /** The same for what was measured elsewhere: milliseconds. @throws PerfConfigError */
  record(operation: string, ms: number): void;
  /** An operation since the process began, of all agents and models; `undefined` before the first one. */
  getStats(operation: MeasuredOperation | (string & {})): Stats | undefined;
  /** For Prometheus: this process, since it began, as text in the format 0.0.4, or of OpenMetrics 1.0. */
  prometheus(options?: { readonly format?: 'prometheus' | 'openmetrics' }): string;
  /** Adds the same figures to a registry of `prom-client`, which tells them with its own. Returns the removal. */
  addTo(registry: PromRegistryLike): () => void;
}

/** As much of a registry of `prom-client` as is needed. */
export interface PromRegistryLike {
  registerMetric(metric: never): void;
  removeSingleMetric(name: string): void;
}
