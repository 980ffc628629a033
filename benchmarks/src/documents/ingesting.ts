import { LibSQLVector } from '@mastra/libsql';
import { MDocument } from '@mastra/rag';
import { DocumentProcessor, type SourceDocument } from 'mastra-perf';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchOptions, serve } from '../bench-process.ts';

export interface IngestingOptions {
  readonly way: 'pages' | 'processor';
  /** Of LibSQL; without one, what is stored is counted and not kept. */
  readonly file?: string;
  /** Generated documents of 20 chunks, in the place of Mastra's documentation. */
  readonly generated?: number;
}

export interface Ingested {
  readonly ms: number;
  readonly documents: number;
  readonly embedded: number;
  readonly removed: number;
  readonly requests: number;
  readonly peakMb: number;
}

const INDEX = 'docs';
const DIMENSION = 64;
const LATENCY_MS = 50;
const SENTENCE = 'The cache of answers saves a call to the model for each question that was asked before. ';

const options = benchOptions<IngestingOptions>();
let requests = 0;

/** Answers like a provider: late, and many texts as fast as one. */
const embedder = {
  specificationVersion: 'v3' as const,
  provider: 'bench',
  modelId: 'bench-embedding',
  maxEmbeddingsPerCall: 2048,
  supportsParallelCalls: true,
  async doEmbed({ values }: { values: string[] }) {
    requests++;
    await new Promise((resolve) => setTimeout(resolve, LATENCY_MS));
    return { embeddings: values.map(vectorOf) };
  },
};

function vectorOf(text: string): number[] {
  let state = text.length + 1;
  for (let at = 0; at < text.length; at += 7) state = (state * 31 + text.charCodeAt(at)) >>> 0;
  return Array.from({ length: DIMENSION }, () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

async function* pages(edited: boolean): AsyncGenerator<SourceDocument & { content: () => Promise<string> }> {
  const folder = join(fileURLToPath(new URL('.', import.meta.resolve('@mastra/core'))), 'docs');
  const names = (await readdir(folder, { recursive: true }))
    .filter((name) => name.endsWith('.md'))
    .toSorted();
  for (const [at, id] of names.entries())
    yield {
      id,
      content: async () =>
        `${await readFile(join(folder, id), 'utf8')}${edited && at === 100 ? '\n\nNews.' : ''}`,
    };
}

function* generated(count: number): Generator<SourceDocument> {
  for (let at = 0; at < count; at++)
    yield {
      id: `document ${at}`,
      content: () =>
        Array.from({ length: 20 }, (_, of) => `Part ${of} of ${at}. ${SENTENCE.repeat(20)}`).join('\n\n'),
    };
}

const sink = {
  createIndex: async () => undefined,
  listIndexes: async () => [],
  describeIndex: async () => ({ dimension: DIMENSION, count: 0 }),
  upsert: async () => undefined,
  query: async () => [],
};

/** As it is written in many applications: page by page, each chunked, embedded and stored before the next. */
async function byPages(store: LibSQLVector): Promise<[documents: number, embedded: number]> {
  await store.createIndex({ indexName: INDEX, dimension: DIMENSION });
  let [documents, embedded] = [0, 0];
  for await (const { id, content } of pages(false)) {
    const lengthFunction = (text: string): number => Math.ceil(text.length / 4);
    const params = { strategy: 'recursive', maxSize: 512, overlap: 50, lengthFunction } as const;
    const chunks = await MDocument.fromMarkdown(await content()).chunk(params);
    const { embeddings } = await embedder.doEmbed({ values: chunks.map(({ text }) => text) });
    const metadata = chunks.map(({ text }) => ({ documentId: id, text }));
    await store.upsert({ indexName: INDEX, vectors: embeddings, metadata });
    documents++;
    embedded += chunks.length;
  }
  return [documents, embedded];
}

serve<{ edited: boolean }>(async ({ edited }) => {
  const store =
    options.file === undefined ? undefined : new LibSQLVector({ id: 'bench', url: `file:${options.file}` });
  requests = 0;
  const before = process.memoryUsage.rss();
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
  const begun = performance.now();
  let [documents, embedded, removed] = [0, 0, 0];
  if (options.way === 'pages' && store) [documents, embedded] = await byPages(store);
  else {
    const processor = new DocumentProcessor({ embedder, vectorStore: store ?? sink, indexName: INDEX });
    const source = options.generated === undefined ? pages(edited) : generated(options.generated);
    for await (const result of processor.process(source)) {
      if (result.error) throw result.error;
      documents++;
      embedded += result.embedded;
      removed += result.removed;
    }
  }
  const ms = performance.now() - begun;
  clearInterval(watch);
  await store?.close();
  const peakMb = (peak - before) / 1024 ** 2;
  return { ms, documents, embedded, removed, requests, peakMb } satisfies Ingested;
});
