import { quoted } from '../pg-indexes.ts';
import type { Finding } from '../report.ts';
import type { VectorIndex, VectorTable } from '../vector-tables.ts';

/**
 * `PgVector.query()` sorts by an index only if that is hnsw, there is no filter, and no least score. So nothing ever uses ivfflat, and
 * recall, which always filters, uses none; but each write keeps it up to date (20,000 vectors: 4 s with ivfflat, 16 s with hnsw).
 */
export function indexUnused(
  where: string,
  { schema, name, isOfRecall, vectorIndex }: VectorTable,
): Finding[] {
  if (!vectorIndex || vectorIndex.isPartial) return [];
  const { method, bytes } = vectorIndex;
  if (method !== 'ivfflat' && !(method === 'hnsw' && isOfRecall)) return [];
  const why = isOfRecall ? 'recall always filters' : 'its queries sort by an index only if it is hnsw';
  return [
    {
      code: 'MASTRA_PERF_VECTOR_INDEX_UNUSED',
      severity: 'advice',
      where,
      what: `No query of PgVector uses the ${method} index ${vectorIndex.name} (${why}), and every write keeps it up to date, ${Math.ceil(bytes / 1024)} kB.`,
      fix: isOfRecall
        ? emptyIndex(schema, name, vectorIndex)
        : `vector.createIndex({ indexName: '${name}', dimension, metric, indexConfig: { type: 'hnsw' } }), used by queries without a filter and a least score; with a filter an index on its field counts: metadataIndexes: ['field']`,
    },
  ];
}

/** Without any index Mastra would make ivfflat again; one that no row is in it leaves, and keeping it costs nothing. */
function emptyIndex(schema: string, table: string, { name, operators }: VectorIndex): string {
  const index = quoted(name);
  return `DROP INDEX CONCURRENTLY ${quoted(schema)}.${index}; CREATE INDEX ${index} ON ${quoted(schema, table)} USING hnsw (embedding ${operators}) WHERE false; (an index without rows, so that Mastra makes no other)`;
}
