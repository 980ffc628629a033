import * as z from 'zod/mini';
import { parseOptions } from './base/parse-options.ts';
import type { Duration } from './base/duration.ts';
import { dropUndefined, duration, feature, flag, options } from './base/schema.ts';
import {
  agentCacheSchema,
  cacheSchema,
  type BoundSettings,
  type CacheBounds,
  type CacheOptions,
  type CacheSettings,
} from './cache/options.ts';
import { coalesceSchema, type CoalesceOptions, type CoalesceSettings } from './coalesce/options.ts';
import { dashboardSchema, type DashboardOptions, type DashboardSettings } from './dashboard/options.ts';
import { contextSchema, type ContextWindowOptions, type ContextSettings } from './context/options.ts';
import {
  agentEmbeddingSchema,
  embeddingSchema,
  type EmbeddingBounds,
  type EmbeddingBoundSettings,
  type EmbeddingOptions,
  type EmbeddingSettings,
} from './embeddings/options.ts';
import {
  agentLimitSchema,
  limitSchema,
  type AgentLimitOptions,
  type AgentLimitSettings,
  type LimitOptions,
  type ModelLimitSettings,
} from './limits/options.ts';
import { storageSchema, type StorageOptions, type StorageSettings } from './history/options.ts';
import {
  agentSemanticSchema,
  semanticSchema,
  type SemanticBounds,
  type SemanticBoundSettings,
  type SemanticOptions,
  type SemanticSettings,
} from './semantic/options.ts';
import { perfStoreSchema } from './stores/options.ts';
import type { PerfStore } from './stores/perf-store.ts';
import { latencySchema, type LatencyOptions, type LatencySettings } from './monitor/options.ts';
import { usageSchema, type UsageOptions, type UsageSettings } from './usage/options.ts';

interface WithSemantic<Options> {
  /**
   * After an exact miss, the answer to a question that asks the same in other words: see docs/semantic-cache.md.
   * @default false
   */
  readonly semantic?: boolean | Options;
}

/** What can be set for one agent. Each feature takes `false`, `true` or options, merged over the global ones. */
export interface AgentOptions {
  readonly cache?: boolean | (CacheOptions & WithSemantic<SemanticOptions>);
  readonly coalesce?: boolean | CoalesceOptions;
  readonly usage?: boolean;
  readonly latency?: boolean | LatencyOptions;
  readonly context?: boolean | ContextWindowOptions;
  readonly embeddings?: boolean | EmbeddingOptions;
  readonly limits?: boolean | AgentLimitOptions;
}

/** Options of `createPerf()`. All of them have defaults; none of the defaults can change an answer. */
export interface PerfOptions {
  /**
   * What processes share: `memoryStore()`, `redisStore()` of mastra-perf-redis, or your own. It is connected on first use and
   * closed by `perf.close()`. Without one, everything stays in the memory of this process.
   */
  readonly store?: PerfStore;
  /**
   * How long a call waits for the store before it goes on without it. A store that is slower is left out until it is fast
   * again.
   * @default '50ms'
   */
  readonly storeTimeout?: Duration;
  /**
   * Response cache: an equal question of the same agent and scope is answered without asking the model.
   * @default true
   */
  readonly cache?: boolean | (CacheOptions & CacheBounds & WithSemantic<SemanticOptions & SemanticBounds>);
  /**
   * One model call for equal calls that are under way at the same time.
   * @default true
   */
  readonly coalesce?: boolean | CoalesceOptions;
  /**
   * Tokens and dollars, spent and saved.
   * @default true
   */
  readonly usage?: boolean | UsageOptions;
  /**
   * Latency percentiles.
   * @default true
   */
  readonly latency?: boolean | LatencyOptions;
  /**
   * Prompts that fit: the oldest turns are left out where a prompt is too long. `true` is by the model's window.
   * @default false
   */
  readonly context?: boolean | ContextWindowOptions;
  /**
   * Each text is embedded once, and texts that are embedded at the same time share requests.
   * @default true
   */
  readonly embeddings?: boolean | (EmbeddingOptions & EmbeddingBounds);
  /**
   * How many calls of an agent may be under way, and what providers allow: calls above that wait. `true` waits where a provider says "too
   * many", and for nothing else.
   * @default false
   */
  readonly limits?: boolean | LimitOptions;
  /**
   * What Mastra stores around an agent call: fewer reads and writes of the same. `true` is without what could lose or hide anything. For
   * all agents.
   * @default true
   */
  readonly storage?: boolean | StorageOptions;
  /**
   * The page `/perf` at Mastra's server, with what calls cost, what was saved and what is slow, and `/perf/metrics` for Prometheus.
   * Closed in production as long as the server has no auth.
   * @default true
   */
  readonly dashboard?: boolean | DashboardOptions;
  /** Options for single agents, by their key in the Mastra config or their id. */
  readonly agents?: Readonly<Record<string, AgentOptions>>;
}

