import { LibSQLVector } from '@mastra/libsql';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DocumentProcessor } from '../src/perf-documents.ts';
import type { SourceDocument } from '../src/embeddings/documents/document.ts';
import { testEmbedder } from '../src/embeddings/documents/test-embedder.ts';

/** The pages of Mastra's documentation that ship with `@mastra/core`. */
export async function mastraDocs(): Promise<SourceDocument[]> {
  const folder = join(fileURLToPath(new URL('.', import.meta.resolve('@mastra/core'))), 'docs');
  const names = await readdir(folder, { recursive: true });
  return names
    .filter((name) => name.endsWith('.md'))
    .toSorted()
    .map((name) => ({
      id: name.replaceAll('\\', '/'),
      content: () => readFile(join(folder, name), 'utf8'),
    }));
}

export const openVectors = (file: string): LibSQLVector =>
  new LibSQLVector({ id: 'docs', url: `file:${file}` });

export const INDEX = 'docs';
export const DIMENSION = 8;

/** Run by itself: ingests into a file, and is killed by the system at its n-th request to the embedder. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [file = '', dieAt = ''] = process.argv.slice(2);
  const embedder = testEmbedder({
    dimension: DIMENSION,
    answer(_values, number) {
      if (number === Number(dieAt)) process.kill(process.pid, 'SIGKILL');
    },
  });
  const vectorStore = openVectors(file);
  await new DocumentProcessor({ embedder, vectorStore, indexName: INDEX }).processBatch(await mastraDocs());
}
