import type { PoolLike } from './shapes.ts';

/** A table of `PgVector`. */
export interface VectorTable {
  readonly schema: string;
  readonly name: string;
  /** Estimate of the server; -1 before it has one. */
  readonly rows: number;
  /** Whether the memory of agents has it, which finds nothing without a filter. */
  readonly isOfRecall: boolean;
  /** Of all indexes that a query can use for every row. */
  readonly definitions: readonly string[];
  /** The index on the vectors, by the name under which `PgVector` knows it. */
  readonly vectorIndex: VectorIndex | undefined;
}

export interface VectorIndex {
  readonly name: string;
  readonly method: string;
  readonly definition: string;
  readonly operators: string;
  readonly bytes: number;
  /** Only some rows are in it. */
  readonly isPartial: boolean;
}

const TABLES = `
  SELECT n.nspname AS schema, c.relname AS "table", c.reltuples::float8 AS rows, i.relname AS name, am.amname AS method,
    pg_get_indexdef(x.indexrelid) AS definition, x.indisvalid AS valid, x.indpred IS NOT NULL AS partial,
    (SELECT opcname::text FROM pg_opclass WHERE oid = x.indclass[0]) AS operators,
    i.relpages::float8 * current_setting('block_size')::float8 AS bytes
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'embedding' AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid AND t.typname IN ('vector', 'halfvec', 'bit', 'sparsevec')
  JOIN pg_attribute v ON v.attrelid = c.oid AND v.attname = 'vector_id' AND NOT v.attisdropped
  LEFT JOIN pg_index x ON x.indrelid = c.oid
  LEFT JOIN pg_class i ON i.oid = x.indexrelid
  LEFT JOIN pg_am am ON am.oid = i.relam
  WHERE c.relkind = 'r'
    AND n.nspname = ANY (CASE WHEN $1::text IS NULL THEN current_schemas(false) ELSE ARRAY[$1::name] END)
  ORDER BY 1, 2, 4`;

interface Row {
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
  readonly name: string | null;
  readonly method: string;
  readonly definition: string;
  readonly valid: boolean;
  readonly partial: boolean;
  readonly operators: string;
  readonly bytes: number;
}

/** Tables of vectors with their indexes, from the catalog alone: one round trip, no row is counted, nothing is locked. */
export async function vectorTables(pool: PoolLike, schema: string | undefined): Promise<VectorTable[]> {
  const { rows } = await pool.query(TABLES, [schema ?? null]);
  const tables = new Map<string, Row[]>();
  for (const row of rows as readonly Row[]) {
    const id = JSON.stringify([row.schema, row.table]);
    tables.set(id, [...(tables.get(id) ?? []), row]);
  }
  return [...tables.values()].flatMap(([first, ...rest]) =>
    first ? [tableOf(first, [first, ...rest])] : [],
  );
}

function tableOf({ schema, table, rows }: Row, all: readonly Row[]): VectorTable {
  const indexes = all.filter(({ name, valid }) => name !== null && valid);
  const vector = indexes.find(({ name }) => name === `${table}_vector_idx`);
  return {
    schema,
    name: table,
    rows,
    isOfRecall: /^memory_messages(_\d+)?$/.test(table),
    definitions: indexes.filter(({ partial }) => !partial).map(({ definition }) => definition),
    vectorIndex: vector && {
      name: `${table}_vector_idx`,
      method: vector.method,
      definition: vector.definition,
      operators: vector.operators,
      bytes: vector.bytes,
      isPartial: vector.partial,
    },
  };
}
