import { describe, expect, test } from 'vitest';
import { settled, testClock } from '../../base/test-clock.ts';
import { isPerfError, type PerfConfigError } from '../../errors.ts';
import { memoryCheckpoint } from './checkpoint.ts';
import type { IngestProgress, SourceDocument } from './document.ts';
import type { IngestError } from './document-error.ts';
import { IngestingProcessor } from './document-processor.ts';
import type { DocumentProcessorOptions } from './processor-options.ts';
import { testEmbedder } from './test-embedder.ts';
import { testVectorStore } from './test-vector-store.ts';

const words = (text: string): number => text.split(/\s+/).filter(Boolean).length;

function processor(options: Partial<DocumentProcessorOptions> = {}, clock = testClock()) {
  return new IngestingProcessor(
    { embedder: testEmbedder(), vectorStore: testVectorStore(), indexName: 'docs', ...options },
    {
      loadTokenCounter: async () => words,
      loadMDocument: () => import('@mastra/rag').then((rag) => rag.MDocument),
      clock,
    },
  );
}

const note = (id: string, paragraphs: number, about = id): SourceDocument => ({
  id,
  content: Array.from(
    { length: paragraphs },
    (_, at) => `Paragraph ${at} of ${about}. ${'word '.repeat(400)}`,
  ).join('\n\n'),
});

const notes = (count: number): SourceDocument[] =>
  Array.from({ length: count }, (_, at) => note(`n${at}`, (at % 3) + 1));

async function caught(work: Promise<unknown>): Promise<IngestError> {
  try {
    await work;
  } catch (error) {
    return error as IngestError;
  }
  throw new Error('expected an error');
}

