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