/** The features as one agent has them. */
export interface AgentSettings {
  readonly cache: CacheSettings | false;
  readonly coalesce: CoalesceSettings | false;
  readonly usage: UsageSettings | false;
  readonly latency: LatencySettings | false;
  readonly context: ContextSettings | false;
  readonly embeddings: EmbeddingSettings | false;
  readonly limits: AgentLimitSettings | false;
  /** `false` where the cache is off as well. */
  readonly semantic: SemanticSettings | false;
}

export interface Settings {
  readonly store: PerfStore | undefined;
  readonly storeTimeout: number | undefined;
  readonly bounds: BoundSettings;
  readonly embeddingBounds: EmbeddingBoundSettings;
  readonly semanticBounds: SemanticBoundSettings;
  /** What is set for the caches of all agents; it also says who shares an answer where the cache itself is off. */
  readonly cache: CacheSettings;
  readonly usage: UsageSettings;
  readonly storage: StorageSettings | false;
  readonly dashboard: DashboardSettings | false;
  /** What providers allow. */
  readonly modelLimits: Readonly<Record<string, ModelLimitSettings>>;
  /** Whether calls of any agent are limited. */
  readonly isLimitsUsed: boolean;
  /** Whether any agent has the semantic cache on. */
  readonly isSemanticUsed: boolean;
  /** Whether prompts of any agent are to fit. */
  readonly isContextUsed: boolean;
  /** Names in `agents`. */
  readonly agents: readonly string[];
  /** Settings of an agent that goes by these names (its id, its key); the first name that has options counts. */
  forAgent(names: readonly string[]): AgentSettings;
}

const agentSchema = options(() => ({
  cache: z.optional(feature(agentCacheSchema({ semantic: z.optional(agentSemanticSchema) }))),
  coalesce: z.optional(feature(coalesceSchema)),
  usage: z.optional(flag()),
  latency: z.optional(feature(latencySchema)),
  context: z.optional(feature(contextSchema)),
  embeddings: z.optional(feature(agentEmbeddingSchema)),
  limits: z.optional(feature(agentLimitSchema)),
}));

/** @public docs/options.md is written from it. */
export const perfSchema = options(() => ({
  store: z.optional(perfStoreSchema()),
  storeTimeout: z.optional(duration('10s')),
  cache: z.optional(feature(cacheSchema({ semantic: z.optional(semanticSchema) }))),
  coalesce: z.optional(feature(coalesceSchema)),
  usage: z.optional(feature(usageSchema)),
  latency: z.optional(feature(latencySchema)),
  context: z.optional(feature(contextSchema)),
  embeddings: z.optional(feature(embeddingSchema)),
  limits: z.optional(feature(limitSchema)),
  storage: z.optional(feature(storageSchema)),
  dashboard: z.optional(feature(dashboardSchema)),
  agents: z.optional(z.record(z.string(), agentSchema, { error: 'an object with agent names as keys' })),
}));

