import { defineCheck } from '../check.ts';
import type { PoolFound } from '../pools.ts';
import { NotApplicable } from '../reason.ts';

/** pg's own default is to wait for ever, and `PostgresStore` sets nothing else. */
export const poolConnectTimeout = defineCheck({
  name: 'pool-connect-timeout',
  absent: 'no pool of Postgres connections',
  subjects: ({ pools }) => pools,
  examine({ where, pool, isOfVectors }: PoolFound) {
    if (!pool.options) throw new NotApplicable('the pool does not tell its options');
    const { connectionTimeoutMillis, max = 10 } = pool.options;
    if (Number(connectionTimeoutMillis) > 0) return [];
    return [
      {
        code: 'MASTRA_PERF_POOL_WAITS_FOREVER',
        severity: 'problem',
        where,
        what: `With all ${String(max)} connections in use, or the server away, a call waits without end: connectionTimeoutMillis is not set.`,
        fix: isOfVectors
          ? 'new PgVector({ …, pgPoolOptions: { connectionTimeoutMillis: 2000 } })'
          : 'new PostgresStore({ id, pool: monitoredPool({ connectionString }) }), with monitoredPool of mastra-perf-pg, or a pool of pg with connectionTimeoutMillis: 2000',
      },
    ];
  },
});
