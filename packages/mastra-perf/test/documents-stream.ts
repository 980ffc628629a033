import { DocumentProcessor } from '../src/perf-documents.ts';
import type { SourceDocument } from '../src/embeddings/documents/document.ts';
import { testEmbedder } from '../src/embeddings/documents/test-embedder.ts';
import type { VectorStoreLike } from '../src/embeddings/documents/vector-store.ts';

/* Run by itself: ingests a generated corpus, and tells how much memory that took. What is stored is counted, and not kept. */

const [documents = 0, paragraphs = 0] = process.argv.slice(2).map(Number);
const sentence = 'The cache of answers saves a call to the model for each question that was asked before. ';

function* corpus(): Generator<SourceDocument> {
  for (let at = 0; at < documents; at++)
    yield {
      id: `document ${at}`,
      content: () =>
        Array.from({ length: paragraphs }, (_, of) => `Part ${of} of ${at}. ${sentence.repeat(20)}`).join(
          '\n\n',
        ),
    };
}

const ids = new Set<string>();
let stored = 0;
const sink: VectorStoreLike = {
  async createIndex() {},
  listIndexes: async () => [],
  async describeIndex() {
    throw new Error('no such index');
  },
  async upsert({ ids: some = [] }) {
    stored += some.length;
    for (const id of some) ids.add(id);
  },
  query: async () => [],
};

const embedder = testEmbedder({ dimension: 256 });
globalThis.gc?.();
const before = process.memoryUsage.rss();
let peak = before;
const begun = performance.now();
let [done, embedded] = [0, 0];
const processor = new DocumentProcessor({ embedder, vectorStore: sink, indexName: 'corpus' });
for await (const result of processor.process(corpus())) {
  done++;
  embedded += result.embedded;
  // The embedder of the tests keeps what it was asked.
  embedder.requests.length = 0;
  if (done % 50 === 0) peak = Math.max(peak, process.memoryUsage.rss());
}
globalThis.gc?.();
const held = process.memoryUsage().heapUsed;
const ms = performance.now() - begun;
console.log(JSON.stringify({ done, embedded, stored, ids: ids.size, growth: peak - before, held, ms }));
