import { DocumentProcessor, type SourceDocument } from 'mastra-perf';
import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createIndexTables, indexFile, indexNames, indexOf, openIndex, sealIndex } from './index-file.ts';
import { readDocsPages, type DocsPage } from './pages.ts';
import { passagesOf } from './passages.ts';
import { createWorkerEmbedder } from './worker-embedder.ts';

export interface IngestResult {
  readonly file: string;
  /** True when a complete index of the same version was there already. */
  readonly skipped: boolean;
  readonly pages: number;
  /** Absent when skipped. */
  readonly passages?: number;
  readonly ms: number;
}

/** Builds the vector index of the documentation, once per version. `onProgress` receives the pages done and their total. */
export async function ingest(onProgress: (done: number, total: number) => void): Promise<IngestResult> {
  const start = performance.now();
  const { version, pages } = await readDocsPages();
  const file = indexFile(version);
  if (existsSync(file)) return { file, skipped: true, pages: pages.length, ms: performance.now() - start };

  // The index is built under another name and renamed when complete: an interrupted ingest goes on where it was.
  const building = `${file}.building`;
  const passages = await build(building, pages, onProgress);
  await sealIndex(building);
  await rename(building, file);
  await removeDatabase(building);
  return { file, skipped: false, pages: pages.length, passages, ms: performance.now() - start };
}

async function build(
  file: string,
  pages: readonly DocsPage[],
  onProgress: (done: number, total: number) => void,
): Promise<number> {
  await createIndexTables(file);
  const vectorStore = openIndex(file);
  const embedder = createWorkerEmbedder();
  let passages = 0;
  let before = 0;
  try {
    for (const indexName of indexNames) {
      const processor = new DocumentProcessor({
        embedder,
        vectorStore,
        indexName,
        batchSize: embedder.maxEmbeddingsPerCall,
        chunk: async (markdown, { id }) =>
          (await passagesOf({ path: id, markdown })).map(({ text, embedText, ...metadata }) => ({
            text,
            embedText,
            metadata,
          })),
      });
      const documents = pages.filter(({ path }) => indexOf(path) === indexName).map(documentOf);
      const begun = before;
      const { chunks, failed } = await processor.processBatch(documents, {
        onProgress: ({ done }) => onProgress(begun + done, pages.length),
      });
      if (failed[0]) throw failed[0].error;
      passages += chunks;
      before += documents.length;
    }
  } finally {
    await Promise.all([vectorStore.close(), embedder.close()]);
  }
  return passages;
}

const documentOf = ({ path, markdown }: DocsPage): SourceDocument => ({
  id: path,
  content: markdown,
  type: 'markdown',
});

async function removeDatabase(file: string): Promise<void> {
  const names = await readdir(dirname(file));
  const leftovers = names.filter((name) => name.startsWith(basename(file)));
  await Promise.all(leftovers.map((name) => rm(join(dirname(file), name))));
}
