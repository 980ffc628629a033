import type { PoolLike } from './shapes.ts';

/** A usable index of a table: valid, and over all rows. */
interface TableIndex {
  readonly name: string;
  /** Names in order; null where it is an expression. */
  readonly columns: readonly (string | null)[];
}

export interface IndexedTable {
  /** Estimate of the server; -1 before it has one. */
  readonly rows: number;
  readonly indexes: readonly TableIndex[];
}

const INDEXES = `
  SELECT c.relname AS "table", c.reltuples::float8 AS rows, i.relname AS name,
    ARRAY(
      SELECT a.attname::text FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
      LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum AND k.attnum > 0
      WHERE k.place <= x.indnkeyatts ORDER BY k.place
    ) AS columns
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_index x ON x.indrelid = c.oid AND x.indisvalid AND x.indpred IS NULL
  LEFT JOIN pg_class i ON i.oid = x.indexrelid AND i.relam = (SELECT oid FROM pg_am WHERE amname = 'btree')
  WHERE n.nspname = $1 AND c.relname = ANY ($2::text[]) AND c.relkind IN ('r', 'p')`;

interface Row {
  readonly table: string;
  readonly rows: number;
  readonly name: string | null;
  readonly columns: readonly (string | null)[];
}

/** B-tree indexes of tables, by the name of the table; one round trip. Tables that are not there are not in it. */
export async function indexesOf(
  pool: PoolLike,
  schema: string,
  tables: readonly string[],
): Promise<Map<string, IndexedTable>> {
  const { rows } = await pool.query(INDEXES, [schema, tables]);
  const found = new Map<string, { rows: number; indexes: TableIndex[] }>();
  for (const { table, rows: estimate, name, columns } of rows as readonly Row[]) {
    const known = found.get(table) ?? { rows: estimate, indexes: [] };
    if (name !== null) known.indexes.push({ name, columns });
    found.set(table, known);
  }
  return found;
}

export const hasIndexOn = ({ indexes }: IndexedTable, ...columns: string[]): boolean =>
  indexes.some((index) => columns.every((column, at) => index.columns[at] === column));

export const quoted = (...names: string[]): string =>
  names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.');
