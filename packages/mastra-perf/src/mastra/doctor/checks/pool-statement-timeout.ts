import { defineCheck } from '../check.ts';
import type { PoolFound } from '../pools.ts';

/** Asked of the server: it may come from the role, the database or the connection string. */
export const poolStatementTimeout = defineCheck({
  name: 'pool-statement-timeout',
  absent: 'no pool of Postgres connections',
  subjects: ({ pools }) => pools,
  async examine({ where, pool, facts, isOfVectors }: PoolFound) {
    if (Number(pool.options?.query_timeout) > 0) return [];
    const { statementTimeout } = await facts();
    if (statementTimeout !== '0') return [];
    return [
      {
        code: 'MASTRA_PERF_POOL_NO_STATEMENT_TIMEOUT',
        severity: 'advice',
        where,
        what: 'The server lets its statements run without end (statement_timeout is 0), and each keeps its connection.',
        fix: isOfVectors
          ? 'new PgVector({ …, pgPoolOptions: { statement_timeout: 30_000 } })'
          : 'new PostgresStore({ id, pool: monitoredPool({ connectionString }) }), with monitoredPool of mastra-perf-pg (30 s), or statement_timeout in the options of the pool',
      },
    ];
  },
});
