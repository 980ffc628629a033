import { LibSQLVector } from '@mastra/libsql';
import { DocumentProcessor, type Perf } from 'mastra-perf';
import type { houseModels } from './agents.ts';

/** Brings documents into an index of this process. */
export function ingester(perf: Perf, embedder: ReturnType<typeof houseModels>['embedder']) {
  const documents = new DocumentProcessor({
    embedder: perf.embedder(embedder),
    vectorStore: new LibSQLVector({ id: 'documents', url: ':memory:' }),
    indexName: 'documents',
  });
  return (list: ReadonlyArray<{ readonly id: string; readonly content: string }>) =>
    documents.processBatch(list);
}