/** @throws PerfConfigError naming the path, what was given and what is accepted. */
export function resolveOptions(given: PerfOptions): Settings {
  const parsed = parseOptions(perfSchema, given, 'createPerf');
  const { semantic: givenSemantic = false, ...givenCache } =
    typeof parsed.cache === 'object' ? parsed.cache : {};
  const { bounds, cache } = apart(givenCache);
  const semantic = semanticApart(typeof givenSemantic === 'object' ? givenSemantic : {});
  const embeddings = embeddingsApart(typeof parsed.embeddings === 'object' ? parsed.embeddings : {});
  const { models: modelLimits = {}, ...limits } = typeof parsed.limits === 'object' ? parsed.limits : {};
  const global: AgentSettings = {
    cache: parsed.cache === false ? false : cache,
    coalesce: settingsOf(parsed.coalesce, {}),
    usage: settingsOf(parsed.usage, {}),
    latency: settingsOf(parsed.latency, {}),
    context: settingsOf(parsed.context ?? false, {}),
    embeddings: parsed.embeddings === false ? false : embeddings.settings,
    limits: parsed.limits ? limits : false,
    semantic: parsed.cache === false || givenSemantic === false ? false : semantic.settings,
  };
  const agents = new Map(Object.entries(parsed.agents ?? {}));
  return {
    store: parsed.store,
    storeTimeout: parsed.storeTimeout,
    bounds,
    embeddingBounds: embeddings.bounds,
    semanticBounds: semantic.bounds,
    cache,
    usage: settingsOf(parsed.usage, {}) || {},
    storage: settingsOf(parsed.storage, {}),
    dashboard: settingsOf(parsed.dashboard, {}),
    modelLimits,
    isLimitsUsed: [global, ...agents.values()].some(({ limits: own = false }) => own !== false),
    isSemanticUsed: global.semantic !== false || [...agents.values()].some(hasSemantic),
    isContextUsed: [global, ...agents.values()].some(({ context = false }) => context !== false),
    agents: [...agents.keys()],
    forAgent(names) {
      const own = names.map((name) => agents.get(name)).find((found) => found !== undefined);
      if (!own) return global;
      const { semantic: ownSemantic, ...ownCache } = typeof own.cache === 'object' ? own.cache : {};
      return {
        cache: merge(global.cache, typeof own.cache === 'object' ? ownCache : own.cache, cache),
        semantic: own.cache === false ? false : merge(global.semantic, ownSemantic, semantic.settings),
        coalesce: merge(global.coalesce, own.coalesce, {}),
        usage: merge(global.usage, own.usage, {}),
        latency: merge(global.latency, own.latency, {}),
        context: merge(global.context, own.context, {}),
        embeddings: merge(global.embeddings, own.embeddings, embeddings.settings),
        limits: merge(global.limits, own.limits, limits),
      };
    },
  };
}

/** The bounds hold for all agents; the rest can be set for each. */
function apart({
  maxBytes,
  maxEntries,
  maxEntryBytes,
  memoryTtl,
  encryptionKeys,
  ...cache
}: CacheSettings & BoundSettings): { readonly bounds: BoundSettings; readonly cache: CacheSettings } {
  const bounds = { maxBytes, maxEntries, maxEntryBytes, memoryTtl, encryptionKeys };
  return { bounds: dropUndefined(bounds), cache };
}

function embeddingsApart({
  maxBytes,
  maxBatchTexts,
  maxBatchTokens,
  maxParallel,
  ...settings
}: EmbeddingSettings & EmbeddingBoundSettings) {
  return { bounds: dropUndefined({ maxBytes, maxBatchTexts, maxBatchTokens, maxParallel }), settings };
}

function semanticApart({
  vectorStore,
  maxEntries,
  maxBytes,
  ...settings
}: SemanticSettings & SemanticBoundSettings) {
  return { bounds: dropUndefined({ vectorStore, maxEntries, maxBytes }), settings };
}

const hasSemantic = ({ cache }: { readonly cache?: boolean | { readonly semantic?: unknown } }): boolean =>
  typeof cache === 'object' && cache.semantic !== undefined && cache.semantic !== false;

const settingsOf = <T extends object>(given: boolean | T | undefined, defaults: T): T | false =>
  given === false ? false : typeof given === 'object' ? given : defaults;

/** `base` is what a feature starts from where the agent turns it on although it is off for all others. */
function merge<T extends object>(global: T | false, own: boolean | T | undefined, base: T): T | false {
  if (own === undefined) return global;
  if (own === false) return false;
  return { ...(global || base), ...(own === true ? {} : own) };
}
