import { ALL_WELL, MODEL } from './consumer-programs.ts';

/** A program that needs each of the optional peers, in the version that is installed. */
export const PEERS_PROGRAM = `import { metrics } from '@opentelemetry/api';
import { Agent } from '@mastra/core/agent';
import { Mastra } from '@mastra/core';
import { PostgresStore } from '@mastra/pg';
import { RedisStore } from '@mastra/redis';
import { createPerf, DocumentProcessor } from 'mastra-perf';
import { fastPostgres } from 'mastra-perf-pg';
import { fastRedis } from 'mastra-perf-redis/mastra';
${MODEL}

function check(holds, what) {
  if (!holds) throw new Error(what);
}

const stored = [];
const vectorStore = {
  createIndex: async () => {},
  listIndexes: async () => [],
  describeIndex: async () => ({ dimension: 2, count: 0 }),
  upsert: async ({ metadata }) => void stored.push(...metadata),
  query: async () => [],
};
const embedder = {
  specificationVersion: 'v2',
  provider: 'mock',
  modelId: 'mock-embedder',
  maxEmbeddingsPerCall: 100,
  supportsParallelCalls: true,
  doEmbed: async ({ values }) => ({ embeddings: values.map(() => [1, 0]), usage: { tokens: 1 } }),
};
const page =
  '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj';
const drawn = 'BT /F1 12 Tf 20 200 Td (From a page) Tj ET';
const pdf =
  '%PDF-1.4\\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\\n' +
  page + '\\n4 0 obj<</Length ' + drawn.length + '>>stream\\n' + drawn + '\\nendstream endobj\\n' +
  '5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\\ntrailer<</Root 1 0 R>>';

async function ingest(documents, options) {
  stored.length = 0;
  const processor = new DocumentProcessor({ embedder, vectorStore, indexName: 'kb', ...options });
  const { failed } = await processor.processBatch(documents);
  check(failed.length === 0, 'documents: ' + failed.map(({ error }) => String(error)).join());
  return stored.map(({ text }) => text).join('|');
}

const text = await ingest([
  { id: 'a.html', content: '<h2>Heading</h2><p>From a site' },
  { id: 'b.pdf', content: Buffer.from(pdf) },
]);
for (const part of ['## Heading', 'From a site', 'From a page']) check(text.includes(part), part + ' is not in ' + text);
const chunking = { strategy: 'markdown', headers: [['##', 'section']] };
await ingest([{ id: 'c.md', content: '## One\\n\\nFirst.\\n\\n## Two\\n\\nSecond.' }], { chunking });
check(stored.map(({ section }) => section).join() === 'One,Two', 'sections: ' + JSON.stringify(stored));

// Nobody listens there, and nobody is asked.
const postgres = fastPostgres(new PostgresStore({ id: 'pg', connectionString: 'postgres://127.0.0.1:1/none' }));
check(typeof postgres.stores.memory.listMessagesPage === 'function', 'fastPostgres() changed nothing');
const redis = new RedisStore({ id: 'redis', host: '127.0.0.1', port: 1 });
const before = redis.stores.memory;
check(fastRedis(redis).stores.memory !== before, 'fastRedis() changed nothing');

const made = new Set();
const instrument = (name) => ({ record: () => made.add(name), add: () => made.add(name) });
metrics.setGlobalMeterProvider({ getMeter: () => ({ createHistogram: instrument, createCounter: instrument }) });
const perf = createPerf();
const support = new Agent({ id: 'support', name: 'support', instructions: 'Be short.', model });
new Mastra({ agents: { support }, logger: false, processors: { perf } });
await support.generate('one?');
const deadline = Date.now() + 10_000;
while (!made.has('mastra_perf.call.duration') && Date.now() < deadline) await new Promise((done) => setTimeout(done, 20));
check(made.has('mastra_perf.call.duration'), 'OpenTelemetry was told: ' + [...made].join());
await perf.close();
console.log('${ALL_WELL}' + process.version);
`;
