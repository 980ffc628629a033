export { createPerf } from './perf.ts';
export type { ModelOptions, Perf, PerfCacheStats } from './perf-handle.ts';
export type { AgentOptions, PerfOptions } from './options.ts';
export type { CacheBounds, CacheOptions } from './cache/options.ts';
export type { InvalidateSelector } from './cache/names.ts';
export type { CacheStats } from './cache/response-cache.ts';
export type { StoreCounts } from './cache/store-tier.ts';
export type { Normalize } from './base/normalize.ts';
export type { SemanticBounds, SemanticOptions, Verify } from './semantic/options.ts';
export type { LearnedStats, SemanticStats } from './semantic/semantic-stats.ts';
export type { SemanticVectorStore } from './semantic/index/vector-store-index.ts';
export type { Guard } from './semantic/guards/guard.ts';
export type { CoalesceOptions } from './coalesce/options.ts';
export type { EmbeddingBounds, EmbeddingOptions } from './embeddings/options.ts';
export { EmbeddingError } from './embeddings/embedding-error.ts';
export type { BatchEmbeddingsOptions, BatchEmbeddingsProgress } from './embeddings/batch-embeddings.ts';
export type { EmbeddingStats } from './embeddings/embeddings.ts';
export type { VectorStoreCounts } from './embeddings/vector-store.ts';
export type { StorageOptions } from './history/options.ts';
export type { CompressionOptions, ContextWindowOptions, RecallOptions } from './context/options.ts';
export { PromptCompressor, type CompressOptions } from './context/compress/prompt-compressor.ts';
export type { PromptCompressorOptions, Rejection } from './context/compress/compressor-options.ts';
export type { CompressionStats, RejectReason } from './context/compress/compression-stats.ts';
export type { SummarizeFunction, Summarizer, SummaryRequest } from './context/compress/summarizer.ts';
export {
  compressStructured,
  type CompressStructuredOptions,
} from './context/compress/compress-structured.ts';
export { countTokens, type TokenInput, type TokenRequest } from './context/tokens/count-tokens.ts';
export type { ModelReference } from './context/tokens/counted-model.ts';
export type { TokenCount } from './context/tokens/token-counting.ts';
export type { LatencyOptions } from './monitor/options.ts';
export type {
  AnsweredFrom,
  CallFigures,
  LatencySeries,
  MeasuredOperation,
  MetricsBucket,
  MetricsGroup,
  MetricsQuery,
  MetricsRange,
  MetricsSnapshot,
  OperationFigures,
  PerfMetrics,
  PromRegistryLike,
  Stats,
} from './monitor/metrics-types.ts';
export {
  PerformanceMonitor,
  type OperationStats,
  type PerformanceMonitorOptions,
} from './monitor/performance-monitor.ts';
export type { AgentLimitOptions, LimitOptions, ModelLimits, Priority } from './limits/options.ts';
export { RateLimitedError, type RateLimitedDetails } from './limits/rate-limited-error.ts';
export type { ModelPrice, UsageOptions } from './usage/options.ts';
export {
  BudgetExceededError,
  type BudgetExceededDetails,
  type BudgetRefusal,
} from './usage/budget-exceeded-error.ts';
export type {
  BudgetAlert,
  BudgetAlertTargets,
  BudgetBurnRateAlert,
  BudgetLimit,
  BudgetOptions,
  BudgetRules,
  BudgetScope,
  BudgetSubject,
  BudgetThresholdAlert,
  BudgetUnit,
} from './usage/budget-options.ts';
export type {
  UsageDimension,
  UsageFigures,
  UsageMeans,
  UsageNames,
  UsageRow,
  UsageTotals,
} from './usage/usage-figures.ts';
export type { UsageQuery, UsageTime } from './usage/usage-query.ts';
export { usageCsv } from './usage/usage-csv.ts';
export type { TrackedCall } from './usage/count-tracked.ts';
export type { TrackedUsage } from './usage/tracked-usage.ts';
export { TokenUsageMonitor, type UsageSource, type UserUsageReport } from './usage/token-usage-monitor.ts';
export type { DashboardOptions } from './dashboard/options.ts';
export type { DoctorReport, Finding, FindingCode, SkippedCheck } from './mastra/doctor/report.ts';
export type { ContextOptions } from './mastra/call-overrides.ts';
export {
  MEMORY_TRAITS,
  type MemoryTraits,
  type SavedThread,
  type SavedThreads,
} from './history/memory-traits.ts';
export type { Bus, BusListener } from './stores/bus.ts';
export type { BusConnection, BusConnectionEvents, OpenBusConnection } from './stores/bus-connection.ts';
export { busReceiver, type BusReceiver, type BusReceiverOptions } from './stores/bus-receiver.ts';
export {
  MAX_TTL_MS,
  type CacheClaim,
  type CacheEntry,
  type CacheRead,
  type CacheStore,
  type CacheWrite,
  type Stamp,
} from './stores/cache-store.ts';
export type { HeldLease, Lease, LeaseAttempt, Leases } from './stores/leases.ts';
export {
  LEDGER_REPEAT_MS,
  LEDGER_RETENTION_DAYS,
  type BudgetAnswer,
  type BudgetCharge,
  type BudgetClaim,
  type BudgetState,
  type Ledger,
  type LedgerEntry,
  type LedgerInterval,
  type LedgerQuery,
  type LedgerRow,
} from './stores/ledger.ts';
export {
  intervalEnd,
  intervalStart,
  ledgerSpans,
  retainedSince,
  type KeptSince,
  type LedgerSpan,
} from './stores/ledger-intervals.ts';
export { checkCharges, checkClaims, checkEntries, checkHold } from './stores/ledger-numbers.ts';
export { rateCost, type RateCost } from './stores/rate-cost.ts';
export type { RateAnswer, RateClaim, Rates } from './stores/rates.ts';
export { memoryStore, type MemoryStoreOptions } from './stores/memory-store.ts';
export type { PerfStore } from './stores/perf-store.ts';
export { systemClock, type Clock } from './base/clock.ts';
export type { Duration } from './base/duration.ts';
export type { ByteSize } from './base/byte-size.ts';
export type { PerfEvents } from './events.ts';
export type { OutcomeName, SemanticFacts } from './pipeline/call.ts';
export type { Outcome, Saved } from './pipeline/outcome.ts';
export type { TokenUsage } from './pipeline/usage.ts';
export { isPerfError, PerfConfigError, PerfError, type PerfErrorCode } from './errors.ts';
export { DocumentProcessor } from './perf-documents.ts';
export type {
  DocumentProcessorOptions,
  ExtractFunction,
  LoadedDocument,
} from './embeddings/documents/processor-options.ts';
export type { ChunkFunction, ChunkingOptions, ChunkStrategy } from './embeddings/documents/chunk-document.ts';
export type {
  DocumentChunk,
  DocumentContent,
  DocumentResult,
  DocumentType,
  IngestProgress,
  IngestRunOptions,
  IngestSummary,
  SourceDocument,
} from './embeddings/documents/document.ts';
export {
  DocumentError,
  IngestError,
  type DocumentStage,
  type IngestStop,
} from './embeddings/documents/document-error.ts';
export {
  memoryCheckpoint,
  type CheckpointEntry,
  type DocumentCheckpoint,
} from './embeddings/documents/checkpoint.ts';
export { fileCheckpoint } from './embeddings/documents/file-checkpoint.ts';
export type { VectorStoreLike } from './embeddings/documents/vector-store.ts';
export { MessageBatcher, type BatcherSources, type BatcherStats } from './batch/message-batcher.ts';
export { BatchError, type BatchFailure } from './batch/batch-error.ts';
export type { BatchAnswer } from './batch/batch-item.ts';
export type { BatchAgentLike } from './batch/batch-agent.ts';
export type { BatchSchema } from './batch/item-schema.ts';
export type { BatchScope, KeyedMessage, MessageBatcherOptions, ProcessOptions } from './batch/options.ts';
export { AgentPool, type AgentLease, type PoolHealth } from './lifecycle/agent-pool.ts';
export type { AcquireOptions, AgentPoolOptions, PoolLeak } from './lifecycle/pool-options.ts';
export { serverless } from './lifecycle/serverless.ts';
export type { WarmUpPartReport, WarmUpReport } from './lifecycle/warm-up.ts';
export type { WarmUpOptions, WarmUpQuestion } from './lifecycle/warm-up-options.ts';
export { ResourceManager, type ResourceLease } from './lifecycle/resource-manager.ts';
export type { GetOptions, RegisterOptions, ResourceManagerOptions } from './lifecycle/resource-options.ts';
