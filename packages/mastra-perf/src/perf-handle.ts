import type { RequestContext } from '@mastra/core/request-context';
import type { InvalidateSelector } from './cache/names.ts';
import type { CacheStats } from './cache/response-cache.ts';
import type { BatchEmbeddingsOptions } from './embeddings/batch-embeddings.ts';
import type { EmbeddingStats } from './embeddings/embeddings.ts';
import type { PerfEvents } from './events.ts';
import type { ContextLike, ContextOptions } from './mastra/call-overrides.ts';
import type { DoctorReport } from './mastra/doctor/report.ts';
import type { WarmUpReport } from './lifecycle/warm-up.ts';
import type { WarmUpOptions } from './lifecycle/warm-up-options.ts';
import type { MastraLike } from './mastra/host.ts';
import type { PerfMetrics } from './monitor/metrics-types.ts';
import type { EmbedderLike } from './pipeline/embedder-proxy.ts';
import type { ModelLike } from './pipeline/model-proxy.ts';
import type { Outcome } from './pipeline/outcome.ts';
import type { OutcomeOf } from './pipeline/outcome-of.ts';
import type { SdkMiddleware } from './pipeline/sdk-middleware.ts';
import type { SemanticStats } from './semantic/semantic-stats.ts';
import type { StoreState } from './stores/store-guard.ts';
import type { TrackedCall } from './usage/count-tracked.ts';
import type { UsageRow, UsageTotals } from './usage/usage-figures.ts';
import type { UsageQuery } from './usage/usage-query.ts';

/** Look-ups in memory and, where there is one, in the store and how that fares. */
export interface PerfCacheStats extends CacheStats {
  readonly store?: NonNullable<CacheStats['store']> & StoreState & { readonly name: string };
  /** Vectors are kept apart from answers, in the same store. */
  readonly embeddings: EmbeddingStats;
  /** Answers by meaning; absent as long as no call has used them. */
  readonly semantic?: SemanticStats | undefined;
}

/** Names a model that is used without an agent. */
export interface ModelOptions {
  /**
   * Takes the place of the agent: options under `agents`, usage and stored answers go by it.
   * @default 'model'
   */
  readonly agent?: string;
}

