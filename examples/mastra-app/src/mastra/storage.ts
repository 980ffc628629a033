import type { MastraCompositeStore } from '@mastra/core/storage';
import { LibSQLStore } from '@mastra/libsql';
import { PostgresStore } from '@mastra/pg';
import { fastPostgres, monitoredPool } from 'mastra-perf-pg';

const { DATABASE_URL } = process.env;

/** One pool for the storage, the plugin and what measures them; none without DATABASE_URL. */
export const pool = DATABASE_URL ? monitoredPool({ connectionString: DATABASE_URL }) : undefined;

export interface StorageOptions {
  /** Name of the schema in Postgres. */
  readonly schema: string;
  /** LibSQL address, `file:...` or `:memory:`, where there is no Postgres. */
  readonly otherwise: string;
  /** As fast as the plugin makes it. @default true */
  readonly fast?: boolean;
}

/** Threads and messages: in Postgres where DATABASE_URL says which, else in SQLite. */
export function appStorage({ schema, otherwise, fast = true }: StorageOptions): MastraCompositeStore {
  if (!pool) return new LibSQLStore({ id: 'app-storage', url: otherwise });
  const store = new PostgresStore({ id: 'app-storage', pool, schemaName: schema });
  return fast ? fastPostgres(store) : store;
}
