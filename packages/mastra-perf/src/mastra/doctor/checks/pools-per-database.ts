import { defineCheck } from '../check.ts';
import type { PoolFound, ServerFacts } from '../pools.ts';
import { NotApplicable } from '../reason.ts';
import type { Finding } from '../report.ts';

interface Known {
  readonly found: PoolFound;
  readonly facts: ServerFacts;
}

/** A `PostgresStore` and a `PgVector` open up to 20 connections each, in every process. */
export const poolsPerDatabase = defineCheck({
  name: 'pools-per-database',
  absent: 'fewer than two pools of Postgres connections',
  subjects: ({ pools }) => (pools.length > 1 ? [{ where: 'pools', pools }] : []),
  async examine({ pools }: { readonly where: string; readonly pools: readonly PoolFound[] }) {
    const asked = await Promise.allSettled(
      pools.map(async (found): Promise<Known> => ({ found, facts: await found.facts() })),
    );
    const known = asked.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    if (known.length < 2) throw new NotApplicable('only one of the servers answers');
    const databases = new Set(known.map(({ facts }) => facts.database));
    return [...databases]
      .map((database) => known.filter(({ facts }) => facts.database === database))
      .filter((group) => group.length > 1)
      .map(findingOf);
  },
});

function findingOf(group: readonly Known[]): Finding {
  const maxima = group.map(({ found }) => Number(found.pool.options?.max ?? 10));
  const together = maxima.reduce((sum, max) => sum + max, 0);
  const limit = group[0]?.facts.maxConnections ?? 0;
  return {
    code: 'MASTRA_PERF_POOLS_OF_ONE_DATABASE',
    // Two processes, as there are while a new version is rolled out, must fit.
    severity: together * 2 > limit ? 'problem' : 'advice',
    where: group.map(({ found }) => found.where).join(', '),
    what: `${group.length} pools go to one database: this process may open ${maxima.join(' + ')} = ${together} connections of the ${limit} that the server takes.`,
    fix: group.some(({ found }) => found.isOfVectors)
      ? 'One pool for all: PgVector makes its own, so give that to the others: new PostgresStore({ id, pool: vector.pool })'
      : 'One pool for all: const pool = monitoredPool({ connectionString }) of mastra-perf-pg, and new PostgresStore({ id, pool }) for each storage',
  };
}
