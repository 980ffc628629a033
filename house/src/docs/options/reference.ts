/** Something that takes options. */
export interface Reference {
  readonly title: string;
  /** Page in docs/ that tells more. */
  readonly page: string;
  /** Where type and schema are exported, relative to packages/. */
  readonly file: string;
  readonly type: string;
  /** What checks the options. Stores check theirs by hand; their options are those of the type. */
  readonly schema?: string;
  /** Options whose options are listed as well, where no schema says it. */
  readonly nested?: readonly string[];
}

export const PERF: Reference = {
  title: 'createPerf(options)',
  page: 'registration.md',
  file: 'mastra-perf/src/options.ts',
  type: 'PerfOptions',
  schema: 'perfSchema',
};

/** Where more is told of each feature of `createPerf()`. */
export const PAGE_OF: Readonly<Record<string, string>> = {
  cache: 'caching.md',
  coalesce: 'coalescing.md',
  usage: 'usage.md',
  latency: 'latency.md',
  context: 'context.md',
  embeddings: 'embeddings.md',
  limits: 'pools-and-limits.md',
  storage: 'storage.md',
  dashboard: 'monitoring.md',
};

export const OTHERS: readonly Reference[] = [
  {
    title: 'perf.context(options)',
    page: 'caching.md',
    file: 'mastra-perf/src/mastra/call-overrides.ts',
    type: 'ContextOptions',
    schema: 'contextSchema',
  },
  {
    title: 'perf.warmup(options)',
    page: 'serverless.md',
    file: 'mastra-perf/src/lifecycle/warm-up-options.ts',
    type: 'WarmUpOptions',
    schema: 'warmUpSchema',
  },
  {
    title: 'memoryStore(options)',
    page: 'stores.md',
    file: 'mastra-perf/src/stores/memory-store.ts',
    type: 'MemoryStoreOptions',
    schema: 'memoryStoreSchema',
  },
  {
    title: 'redisStore(options)',
    page: 'redis.md',
    file: 'mastra-perf-redis/src/store-options.ts',
    type: 'RedisStoreOptions',
    nested: ['sentinel'],
  },
  {
    title: 'postgresStore(options)',
    page: 'postgres.md',
    file: 'mastra-perf-pg/src/store-options.ts',
    type: 'PostgresStoreOptions',
  },
  {
    title: 'new MessageBatcher(agent, options)',
    page: 'batching.md',
    file: 'mastra-perf/src/batch/options.ts',
    type: 'MessageBatcherOptions',
    schema: 'batcherSchema',
  },
  {
    title: 'new DocumentProcessor(options)',
    page: 'documents.md',
    file: 'mastra-perf/src/embeddings/documents/processor-options.ts',
    type: 'DocumentProcessorOptions',
    schema: 'processorSchema',
  },
  {
    title: 'new PromptCompressor(options)',
    page: 'compression.md',
    file: 'mastra-perf/src/context/compress/compressor-options.ts',
    type: 'PromptCompressorOptions',
    schema: 'compressorSchema',
  },
  {
    title: 'new AgentPool(options)',
    page: 'pools-and-limits.md',
    file: 'mastra-perf/src/lifecycle/pool-options.ts',
    type: 'AgentPoolOptions',
    schema: 'poolSchema',
  },
  {
    title: 'new ResourceManager(options)',
    page: 'lifecycle.md',
    file: 'mastra-perf/src/lifecycle/resource-options.ts',
    type: 'ResourceManagerOptions',
    schema: 'managerSchema',
  },
  {
    title: 'resources.register(id, resource, options)',
    page: 'lifecycle.md',
    file: 'mastra-perf/src/lifecycle/resource-options.ts',
    type: 'RegisterOptions',
    schema: 'registerSchema',
  },
  {
    title: 'new PerformanceMonitor(options)',
    page: 'latency.md',
    file: 'mastra-perf/src/monitor/performance-monitor.ts',
    type: 'PerformanceMonitorOptions',
    schema: 'monitorSchema',
  },
];
