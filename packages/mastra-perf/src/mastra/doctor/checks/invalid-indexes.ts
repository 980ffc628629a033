import { defineCheck } from '../check.ts';
import { quoted } from '../pg-indexes.ts';
import type { PoolLike } from '../shapes.ts';

interface Subject {
  readonly where: string;
  readonly pool: PoolLike;
  readonly schema: string | undefined;
}

/** Those that are being built are invalid meanwhile. */
const INVALID = `
  SELECT n.nspname AS schema, c.relname AS "table", i.relname AS name
  FROM pg_index x
  JOIN pg_class c ON c.oid = x.indrelid
  JOIN pg_class i ON i.oid = x.indexrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT x.indisvalid AND c.relkind = 'r'
    AND n.nspname = ANY (CASE WHEN $1::text IS NULL THEN current_schemas(false) ELSE ARRAY[$1::name] END)
    AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = x.indexrelid)
  ORDER BY 1, 2, 3`;

interface Row {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
}

/**
 * What a CREATE INDEX CONCURRENTLY that failed leaves behind: no query uses it, every write keeps it up to date, and the
 * `IF NOT EXISTS` of the next attempt takes it for the index.
 */
export const invalidIndexes = defineCheck({
  name: 'invalid-indexes',
  absent: 'no storage or vector store on Postgres',
  subjects: ({ postgres, vectors }) => {
    const known = new Map<PoolLike, Set<string | undefined>>();
    return [...postgres, ...vectors].filter(({ pool, schema }) => {
      const schemas = known.get(pool) ?? new Set();
      known.set(pool, schemas);
      return !schemas.has(schema) && schemas.add(schema);
    });
  },
  async examine({ where, pool, schema }: Subject) {
    const { rows } = await pool.query(INVALID, [schema ?? null]);
    return (rows as readonly Row[]).map((row) => ({
      code: 'MASTRA_PERF_PG_INVALID_INDEX',
      severity: 'problem',
      where: `${where}, table ${row.table}`,
      what: `The index ${row.name} is invalid: building it failed, no query uses it, and it costs at every write.`,
      fix: `REINDEX INDEX CONCURRENTLY ${quoted(row.schema, row.name)}; or, if that fails as well, DROP INDEX CONCURRENTLY ${quoted(row.schema, row.name)};`,
    }));
  },
});
