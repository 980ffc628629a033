import { LibSQLVector } from '@mastra/libsql';
import { DocumentProcessor, type SourceDocument } from 'mastra-perf';
import { openai } from './common.ts';

export * from './common.ts';
export const list: readonly SourceDocument[] = [{ id: 'a.md', content: '# A\n\nThe first page.' }];
export const documents = new DocumentProcessor({
  embedder: openai.embedding('text-embedding-3-small'),
  vectorStore: new LibSQLVector({ id: 'pages', url: ':memory:' }),
  indexName: 'pages',
});
export async function* rowsOfATable(): AsyncGenerator<SourceDocument> {
  yield* list;
}
