import { PerfConfigError } from 'mastra-perf';
import type { Pool } from 'pg';
import { isIdentifier, quoted } from '../tables.ts';

/** By column. `undefined` is NULL; a Date, a bigint, bytes and JSON are written as what the column is. */
export type BatchRow = Readonly<Record<string, unknown>>;

/** A table of the search path, or of a schema. A name is taken as it is: a dot or a quote in it is part of it. */
export type BatchTable = string | { readonly schema: string; readonly table: string };

export interface BatchInsertOptions {
  /**
   * What becomes of a row that is there already: it stays (`'ignore'`), or is found by the columns of a unique index and
   * updated, all other columns or those in `update`. Of several rows with the same key the last one counts.
   * @default it is an error
   */
  readonly onConflict?:
    | 'ignore'
    | { readonly columns: readonly string[]; readonly update?: readonly string[] };
}

export interface BatchResult {
  /** Rows that were given. */
  readonly given: number;
  /** Rows that were inserted or updated. */
  readonly written: number;
  readonly statements: number;
}

/**
 * Inserts rows by as few statements as their size allows, whatever their number: all of them or none.
 *
 * @throws PerfConfigError for names that are none, and for rows whose columns differ.
 */
export type BatchInsert = (
  table: BatchTable,
  rows: readonly BatchRow[],
  options?: BatchInsertOptions,
) => Promise<BatchResult>;

/** JSON of one statement. */
const MAX_CHARS = 4 * 1024 ** 2;

export function batchInserter(pool: Pick<Pool, 'query' | 'connect'>): BatchInsert {
  return async (table, rows, options = {}) => {
    const [first] = rows;
    const target = tableText(table);
    if (!first) return { given: 0, written: 0, statements: 0 };
    const columns = Object.keys(first);
    if (columns.length === 0) throw new PerfConfigError('batchInsert.rows[0]', first, 'at least one column');
    const names = columns.map((column) => identifier(column, 'batchInsert.rows'));
    const text = insertText(target, names, conflictText(options.onConflict, columns));
    const chunks = chunksOf(jsonRows(rows, columns, options.onConflict));
    const results: number[] = [];
    const insert = async (client: Pick<Pool, 'query'>, chunk: string) =>
      void results.push((await client.query(text, [chunk])).rowCount ?? 0);
    const [only] = chunks;
    if (chunks.length === 1 && only !== undefined) await insert(pool, only);
    else
      await inTransaction(pool, async (client) => {
        for (const chunk of chunks) await insert(client, chunk);
      });
    return {
      given: rows.length,
      written: results.reduce((sum, count) => sum + count, 0),
      statements: chunks.length,
    };
  };
}

/** The row type of the table says what each value of the JSON becomes. */
const insertText = (table: string, names: readonly string[], conflict: string): string =>
  `INSERT INTO ${table} (${names.join(', ')})
SELECT ${names.map((name) => `r.${name}`).join(', ')} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb) r${conflict}`;

function conflictText(onConflict: BatchInsertOptions['onConflict'], columns: readonly string[]): string {
  if (onConflict === undefined) return '';
  if (onConflict === 'ignore') return ' ON CONFLICT DO NOTHING';
  const path = 'batchInsert.onConflict';
  const keys = namesOf(onConflict.columns, `${path}.columns`, columns);
  const others = columns.filter((column) => !onConflict.columns.includes(column));
  const update = namesOf(onConflict.update ?? others, `${path}.update`, columns);
  if (keys.length === 0) throw new PerfConfigError(`${path}.columns`, keys, 'the columns of a unique index');
  const target = ` ON CONFLICT (${keys.join(', ')})`;
  if (update.length === 0) return `${target} DO NOTHING`;
  return `${target} DO UPDATE SET ${update.map((name) => `${name} = EXCLUDED.${name}`).join(', ')}`;
}

function namesOf(value: unknown, path: string, columns: readonly string[]): string[] {
  if (!Array.isArray(value)) throw new PerfConfigError(path, value, 'a list of columns');
  for (const name of value)
    if (!columns.includes(name))
      throw new PerfConfigError(path, name, `one of the columns ${columns.join(', ')}`);
  return value.map((name) => identifier(name, path));
}

function tableText(table: BatchTable): string {
  if (typeof table === 'string') return identifier(table, 'batchInsert.table');
  const { schema, table: name } = table;
  return `${identifier(schema, 'batchInsert.table.schema')}.${identifier(name, 'batchInsert.table.table')}`;
}

function identifier(name: unknown, path: string): string {
  if (!isIdentifier(name)) throw new PerfConfigError(path, name, 'names of 1 to 63 bytes');
  return quoted(name);
}

function jsonRows(
  rows: readonly BatchRow[],
  columns: readonly string[],
  onConflict: BatchInsertOptions['onConflict'],
): string[] {
  const written = new Map<string | number, string>();
  for (const [index, row] of rows.entries()) {
    const own = Object.keys(row);
    if (own.length !== columns.length || !columns.every((column) => Object.hasOwn(row, column)))
      throw new PerfConfigError(
        `batchInsert.rows[${index}]`,
        own,
        `the columns of the first row: ${columns.join(', ')}`,
      );
    const values = columns.map((column) => [
      column,
      valueOf(row[column], `batchInsert.rows[${index}].${column}`),
    ]);
    const json = JSON.stringify(Object.fromEntries(values));
    if (typeof onConflict !== 'object') {
      written.set(index, json);
      continue;
    }
    // One statement cannot write the same row twice.
    const key = JSON.stringify(onConflict.columns.map((column) => valueOf(row[column], column)));
    written.delete(key);
    written.set(key, json);
  }
  return [...written.values()];
}

/** What JSON has no word for, as Postgres reads it from a text. */
function valueOf(value: unknown, path: string): unknown {
  if (value === undefined) return null;
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'function' || typeof value === 'symbol')
    throw new PerfConfigError(path, typeof value, 'a value that JSON or a column can hold');
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  return value;
}

function chunksOf(rows: readonly string[]): string[] {
  const chunks: string[][] = [];
  let size = Infinity;
  for (const row of rows) {
    if (size + row.length > MAX_CHARS) {
      chunks.push([]);
      size = 0;
    }
    chunks.at(-1)?.push(row);
    size += row.length + 1;
  }
  return chunks.map((chunk) => `[${chunk.join(',')}]`);
}

async function inTransaction(
  pool: Pick<Pool, 'connect'>,
  work: (client: Pick<Pool, 'query'>) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  let error: unknown;
  const broken = (reason: unknown): void => void (error ??= reason);
  client.on('error', broken); // of a connection that is lent, the pool hears nothing
  try {
    await client.query('BEGIN');
    await work(client as Pick<Pool, 'query'>);
    await client.query('COMMIT');
  } catch (reason) {
    error = reason;
    await client.query('ROLLBACK').catch(() => undefined); // the connection is closed below
    throw reason;
  } finally {
    client.off('error', broken);
    client.release(error !== undefined);
  }
}
