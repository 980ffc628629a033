import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { embedInWorkers } from '../embedding/embed-in-workers.ts';
import { createIndexTables, indexFile, indexNames, indexOf, openIndex, sealIndex } from './index-file.ts';
import { readDocsPages } from './pages.ts';
import { passagesOf, type PassageToEmbed } from './passages.ts';

export interface IngestResult {
  readonly file: string;
  /** True when a complete index of the same version was there already. */
  readonly skipped: boolean;
  readonly pages: number;
  /** Absent when skipped. */
  readonly passages?: number;
  readonly ms: number;
}

const batchSize = 16;

/** Builds the vector index of the documentation, once per version. `onProgress` receives the passages done and their total. */
export async function ingest(onProgress: (done: number, total: number) => void): Promise<IngestResult> {
  const start = performance.now();
  const { version, pages } = await readDocsPages();
  const file = indexFile(version);
  if (existsSync(file)) return { file, skipped: true, pages: pages.length, ms: performance.now() - start };

  const passages = (await Promise.all(pages.map(passagesOf))).flat();
  // The index is built under another name and renamed when complete: what an interrupted ingest leaves behind is never taken for an index.
  const building = `${file}.building`;
  await removeDatabase(building);
  await build(building, passages, onProgress);
  await sealIndex(building);
  await rename(building, file);
  await removeDatabase(building);
  return {
    file,
    skipped: false,
    pages: pages.length,
    passages: passages.length,
    ms: performance.now() - start,
  };
}

async function build(
  file: string,
  passages: readonly PassageToEmbed[],
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  await createIndexTables(file);
  const index = openIndex(file);
  try {
    // A batch is padded to its longest text, so texts of like length go together.
    const sorted = passages.toSorted((a, b) => a.embedText.length - b.embedText.length);
    const batches = Array.from({ length: Math.ceil(sorted.length / batchSize) }, (_, batch) =>
      sorted.slice(batch * batchSize, (batch + 1) * batchSize),
    );
    let done = 0;
    await embedInWorkers(
      batches.map((batch) => batch.map((passage) => passage.embedText)),
      async (number, vectors) => {
        const batch = batches[number] ?? [];
        await store(index, batch, vectors, number);
        done += batch.length;
        onProgress(done, passages.length);
      },
    );
  } finally {
    await index.close();
  }
}

async function store(
  index: ReturnType<typeof openIndex>,
  batch: readonly PassageToEmbed[],
  vectors: readonly number[][],
  number: number,
): Promise<void> {
  const rows = batch.map((passage, i) => ({ passage, id: `${number}-${i}`, vector: vectors[i] ?? [] }));
  for (const indexName of indexNames) {
    const own = rows.filter((row) => indexOf(row.passage.path) === indexName);
    if (own.length === 0) continue;
    await index.upsert({
      indexName,
      ids: own.map((row) => row.id),
      vectors: own.map((row) => row.vector),
      metadata: own.map(({ passage: { path, title, section, text } }) => ({ path, title, section, text })),
    });
  }
}

async function removeDatabase(file: string): Promise<void> {
  const names = await readdir(dirname(file));
  const leftovers = names.filter((name) => name.startsWith(basename(file)));
  await Promise.all(leftovers.map((name) => rm(join(dirname(file), name))));
}
