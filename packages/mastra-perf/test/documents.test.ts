import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SourceDocument } from '../src/embeddings/documents/document.ts';
import { fileCheckpoint } from '../src/embeddings/documents/file-checkpoint.ts';
import type { DocumentProcessorOptions } from '../src/embeddings/documents/processor-options.ts';
import { testEmbedder } from '../src/embeddings/documents/test-embedder.ts';
import { testVectorStore } from '../src/embeddings/documents/test-vector-store.ts';
import { DocumentProcessor } from '../src/perf-documents.ts';
import { DIMENSION, INDEX, mastraDocs, openVectors } from './documents-ingest.ts';

const run = promisify(execFile);
const ingesting = fileURLToPath(new URL('./documents-ingest.ts', import.meta.url));
const streaming = fileURLToPath(new URL('./documents-stream.ts', import.meta.url));
/** Of the heap, as in a small container: without it, garbage is left lying as long as the machine has memory. */
const LIMIT = '--max-old-space-size=192';

let folder: string;
let docs: SourceDocument[];
/** Chunks that must be there, by a run into memory. */
let expected: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'documents-'));
  docs = await mastraDocs();
  const vectorStore = testVectorStore();
  await ingest({ vectorStore, docs });
  expected = [...vectorStore.rows.keys()].toSorted();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function ingest({
  docs: documents,
  ...options
}: Partial<DocumentProcessorOptions> &
  Pick<DocumentProcessorOptions, 'vectorStore'> & { docs: readonly SourceDocument[] }) {
  const embedder = testEmbedder({ dimension: DIMENSION });
  const processor = new DocumentProcessor({ embedder, indexName: INDEX, ...options });
  const summary = await processor.processBatch(documents);
  return { summary, texts: embedder.texts(), requests: embedder.requests.length };
}

/** All of them: what is asked for more than there is, LibSQL looks through row by row. */
async function idsIn(file: string): Promise<string[]> {
  const vectors = openVectors(file);
  try {
    const queryVector = Array.from({ length: DIMENSION }, () => 1);
    const rows = await vectors.query({
      indexName: INDEX,
      queryVector,
      topK: 10_000,
      filter: { documentId: { $exists: true } },
    });
    return rows.map(({ id }) => id).toSorted();
  } finally {
    await vectors.close();
  }
}

describe("Mastra's documentation in a file of LibSQL", () => {
  test(
    'is embedded once, then not at all, then only where a page has changed',
    { timeout: 60_000 },
    async () => {
      const file = join(folder, 'pages.db');
      const vectorStore = openVectors(file);
      try {
        const first = await ingest({ vectorStore, docs });
        expect(first.summary).toMatchObject({
          documents: docs.length,
          embedded: expected.length,
          failed: [],
        });
        expect(first.summary.documents).toBeGreaterThan(400);
        expect(first.requests).toBeLessThan(expected.length / 50);
        expect(await idsIn(file)).toEqual(expected);

        const again = await ingest({ vectorStore, docs });
        expect([again.texts, again.summary.removed]).toEqual([0, 0]);
        expect(again.summary.skipped).toBe(expected.length);

        const [page] = docs.filter(({ id }) => id.includes('memory-overview'));
        const content = await (page!.content as () => Promise<string>)();
        const edited = docs.map((one) =>
          one === page ? { ...one, content: `${content}\n\nAnother paragraph.` } : one,
        );
        const changed = await ingest({ vectorStore, docs: edited });
        expect(changed.texts).toBe(1);
        expect(changed.summary).toMatchObject({ embedded: 1, removed: 1, skipped: expected.length - 1 });
        expect(await idsIn(file)).toHaveLength(expected.length);
      } finally {
        await vectorStore.close();
      }
    },
  );

  test.each([1, 4, 11])(
    'is complete after a process was killed at request %i, and no chunk is embedded twice',
    { timeout: 60_000 },
    async (dieAt) => {
      const file = join(folder, `killed-${dieAt}.db`);
      const killed = await run(process.execPath, [ingesting, file, String(dieAt)]).catch(
        (error: { signal?: string }) => error.signal,
      );
      expect(killed).toBe('SIGKILL');
      const left = dieAt === 1 ? [] : await idsIn(file);
      expect(left.length).toBeLessThan(expected.length);
      const vectorStore = openVectors(file);
      try {
        const resumed = await ingest({ vectorStore, docs });
        expect(resumed.texts).toBe(expected.length - left.length);
        expect(resumed.summary).toMatchObject({ documents: docs.length, skipped: left.length, failed: [] });
        expect(await idsIn(file)).toEqual(expected);
      } finally {
        await vectorStore.close();
      }
    },
  );

  test('is not read further than its hash where a file keeps what is stored', async () => {
    const vectorStore = testVectorStore();
    const path = join(folder, 'checkpoint.jsonl');
    await ingest({ vectorStore, docs, checkpoint: fileCheckpoint(path) });
    const again = await ingest({ vectorStore, docs, checkpoint: fileCheckpoint(path) });
    expect(again).toMatchObject({ texts: 0, summary: { skipped: expected.length, removed: 0 } });
    expect(vectorStore.counts.queries).toBe(0);
  });
});

test('50,000 chunks go through less than 300 MB', { timeout: 60_000 }, async () => {
  const { stdout } = await run(process.execPath, ['--expose-gc', LIMIT, streaming, '2500', '20']);
  const told = JSON.parse(stdout) as Record<
    'done' | 'embedded' | 'stored' | 'ids' | 'growth' | 'held' | 'ms',
    number
  >;
  expect(told.done).toBe(2500);
  expect(told.embedded).toBeGreaterThanOrEqual(50_000);
  expect([told.stored, told.ids]).toEqual([told.embedded, told.embedded]);
  expect(told.growth).toBeLessThan(300 * 1024 ** 2);
  // What is in use, without what the garbage collector has not got to yet.
  expect(told.held).toBeLessThan(100 * 1024 ** 2);
});
