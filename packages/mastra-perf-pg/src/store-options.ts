import type { PoolConfig } from 'pg';
import type { PgPool } from './pg-pool.ts';

interface Shared {
  /**
   * Where the tables are, which are made if they are not there. Stores with another schema, or in another database, see
   * nothing of each other. Up to 63 bytes.
   * @default 'mastra_perf'
   */
  readonly schema?: string;
  /**
   * Statements are prepared once per connection. `false` for a pooler that hands out a connection per transaction, as
   * PgBouncer does in transaction mode: then no state is kept in a connection. Messages need a session: see `listen`.
   * @default true
   */
  readonly prepare?: boolean;
  /**
   * `postgres://` URL of the connection over which messages are heard, where it is not that of the others: it must lead to
   * the same database, and not through a pooler that hands out a connection per transaction.
   */
  readonly listen?: string;
}

/** A database, by its address. */
export interface PostgresUrlOptions extends Shared {
  /** `postgres://user:password@host:5432/database`. */
  readonly connectionString: string | undefined;
  /** For the pool that is opened: `ssl`, `max` (default 10), times. What it does with the error of an idle connection stays ours. */
  readonly options?: PoolConfig;
}

/** A pool that exists already. It is used as it is, and never closed. */
export interface PostgresPoolOptions extends Shared {
  /** Of pg 8; or a function that gives it when it is needed. One connection is kept for messages, unless `listen` is there. */
  readonly pool: PgPool | (() => PgPool | Promise<PgPool>);
}

export type PostgresStoreOptions = PostgresUrlOptions | PostgresPoolOptions;
