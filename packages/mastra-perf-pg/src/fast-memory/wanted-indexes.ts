import { quoted } from '../tables.ts';
import { MESSAGES } from './memory-tables.ts';

/** An index that Mastra does not make. */
export interface WantedIndex {
  readonly name: string;
  readonly table: string;
  readonly columns: readonly string[];
}

/**
 * Of `listThreads()`, no index gives the order: it is that of COALESCE over a time with and one without a zone, which depends
 * on the session. Mastra's own index by resource finds the rows.
 */
export const WANTED: readonly WantedIndex[] = [
  // Of a thread in the order in which messages are listed, also where times are the same.
  { name: 'mastra_perf_messages_thread', table: MESSAGES, columns: ['thread_id', 'createdAt', 'id'] },
  // Of listMessagesByResourceId(), which reads the whole table without it.
  { name: 'mastra_perf_messages_resource', table: MESSAGES, columns: ['resourceId', 'createdAt', 'id'] },
];

/** Others may read and write meanwhile. An index is in the schema of its table. */
export function createIndexText({ name, table, columns }: WantedIndex, schema: string): string {
  const list = columns.map(quoted).join(', ');
  return `CREATE INDEX CONCURRENTLY IF NOT EXISTS ${quoted(name)} ON ${quoted(schema)}.${quoted(table)} (${list})`;
}

export const dropIndexText = ({ name }: WantedIndex, schema: string): string =>
  `DROP INDEX CONCURRENTLY IF EXISTS ${quoted(schema)}.${quoted(name)}`;

/**
 * $1 is the schema, $2 the table, $3 the columns, $4 the name. Whether the table is there, whether a usable index with these
 * columns is, under any name, whether the one with the name is broken, and whether it is being built.
 */
export const LOOK_TEXT = `SELECT count(DISTINCT c.oid)::int AS tables,
  COALESCE(bool_or(i.indisvalid AND i.indpred IS NULL AND i.columns = $3::text[]), false) AS there,
  COALESCE(bool_or(i.name = $4 AND NOT i.indisvalid), false) AS broken,
  COALESCE(bool_or(i.name = $4 AND i.building), false) AS building
FROM pg_catalog.pg_namespace n
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = $2 AND c.relkind IN ('r', 'p')
LEFT JOIN LATERAL (
  SELECT x.indisvalid, x.indpred, ic.relname::text AS name,
    EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = x.indexrelid) AS building,
    ARRAY(
      SELECT a.attname::text FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k (attnum, position)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum
      ORDER BY k.position
    ) AS columns
  FROM pg_catalog.pg_index x
  JOIN pg_catalog.pg_class ic ON ic.oid = x.indexrelid
  JOIN pg_catalog.pg_am am ON am.oid = ic.relam AND am.amname = 'btree'
  WHERE x.indrelid = c.oid AND (SELECT count(DISTINCT o & 3) FROM unnest(x.indoption::int2[]) o) = 1
) i ON true
WHERE n.nspname = $1`;
