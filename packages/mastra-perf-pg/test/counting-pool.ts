import type { Pool } from 'pg';
import type { PgPool, PgQuery } from '../src/index.ts';

export interface CountingPool {
  readonly pool: PgPool;
  /** What was sent. */
  readonly queries: PgQuery[];
  /** Those that somebody waits for; the sweep comes when it comes. */
  roundTrips(): number;
}

/** A pool that goes to the server as the other one does, and notes what is sent. */
export function countingPool(pool: Pool): CountingPool {
  const queries: PgQuery[] = [];
  return {
    pool: {
      query(query) {
        queries.push(query);
        return pool.query(query);
      },
      connect: () => pool.connect(),
    },
    queries,
    roundTrips: () => queries.filter(({ text }) => !/SKIP LOCKED|ledger_months/.test(text)).length,
  };
}
