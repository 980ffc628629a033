import { defineCheck } from '../check.ts';
import type { PgVectors } from '../pg-vectors.ts';
import { vectorTables, type VectorTable } from '../vector-tables.ts';
import { NotApplicable } from '../reason.ts';
import type { Finding } from '../report.ts';
import { configIgnored } from './vector-config.ts';
import { indexUnused } from './vector-unused.ts';

/** What semantic recall filters by. */
const FILTERS = ['thread_id', 'resource_id'];

/** How vectors are found. `PgVector` scans all that its filter leaves, and uses an index on vectors only without a filter. */
export const vectorIndexes = defineCheck({
  name: 'vector-indexes',
  absent: 'no vector store on Postgres',
  subjects: ({ vectors }) => vectors,
  async examine({ where, pool, schema, recalls }: PgVectors) {
    const tables = await vectorTables(pool, schema);
    if (tables.length === 0) throw new NotApplicable('it has no vectors yet');
    const isOnlyOne = tables.filter(({ isOfRecall }) => isOfRecall).length === 1;
    return tables.flatMap((table) => {
      const at = `${where}, table ${table.name}`;
      const ignored = table.isOfRecall ? configIgnored(at, table, recalls, isOnlyOne) : [];
      return [...metadataIndexes(at, table), ...ignored, ...indexUnused(at, table)];
    });
  },
});

function metadataIndexes(where: string, table: VectorTable): Finding[] {
  if (!table.isOfRecall) return [];
  const missing = FILTERS.filter(
    (name) => !table.definitions.some((text) => text.includes(`(metadata ->> '${name}'::text)`)),
  );
  if (missing.length === 0) return [];
  const rows = table.rows < 0 ? 'all vectors' : `all ${table.rows} or so vectors`;
  return [
    {
      code: 'MASTRA_PERF_VECTOR_METADATA_INDEX',
      severity: 'problem',
      where,
      what: `Every recall reads ${rows} of all users: there is no index on ${missing.join(' and ')} of the metadata, which agents filter by and Mastra does not make for them.`,
      fix: 'await warmVectorIndex(memory), of mastra-perf-pg, before the first call',
    },
  ];
}
