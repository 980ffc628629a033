import type { PgVectors } from './pg-vectors.ts';
import type { PostgresStorage } from './postgres-storage.ts';
import type { PoolLike } from './shapes.ts';

/** A pool of connections to Postgres. */
export interface PoolFound {
  readonly where: string;
  readonly pool: PoolLike;
  /** What uses it. */
  readonly users: readonly string[];
  /** A `PgVector` makes its pool itself; a storage takes one. */
  readonly isOfVectors: boolean;
  /** What its server says of itself: one round trip, whoever asks. */
  facts(): Promise<ServerFacts>;
}

export interface ServerFacts {
  /** Equal for two pools exactly if they reach the same database of the same running server. */
  readonly database: string;
  readonly isReplica: boolean;
  /** As the sessions of this pool have it: `0` is none. */
  readonly statementTimeout: string;
  readonly maxConnections: number;
}

export function findPools(postgres: readonly PostgresStorage[], vectors: readonly PgVectors[]): PoolFound[] {
  const users = new Map<PoolLike, string[]>();
  const add = (pool: PoolLike | undefined, user: string): void => {
    if (pool) users.set(pool, [...(users.get(pool) ?? []), user]);
  };
  for (const { where, pool, readPool } of postgres) {
    add(pool, where);
    add(readPool, `reads of ${where}`);
  }
  for (const { where, pool } of vectors) add(pool, where);
  const ofVectors = new Set(vectors.map(({ pool }) => pool));
  return [...users].map(([pool, of]) => {
    let facts: Promise<ServerFacts> | undefined;
    return {
      where: `pool of ${of.join(' and ')}`,
      pool,
      users: of,
      isOfVectors: ofVectors.has(pool),
      facts: () => (facts ??= askServer(pool)),
    };
  });
}

const FACTS = `
  SELECT extract(epoch FROM pg_postmaster_start_time())::text || ' ' ||
      (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS database,
    pg_is_in_recovery() AS "isReplica",
    current_setting('statement_timeout') AS "statementTimeout",
    current_setting('max_connections')::int AS "maxConnections"`;

async function askServer(pool: PoolLike): Promise<ServerFacts> {
  const { rows } = await pool.query(FACTS);
  return rows[0] as ServerFacts;
}
