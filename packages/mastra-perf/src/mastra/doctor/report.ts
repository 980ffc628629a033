/** What is wrong. Stable: match on these, never on a text. */
export type FindingCode =
  | 'MASTRA_PERF_PG_THREAD_INDEX'
  | 'MASTRA_PERF_PG_PAGE_INDEX'
  | 'MASTRA_PERF_PG_RESOURCE_INDEX'
  | 'MASTRA_PERF_PG_THREAD_LIST_INDEX'
  | 'MASTRA_PERF_PG_INVALID_INDEX'
  | 'MASTRA_PERF_PG_SLOW_MEMORY'
  | 'MASTRA_PERF_POOL_WAITS_FOREVER'
  | 'MASTRA_PERF_POOL_NO_STATEMENT_TIMEOUT'
  | 'MASTRA_PERF_POOLS_OF_ONE_DATABASE'
  | 'MASTRA_PERF_READ_REPLICA'
  | 'MASTRA_PERF_VECTOR_METADATA_INDEX'
  | 'MASTRA_PERF_VECTOR_CONFIG_IGNORED'
  | 'MASTRA_PERF_VECTOR_INDEX_UNUSED'
  | 'MASTRA_PERF_REDIS_SCANS'
  | 'MASTRA_PERF_REDIS_WHOLE_THREADS'
  | 'MASTRA_PERF_STORAGE_IN_MEMORY'
  | 'MASTRA_PERF_STORAGE_SPLIT'
  | 'MASTRA_PERF_INIT_AT_START'
  | 'MASTRA_PERF_STORE_AWAY'
  | 'MASTRA_PERF_STORE_SLOW';

/** One thing that makes this installation slow. Plain JSON, without texts of messages and without credentials. */
export interface Finding {
  readonly code: FindingCode;
  /** A `problem` costs time, or fails, as it stands; an `advice` is worth weighing. */
  readonly severity: 'problem' | 'advice';
  /** What it is about, such as `storage "pg", table mastra_messages`. */
  readonly where: string;
  /** One sentence with what was measured or seen. */
  readonly what: string;
  /** One sentence, or what to write. */
  readonly fix: string;
}

export interface SkippedCheck {
  readonly check: string;
  readonly reason: string;
}

/** What `perf.doctor()` found. */
export interface DoctorReport {
  /** Problems first. */
  readonly findings: Finding[];
  /** Checks that were done, whatever they found. */
  readonly checked: string[];
  /** Checks, or parts of them, that had nothing to look at or failed. */
  readonly skipped: SkippedCheck[];
}