/** The handle of one plugin: register it as `processors: { perf }`, or use its parts alone. */
export interface Perf extends AsyncDisposable {
  readonly id: 'mastra-perf';
  readonly name: 'mastra-perf';
  /** Called by Mastra, inside its constructor, for every entry of `processors`. */
  __registerMastra(mastra: MastraLike): void;
  /**
   * Does by hand what registration does. A second time for the same Mastra it does nothing.
   *
   * @throws PerfError `MASTRA_PERF_ALREADY_INSTALLED` when this plugin serves another Mastra, or this Mastra has another
   * plugin; `MASTRA_PERF_CLOSED` after `close()`.
   */
  install(mastra: MastraLike): void;
  /**
   * A request context that changes what the plugin does for one run: `agent.generate(q, { requestContext: perf.context({ cache: 'refresh' }) })`.
   * With `existing`, the options are added to it.
   *
   * @throws PerfConfigError
   */
  context<C extends ContextLike = RequestContext>(options: ContextOptions, existing?: C): C;
  /** How the last model call of a result was answered; a promise for the result of a stream. */
  outcome: OutcomeOf;
  /** A language model (AI SDK specification v2, v3 or v4) with the plugin in front of it, for use without Mastra. */
  model<M extends ModelLike>(model: M, options?: ModelOptions): M;
  /** The same as a middleware for `wrapLanguageModel()` of AI SDK 7; for AI SDK 6 say `specificationVersion: 'v3'`. */
  middleware(options?: ModelOptions): SdkMiddleware<'v4'>;
  middleware<V extends string>(
    options: ModelOptions & { readonly specificationVersion: V },
  ): SdkMiddleware<V>;
  /**
   * An embedding model (AI SDK specification v2, v3 or v4) with the plugin in front of it: for use without Mastra, or for a memory
   * that is used before any agent has asked for it. In the run of an agent it counts as the agent's.
   */
  embedder<M extends EmbedderLike>(model: M, options?: ModelOptions): M;
  /**
   * The vectors of many texts, in their order: those that are known from memory and store, the others in batches, a bounded number of
   * requests at the same time. Repeats what the provider calls retryable.
   *
   * @throws PerfError `MASTRA_PERF_EMBEDDING` (an `EmbeddingError`) with the `index` of a text that the model refuses; otherwise the
   * provider's error, or the reason of the signal. What was embedded until then is kept.
   * @example await perf.batchEmbeddings(openai.embedding('text-embedding-3-small'), texts, { onProgress: ({ done, total }) => … });
   */
  batchEmbeddings(
    model: EmbedderLike,
    texts: readonly string[],
    options?: BatchEmbeddingsOptions & ModelOptions,
  ): Promise<number[][]>;
  readonly cache: {
    /**
     * Takes stored answers away, by tags, agent or key. In this process it holds at once, in all others that share the store
     * when it resolves. Answers under way are not stored either.
     *
     * @throws PerfError `MASTRA_PERF_STORE` when the store is away; it is repeated as soon as the store is back.
     */
    invalidate(selector: InvalidateSelector): Promise<void>;
    /** The same for all answers, and for all vectors of texts. */
    clear(): Promise<void>;
    /**
     * Tells the semantic cache whether an answer that it gave was right for the question. A wrong one is not given for it again. Pass the
     * outcome as your server has it, never as a browser sends it. `false` for an outcome of another kind, or one that was told before.
     *
     * @throws PerfConfigError
     */
    feedback(outcome: Outcome | undefined, verdict: 'right' | 'wrong'): Promise<boolean>;
    stats(): PerfCacheStats;
  };
  readonly usage: {
    /**
     * Calls, tokens and dollars, spent and saved, in groups; the dearest first. Of all processes that share a store with a ledger, at
     * most 250 ms late; without such a store, of this process.
     *
     * @throws PerfConfigError; PerfError `MASTRA_PERF_STORE` when the ledger is away.
     */
    report(query?: UsageQuery): Promise<UsageRow[]>;
    /**
     * Counts a request to a model that did not pass the plugin: a batch job, another library. It is in reports as `bypassed`, and in
     * no budget. For reports by user there is `TokenUsageMonitor`.
     *
     * @throws PerfConfigError; PerfError `MASTRA_PERF_CLOSED`
     */
    track(call: TrackedCall): void;
  };
  /** What takes how long, in percentiles: of this process and of all, for a page, for Prometheus. */
  readonly metrics: PerfMetrics;
  /** What was spent and what was saved since this process began, over all agents. */
  report(): Promise<UsageTotals>;
  /**
   * What makes this installation slow, each finding with its fix: missing indexes, pools, replicas, scans. It only reads, takes a
   * few seconds at most and never rejects. After registration, since it looks at the storages of that Mastra.
   */
  doctor(): Promise<DoctorReport>;
  /**
   * Does in advance what the first call would have to wait for: connections to store, storages, vector stores and model providers, tables,
   * prices, code, and the answers that are given most often. Once per process: a second call waits for the first, and tries again only
   * what failed. Never rejects for a part that failed: the report tells.
   *
   * @throws PerfConfigError; PerfError `MASTRA_PERF_CLOSED`
   * @example const report = await perf.warmup();
   */
  warmup(options?: WarmUpOptions): Promise<WarmUpReport>;
  /** Listens to what happens; returns the removal of the listener. */
  on<K extends keyof PerfEvents>(name: K, listener: (event: PerfEvents[K]) => void): () => void;
  /**
   * Resolves when everything that was measured is in the ledger, answers that were to be stored are stored or given up, and
   * messages (`storage.writes: 'behind'`) are stored.
   *
   * @throws PerfError `MASTRA_PERF_STORE` when messages or usage could not be stored; they are kept, and tried again.
   */
  flush(): Promise<void>;
  /**
   * Stores what is still to be stored, takes every hook out of Mastra, drops what is in memory and closes the store; 6 seconds at
   * most. Calls under way end as they would have.
   */
  close(): Promise<void>;
}
