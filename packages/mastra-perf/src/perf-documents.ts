import type { TokenCounting } from './context/tokens/token-counting.ts';
import { IngestingProcessor } from './embeddings/documents/document-processor.ts';
import type { DocumentProcessorOptions } from './embeddings/documents/processor-options.ts';
import { loadMDocument } from './mastra/load-mdocument.ts';

/**
 * Brings documents into a vector store of Mastra: text, chunks, embeddings, in batches and with bounded memory. What is stored already is
 * not embedded again, what is stale is removed, and a run that was ended goes on where it was.
 *
 * @example
 * const documents = new DocumentProcessor({ embedder, vectorStore, indexName: 'docs' });
 * await documents.processBatch([{ id: 'guide.md', content: '# Guide …' }]);
 *
 * @throws PerfConfigError for a wrong option.
 */
export class DocumentProcessor extends IngestingProcessor {
  constructor(options: DocumentProcessorOptions) {
    let counting: Promise<TokenCounting> | undefined;
    const load = (): Promise<TokenCounting> =>
      (counting ??= import('./context/tokens/token-counting.ts').then(({ createTokenCounting }) =>
        createTokenCounting(),
      ));
    super(options, {
      loadMDocument,
      async loadTokenCounter(model) {
        const counter = await (await load()).load(model);
        return (text) => counter.text(text).tokens;
      },
    });
  }
}
