import { createClient } from '@libsql/client';
import { LibSQLVector } from '@mastra/libsql';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolder } from '../data-folder.ts';
import { embeddingDimension } from '../embedding/local-model.ts';
import { chunkingVersion } from './chunking-version.ts';

/** `docs` holds every page but the migration guides, `changelog` holds those. */
export const indexNames = ['docs', 'changelog'] as const;
export type IndexName = (typeof indexNames)[number];

export function indexOf(path: string): IndexName {
  return /(^|\/)reference-migrations-/.test(path) ? 'changelog' : 'docs';
}

/** One file per version of pages and chunking; it carries this name only when it is complete. */
export function indexFile(docsVersion: string): string {
  return join(dataFolder(), `docs-${docsVersion}-v${chunkingVersion}.db`);
}

/** The index that was completed last, for the server, which does not build one itself. */
export function newestIndexFile(): string {
  const folder = dataFolder();
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(`-v${chunkingVersion}.db`))
    .map((name) => join(folder, name));
  const [newest] = files.toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (newest === undefined)
    throw new Error(
      `expected the index of the documentation in ${folder}, found none: run "pnpm ingest" first`,
    );
  return newest;
}

export function openIndex(file: string): LibSQLVector {
  return new LibSQLVector({ id: 'docs-index', url: `file:${file}` });
}

/**
 * Creates the tables as LibSQLVector expects them, with a smaller nearest-neighbour graph than its `createIndex()` asks for.
 * Measured with 2,048 vectors of 512 numbers: default 27 ms per insert and 229 MB, this one 2 ms and 18 MB with the same top four;
 * without a graph a query takes 270 ms.
 */
export async function createIndexTables(file: string): Promise<void> {
  const client = createClient({ url: `file:${file}` });
  try {
    for (const name of indexNames) {
      await client.execute(
        `CREATE TABLE IF NOT EXISTS ${name} (id SERIAL PRIMARY KEY, vector_id TEXT UNIQUE NOT NULL, embedding F32_BLOB(${embeddingDimension}), metadata TEXT DEFAULT '{}')`,
      );
      await client.execute(
        `CREATE INDEX IF NOT EXISTS ${name}_vector_idx ON ${name} (libsql_vector_idx(embedding, 'compress_neighbors=float1bit', 'max_neighbors=32'))`,
      );
    }
  } finally {
    client.close();
  }
}

/** Moves everything from the write-ahead log into the file itself, so that the one file is the whole database. */
export async function sealIndex(file: string): Promise<void> {
  const client = createClient({ url: `file:${file}` });
  try {
    const { rows } = await client.execute('PRAGMA wal_checkpoint(TRUNCATE)');
    if (rows[0]?.['busy'] !== 0)
      throw new Error(`expected sole use of ${file} to complete it, another connection is open`);
  } finally {
    client.close();
  }
}