describe('a batch of documents', () => {
  test('has no more tokens in one request than batchTokens', async () => {
    const embedder = testEmbedder();
    const chunk = () => Array.from({ length: 20 }, (_, at) => `${at}`.padEnd(300));
    const summary = await processor({ embedder, chunk, batchTokens: 500 }).processBatch([note('a', 1)]);
    expect(summary).toMatchObject({ chunks: 20, failed: [] });
    expect(Math.max(...embedder.requests.map((texts) => texts.length))).toBe(5); // of 100 each
  });

  test('is embedded in requests that hold chunks of many documents', async () => {
    const embedder = testEmbedder();
    const store = testVectorStore();
    const summary = await processor({ embedder, vectorStore: store }).processBatch(notes(150));
    expect(summary).toMatchObject({
      documents: 150,
      chunks: 300,
      embedded: 300,
      skipped: 0,
      removed: 0,
      failed: [],
    });
    expect(store.rows.size).toBe(300);
    expect(embedder.texts()).toBe(300);
    expect(embedder.requests.length).toBeLessThanOrEqual(5);
    expect(store.counts).toMatchObject({ created: 1, queries: 0 });
  });

  test('costs nothing the second time', async () => {
    const embedder = testEmbedder();
    const store = testVectorStore();
    const first = processor({ embedder, vectorStore: store });
    await first.processBatch(notes(20));
    const [asked, written] = [embedder.requests.length, store.counts.upserts];
    const again = await processor({ embedder, vectorStore: store }).processBatch(notes(20));
    expect(again).toMatchObject({ documents: 20, embedded: 0, removed: 0, skipped: again.chunks });
    expect([embedder.requests.length, store.counts.upserts]).toEqual([asked, written]);
    expect(store.counts.queries).toBe(1);
  });

  test('embeds only the chunks of what has changed, and removes what is stale', async () => {
    const embedder = testEmbedder();
    const store = testVectorStore();
    await processor({ embedder, vectorStore: store }).processBatch(notes(20));
    const before = embedder.texts();
    const changed = notes(20).map((one) =>
      one.id === 'n5' ? { ...one, content: `${String(one.content)}\n\nNews.` } : one,
    );
    const summary = await processor({ embedder, vectorStore: store }).processBatch(changed);
    expect(summary).toMatchObject({ embedded: 1, removed: 1, failed: [] });
    expect(embedder.texts() - before).toBe(1);
    expect(store.textsOf('n5').filter((text) => text.includes('News.'))).toHaveLength(1);
    expect(store.rows.size).toBe(summary.chunks);
  });

  test('stores chunks anew when their metadata or the embedder is another', async () => {
    const store = testVectorStore();
    await processor({ vectorStore: store }).processBatch([note('a', 2)]);
    const tagged = { ...note('a', 2), metadata: { tenant: 't' } };
    expect(await processor({ vectorStore: store }).processBatch([tagged])).toMatchObject({
      embedded: 2,
      removed: 2,
    });
    const embedder = testEmbedder({ modelId: 'other' });
    expect(await processor({ vectorStore: store, embedder }).processBatch([tagged])).toMatchObject({
      embedded: 2,
      removed: 2,
    });
    expect([...store.rows.values()].map(({ metadata }) => metadata['tenant'])).toEqual(['t', 't']);
  });

  test('keeps equal chunks of one document apart', async () => {
    const store = testVectorStore();
    const chunk = (text: string) => text.split('|');
    await processor({ vectorStore: store, chunk }).processBatch([{ id: 'a', content: 'x|y|x' }]);
    expect(store.textsOf('a')).toEqual(['x', 'y', 'x']);
    const summary = await processor({ vectorStore: store, chunk }).processBatch([
      { id: 'a', content: 'new|x|y|x' },
    ]);
    expect(summary).toMatchObject({ embedded: 1, skipped: 3, removed: 0 });
  });

  test('finds what is stored where the store needs a vector to be asked', async () => {
    const embedder = testEmbedder();
    const store = testVectorStore({ needsVector: true });
    await processor({ embedder, vectorStore: store }).processBatch(notes(200));
    expect(await processor({ embedder, vectorStore: store }).processBatch(notes(200))).toMatchObject({
      embedded: 0,
    });
  });

  test('finds all chunks of documents that have many', async () => {
    const store = testVectorStore();
    const many = [note('a', 500), note('b', 700)];
    await processor({ vectorStore: store }).processBatch(many);
    expect(await processor({ vectorStore: store }).processBatch(many)).toMatchObject({
      embedded: 0,
      removed: 0,
      skipped: 1200,
    });
  });

  test('tells how far it is', async () => {
    const told: IngestProgress[] = [];
    await processor().processBatch(notes(7), { onProgress: (progress) => void told.push(progress) });
    expect(told.map(({ done }) => done)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(told.at(-1)).toMatchObject({ total: 7, chunks: 13, embedded: 13, skipped: 0, failed: 0 });
    await expect(
      processor().processBatch(notes(3), {
        onProgress() {
          throw new Error('mine');
        },
      }),
    ).rejects.toThrow('mine');
  });

  test('removes documents that are no more', async () => {
    const store = testVectorStore();
    const one = processor({ vectorStore: store });
    await one.processBatch([note('a', 3), note('b', 1)]);
    expect(await one.remove(['a', 'unknown'])).toBe(3);
    expect([store.textsOf('a').length, store.textsOf('b').length]).toEqual([0, 1]);
  });
});

describe('what fails', () => {
  test('is collected: bad documents do not take others with them', async () => {
    const store = testVectorStore();
    const documents: unknown[] = [
      note('good', 2),
      { id: 'good', content: 'twice' },
      { id: '', content: 'x' },
      { id: 'type', content: 'x', type: 'docx' },
      { id: 'nothing' },
      { id: 'empty', content: '' },
      { id: 'garbage', content: new Uint8Array([0xff, 0xd8, 0x00, 0xc3, 0x28]) },
      { id: 'broken.json', content: '{"a":' },
      { id: 'broken.pdf', content: Buffer.from('%PDF-1.7 nothing else') },
      { id: 'broken.html', content: '<html><p>Half a <b>page <script>no(' },
      { id: 'surrogate', content: 'half \ud800 a character' },
      { id: 'line', content: 'x'.repeat(1_000_000) },
      {
        id: 'throws',
        content: () => {
          throw new Error('cannot read');
        },
      },
      null,
    ];
    const summary = await processor({ vectorStore: store }).processBatch(documents as SourceDocument[]);
    expect(summary.failed.map(({ id, error }) => [id, error.stage]).toSorted()).toEqual([
      ['#13', 'read'],
      ['#2', 'read'],
      ['broken.json', 'extract'],
      ['broken.pdf', 'extract'],
      ['garbage', 'extract'],
      ['good', 'read'],
      ['nothing', 'read'],
      ['throws', 'read'],
      ['type', 'read'],
    ]);
    expect(
      summary.failed.every(({ error }) => isPerfError(error) && error.code === 'MASTRA_PERF_DOCUMENT'),
    ).toBe(true);
    expect(store.textsOf('good')).toHaveLength(2);
    expect(store.textsOf('empty')).toHaveLength(0);
    expect(store.textsOf('surrogate')).toEqual(['half \ufffd a character']);
    expect(store.textsOf('broken.html').join()).toBe('Half a page');
  });

  test('is one document only, when one of its chunks cannot be embedded', async () => {
    const refused = Object.assign(new Error('bad text'), { statusCode: 400 });
    const embedder = testEmbedder({
      answer(values) {
        if (values.some((text) => text.includes('Paragraph 1 of n4'))) throw refused;
      },
    });
    const store = testVectorStore();
    const summary = await processor({ embedder, vectorStore: store }).processBatch(notes(30));
    expect(summary.failed.map(({ id }) => id)).toEqual(['n4']);
    expect(summary.failed[0]?.error).toMatchObject({
      stage: 'embed',
      chunk: 1,
      documentId: 'n4',
      cause: refused,
    });
    expect(summary.embedded).toBe(60 - 1);
  });

  test('costs no requests for the rest of its document', async () => {
    const embedder = testEmbedder({
      answer(values) {
        if (values.includes('bad')) throw Object.assign(new Error('bad text'), { statusCode: 400 });
      },
    });
    const chunk = () => ['bad', ...Array.from({ length: 299 }, (_, at) => `part ${at}`)];
    const summary = await processor({ embedder, chunk, batchSize: 10, parallel: 1 }).processBatch([
      note('a', 1),
    ]);
    expect(summary).toMatchObject({ chunks: 300, failed: [{ id: 'a' }] });
    expect(embedder.texts()).toBeLessThan(100);
  });

  test('is said of a document that is larger than maxDocumentBytes, and the others are embedded', async () => {
    const large = { id: 'large', content: 'x'.repeat(2049) };
    const summary = await processor({ maxDocumentBytes: '2kb' }).processBatch([note('a', 1), large]);
    expect(summary).toMatchObject({
      embedded: 1,
      failed: [{ id: 'large', error: { message: expect.stringContaining('maxDocumentBytes') } }],
    });
  });

  test('is told with document and chunk when a vector is not a number, or missing', async () => {
    const embedder = testEmbedder({
      answer(values) {
        if (values.length === 1 && values[0]?.includes('of n1')) return { embeddings: [] };
        if (values.some((text) => text.includes('Paragraph 0 of n1')))
          return { embeddings: values.slice(1).map(() => [1, 2, 3, 4]) };
        return {
          embeddings: values.map((text) =>
            text.includes('Paragraph 1 of n2') ? [1, Number.NaN, 3, 4] : [1, 2, 3, 4],
          ),
        };
      },
    });
    const summary = await processor({ embedder }).processBatch(notes(4));
    const told = summary.failed.map(({ error }) => [error.documentId, error.chunk]).toSorted();
    expect(told).toEqual([
      ['n1', 0],
      ['n2', 1],
    ]);
    expect(summary.failed.map(({ error }) => error.message).join()).toMatch(
      /NaN as number 1.*|0 vectors for 1 text/,
    );
  });

  test('is tried again by document, when the vector store refuses a batch', async () => {
    const store = testVectorStore({
      onUpsert(number) {
        if (number % 3 === 0) throw new Error('busy');
      },
    });
    const first = await processor({ vectorStore: store, batchSize: 10 }).processBatch(notes(60));
    expect(first.failed.length).toBeGreaterThan(0);
    expect(first.failed.every(({ error }) => error.stage === 'store')).toBe(true);
    let left = first.failed.length;
    for (let run = 0; run < 20 && left > 0; run++) {
      const next = await processor({ vectorStore: store, batchSize: 10 }).processBatch(notes(60));
      left = next.failed.length;
    }
    expect(left).toBe(0);
    expect(store.rows.size).toBe(120);
  });

  test('is asked again only when the error says that this helps', async () => {
    const clock = testClock();
    const embedder = testEmbedder({
      answer(_values, number) {
        if (number <= 2) throw Object.assign(new Error('busy'), { isRetryable: true, statusCode: 503 });
      },
    });
    const run = processor({ embedder }, clock).processBatch([note('a', 1)]);
    for (let waits = 0; waits < 2; waits++) {
      while (clock.timers() === 0) await settled();
      clock.advance(4000);
    }
    expect(await run).toMatchObject({ embedded: 1, failed: [] });
    expect(embedder.requests).toHaveLength(3);
  });

  test('ends the run when the embedder refuses everything', async () => {
    const embedder = testEmbedder({
      answer() {
        throw Object.assign(new Error('wrong key'), { statusCode: 401 });
      },
    });
    const error = await caught(processor({ embedder }).processBatch(notes(500)));
    expect(error).toMatchObject({ code: 'MASTRA_PERF_INGEST', reason: 'embedder', summary: { embedded: 0 } });
    expect(embedder.requests.length).toBeLessThanOrEqual(4);
  });

  test('ends the run when the index has vectors of another length, at the first request', async () => {
    const embedder = testEmbedder();
    const error = await caught(
      processor({ embedder, vectorStore: testVectorStore({ dimension: 8 }) }).processBatch(notes(500)),
    );
    expect(error).toMatchObject({ code: 'MASTRA_PERF_INGEST', reason: 'index' });
    expect(error.message).toContain('vectors of 8 numbers, the embedder makes 4');
    expect(embedder.requests.length).toBeLessThanOrEqual(6);
  });

  test('is a clear error for a wrong option', async () => {
    const wrong = (options: object) => {
      try {
        processor(options);
      } catch (error) {
        return (error as PerfConfigError).path;
      }
      return undefined;
    };
    expect(wrong({ embedder: 'openai/text-embedding-3-small' })).toBe('DocumentProcessor.embedder');
    expect(wrong({ vectorStore: {} })).toBe('DocumentProcessor.vectorStore');
    expect(wrong({ chunking: { size: 10, overlap: 10 } })).toBe('DocumentProcessor.chunking.overlap');
    expect(wrong({ chunking: { headers: [] } })).toBe('DocumentProcessor.chunking.strategy');
    expect(wrong({ chunking: { strategy: 'paragraph' } })).toBe('DocumentProcessor.chunking.strategy');
    expect(wrong({ batchsize: 10 })).toBe('DocumentProcessor.batchsize');
  });
});

describe('a run that is ended', () => {
  test('stops reading when it is aborted, tells what is done, and goes on later', async () => {
    const controller = new AbortController();
    const embedder = testEmbedder({
      answer(_values, number, signal) {
        if (number < 3) return undefined;
        controller.abort();
        return new Promise((_resolve, reject) =>
          signal?.addEventListener('abort', () => reject(new Error('gone'))),
        );
      },
    });
    const store = testVectorStore();
    let read = 0;
    function* source() {
      for (const one of notes(2000)) {
        read++;
        yield one;
      }
    }
    const run = (async () => {
      for await (const _ of processor({ embedder, vectorStore: store, parallel: 1 }).process(source(), {
        signal: controller.signal,
      }));
    })();
    const error = await caught(run);
    expect(error).toMatchObject({ code: 'MASTRA_PERF_INGEST', reason: 'aborted' });
    expect(read).toBeLessThan(700);
    expect(error.summary.embedded).toBeGreaterThan(0);
    const resumed = testEmbedder();
    const summary = await processor({ embedder: resumed, vectorStore: store }).processBatch(notes(2000));
    expect(summary.failed).toEqual([]);
    expect(resumed.texts()).toBe(summary.chunks - 200);
    expect(store.rows.size).toBe(summary.chunks);
  });

  test('that was aborted before it began reads nothing', async () => {
    const error = await caught(processor().processBatch(notes(3), { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ reason: 'aborted', summary: { documents: 0 } });
  });

  test('by its own source finishes what it has read', async () => {
    const store = testVectorStore();
    function* source() {
      yield* notes(5);
      throw new Error('disk');
    }
    const seen: string[] = [];
    const run = (async () => {
      for await (const { id } of processor({ vectorStore: store }).process(source())) seen.push(id);
    })();
    const error = await caught(run);
    expect(error).toMatchObject({ reason: 'source', summary: { documents: 5 } });
    expect(error.message).toContain('disk');
    expect(seen).toHaveLength(5);
  });

  test('by leaving the loop closes the source and reads no more', async () => {
    let isClosed = false;
    let read = 0;
    async function* source() {
      try {
        for (const one of notes(5000)) {
          read++;
          yield one;
        }
      } finally {
        isClosed = true;
      }
    }
    for await (const _ of processor({ maxInFlight: 20 }).process(source())) break;
    expect(isClosed).toBe(true);
    expect(read).toBeLessThanOrEqual(21);
  });
});

describe('a stream of documents', () => {
  test('is read no further than there is room', async () => {
    let [read, done, most] = [0, 0, 0];
    async function* source() {
      for (const one of notes(400)) {
        most = Math.max(most, ++read - done);
        yield one;
      }
    }
    for await (const _ of processor({ maxInFlight: 30 }).process(source())) done++;
    expect([read, done]).toEqual([400, 400]);
    expect(most).toBeLessThanOrEqual(32);
  });

  test('is not read while nobody takes results', async () => {
    let read = 0;
    function* source() {
      for (const one of notes(400)) {
        read++;
        yield one;
      }
    }
    const results = processor({ maxInFlight: 10 }).process(source());
    await results.next();
    for (let turns = 0; turns < 50; turns++) await settled();
    expect(read).toBeLessThanOrEqual(11);
    await results.return();
  });

  test('does not wait for a source that is slow: what is there is stored after a moment', async () => {
    const clock = testClock();
    const source: { more?: () => void } = {};
    async function* slow() {
      yield note('a', 1);
      await new Promise<void>((resolve) => (source.more = resolve));
      yield note('b', 1);
    }
    const results = processor({}, clock).process(slow());
    const first = results.next();
    while (clock.timers() === 0 || !source.more) await settled();
    for (let turns = 0; turns < 5; turns++) {
      clock.advance(50);
      await settled();
      await settled();
    }
    expect(await first).toMatchObject({ value: { id: 'a', status: 'stored' } });
    source.more?.();
    expect(await results.next()).toMatchObject({ value: { id: 'b' } });
  });

  test('may bring a document again: the later one counts', async () => {
    const store = testVectorStore();
    const results: string[] = [];
    const source = [note('a', 2, 'old'), note('b', 1), note('a', 1, 'new')];
    for await (const { id, status } of processor({ vectorStore: store }).process(source))
      results.push(`${id} ${status}`);
    expect(results.toSorted()).toEqual(['a stored', 'a stored', 'b stored']);
    expect(store.textsOf('a')).toHaveLength(1);
    expect(store.textsOf('a')[0]).toContain('of new');
  });
});

describe('a checkpoint of its own', () => {
  test('saves looking into the documents that are the same', async () => {
    const store = testVectorStore();
    const checkpoint = memoryCheckpoint();
    let extracted = 0;
    const extract = () => {
      extracted++;
      return undefined;
    };
    const options = { vectorStore: store, checkpoint, extract, version: '1' };
    await processor(options).processBatch(notes(10));
    expect(await processor(options).processBatch(notes(10))).toMatchObject({ embedded: 0, skipped: 19 });
    expect([extracted, store.counts.queries]).toEqual([10, 0]);
    await processor({ ...options, version: '2' }).processBatch(notes(10));
    expect(extracted).toBe(20);
  });

  test('is forgotten when the index is gone', async () => {
    const checkpoint = memoryCheckpoint();
    await processor({ checkpoint }).processBatch(notes(10));
    const store = testVectorStore();
    await processor({ checkpoint, vectorStore: store }).processBatch(notes(1));
    expect(await processor({ checkpoint, vectorStore: store }).processBatch(notes(10))).toMatchObject({
      failed: [],
    });
    expect(store.rows.size).toBe(19);
  });
});
