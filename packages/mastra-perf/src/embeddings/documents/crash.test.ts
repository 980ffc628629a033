import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { memoryCheckpoint, type DocumentCheckpoint } from './checkpoint.ts';
import type { SourceDocument } from './document.ts';
import { IngestingProcessor } from './document-processor.ts';
import { testEmbedder } from './test-embedder.ts';
import { testVectorStore } from './test-vector-store.ts';
import type { VectorStoreLike } from './vector-store.ts';

/** Documents by the letters of their chunks. */
type Corpus = Readonly<Record<string, string>>;

const documentsOf = (corpus: Corpus): SourceDocument[] =>
  Object.entries(corpus).map(([id, content]) => ({ id, content }));

function processor(vectorStore: VectorStoreLike, checkpoint: DocumentCheckpoint | undefined) {
  const embedder = testEmbedder();
  const chosen = checkpoint ? { checkpoint } : {};
  const one = new IngestingProcessor(
    {
      embedder,
      vectorStore,
      indexName: 'docs',
      chunk: (text) => [...text],
      version: '1',
      batchSize: 3,
      ...chosen,
    },
    {
      loadTokenCounter: async () => () => 1,
      loadMDocument: () => Promise.reject(new Error('not here')),
      clock: systemClock,
    },
  );
  return { one, embedder };
}

/** Everything that is asked after so many changes fails, as for a process that was killed; `half` of them is done and not told. */
function dying<T extends object>(
  target: T,
  life: { left: number; readonly isHalf: boolean },
  names: readonly string[],
): T {
  return new Proxy(target, {
    get(from, key) {
      const value: unknown = Reflect.get(from, key, from);
      if (typeof value !== 'function') return value;
      return async (...given: unknown[]): Promise<unknown> => {
        const isChange = names.includes(String(key));
        if (life.left <= 0) throw new Error('killed');
        if (isChange && --life.left === 0 && !life.isHalf) throw new Error('killed');
        const answer: unknown = await Reflect.apply(value, from, given);
        if (life.left <= 0) throw new Error('killed');
        return answer;
      };
    },
  });
}

const corpus = fc.dictionary(
  fc.constantFrom('d1', 'd2', 'd3', 'd4'),
  fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), maxLength: 7 }),
  { minKeys: 1 },
);

test.each(['the vector store', 'a checkpoint of its own'])(
  'whenever a process dies, the next run leaves exactly the chunks that there must be (%s)',
  { timeout: 60_000 },
  async (kind) => {
    const runs = fc.array(
      fc.record({ corpus, life: fc.integer({ min: 1, max: 14 }), isHalf: fc.boolean() }),
      { maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(runs, corpus, async (died, last) => {
        const store = testVectorStore();
        const checkpoint = kind === 'the vector store' ? undefined : memoryCheckpoint();
        for (const { corpus: documents, life: left, isHalf } of died) {
          const life = { left, isHalf };
          const dyingStore = dying<VectorStoreLike>(store, life, ['upsert', 'deleteVectors', 'createIndex']);
          const dyingCheckpoint = checkpoint && dying(checkpoint, life, ['set', 'delete', 'clear']);
          // What it tells is lost with it.
          await processor(dyingStore, dyingCheckpoint)
            .one.processBatch(documentsOf(documents))
            .catch(() => undefined);
        }
        const before = new Set(store.rows.keys());
        const { one, embedder } = processor(store, checkpoint);
        const summary = await one.processBatch(documentsOf(last));
        expect(summary.failed).toEqual([]);
        for (const [id, content] of Object.entries(last))
          expect(store.textsOf(id).toSorted()).toEqual([...content].toSorted());
        if (!checkpoint)
          expect(embedder.texts()).toBe([...store.rows.keys()].filter((id) => !before.has(id)).length);
        const again = processor(store, checkpoint);
        expect(await again.one.processBatch(documentsOf(last))).toMatchObject({ embedded: 0, removed: 0 });
      }),
      { numRuns: 150 },
    );
  },
);
