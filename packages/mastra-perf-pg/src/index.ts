export { postgresStore, type PostgresStore } from './postgres-store.ts';
export type { PostgresPoolOptions, PostgresStoreOptions, PostgresUrlOptions } from './store-options.ts';
export type { PgClient, PgNotification, PgPool, PgPoolClient, PgQuery, PgResult } from './pg-pool.ts';
export {
  monitoredPool,
  type MonitoredPool,
  type MonitoredPoolConfig,
} from './monitored-pool/monitored-pool.ts';
export type {
  BatchInsert,
  BatchInsertOptions,
  BatchResult,
  BatchRow,
  BatchTable,
} from './monitored-pool/batch-insert.ts';
export type { DurationStats } from './monitored-pool/histogram.ts';
export type { PoolMonitor, PoolSnapshot, SlowQuery, StatementStats } from './monitored-pool/pool-monitor.ts';
export { fastPostgres, type FastPostgresOptions, type FastStore } from './fast-memory/fast-postgres.ts';
export type { FastMemory } from './fast-memory/fast-memory.ts';
export type { BulkUpsertOptions, BulkUpsertResult } from './fast-memory/bulk-upsert.ts';
export type { EnsureIndexesOptions, EnsureIndexesResult } from './fast-memory/ensure-indexes.ts';
export type { MessagesPage, MessagesPageQuery } from './fast-memory/list-messages-page.ts';
export {
  warmVectorIndex,
  type MemoryLike,
  type VectorIndexConfig,
  type VectorIndexOptions,
  type VectorLike,
} from './vector-warm-up.ts';
