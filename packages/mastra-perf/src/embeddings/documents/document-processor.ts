import { canonicalHash } from '../../base/canonical-hash.ts';
import { systemClock, type Clock } from '../../base/clock.ts';
import { parseOptions } from '../../base/parse-options.ts';
import { dropUndefined } from '../../base/schema.ts';
import type { DocumentCheckpoint } from './checkpoint.ts';
import { prepareChunking, type ChunkingOptions, type LoadMDocument } from './chunk-document.ts';
import type { DocumentResult, IngestRunOptions, IngestSummary, SourceDocument } from './document.ts';
import type { IngestRun } from './ingest-run.ts';
import type { AnyIterable } from './overlapping.ts';
import {
  CHUNKING_DEFAULTS,
  PROCESSOR_DEFAULTS,
  processorSchema,
  type DocumentProcessorOptions,
} from './processor-options.ts';
import { vectorCheckpoint } from './vector-checkpoint.ts';
import { vectorIndex, type VectorIndex } from './vector-index.ts';
import { removeVectors } from './vector-store.ts';

export interface DocumentProcessorDeps {
  /** A counter of tokens for the texts that this model embeds. */
  readonly loadTokenCounter: (model: {
    readonly provider: string;
    readonly modelId: string;
  }) => Promise<(text: string) => number>;
  readonly loadMDocument: LoadMDocument;
  readonly clock?: Clock;
}

/** Raise when documents are read or cut in another way than before. */
const FORMAT = 1;
/** Documents that are looked up and removed together. */
const REMOVED_TOGETHER = 64;

/** `DocumentProcessor` without a way to count tokens. */
export class IngestingProcessor {
  readonly #options: ReturnType<typeof resolved>;
  readonly #deps: Required<DocumentProcessorDeps>;

  constructor(options: DocumentProcessorOptions, deps: DocumentProcessorDeps) {
    this.#options = resolved(options);
    this.#deps = { clock: systemClock, ...deps };
  }

  /**
   * Brings documents into the vector store: gets their text out, cuts it, embeds what is not stored yet and removes what is stale. What
   * fails for one document is in the summary. The same call again goes on where an earlier one was ended, and does nothing for what is
   * done.
   *
   * @throws IngestError when the run cannot go on, or is aborted; its `summary` tells what is done.
   */
  async processBatch(
    documents: readonly SourceDocument[],
    options: IngestRunOptions = {},
  ): Promise<IngestSummary> {
    const run = await this.#run(documents, options, documents.length);
    for await (const _result of run.results());
    return run.summary();
  }

  /**
   * The same for as many documents as there are: results as they come, in any order. No more documents are read than are under way, and
   * none while results are not taken. To leave the loop ends the run.
   *
   * @throws IngestError when the run cannot go on, is aborted, or the documents cannot be read further.
   */
  async *process(
    documents: AnyIterable<SourceDocument>,
    options: IngestRunOptions = {},
  ): AsyncGenerator<DocumentResult, void, void> {
    const run = await this.#run(documents, options, undefined);
    yield* run.results();
  }

  /** Takes documents out of the vector store. Resolves with the number of chunks that were removed. */
  async remove(ids: readonly string[]): Promise<number> {
    const { vectorStore, indexName } = this.#options;
    const index = this.#index();
    await index.open();
    const checkpoint = this.#checkpoint(index);
    let removed = 0;
    for (let from = 0; from < ids.length && !index.wasEmpty; from += REMOVED_TOGETHER) {
      const some = ids.slice(from, from + REMOVED_TOGETHER);
      const entries = await checkpoint.get(some);
      const chunks = [...entries.values()].flatMap((entry) => [...entry.chunks, ...(entry.doubtful ?? [])]);
      if (chunks.length > 0) await removeVectors(vectorStore, indexName, chunks);
      await checkpoint.delete(some);
      removed += chunks.length;
    }
    return removed;
  }

  #index(): VectorIndex {
    const { vectorStore: store, indexName, metric } = this.#options;
    return vectorIndex({ store, indexName, metric });
  }

  #checkpoint(index: VectorIndex): DocumentCheckpoint {
    const { checkpoint, vectorStore: store, indexName } = this.#options;
    return checkpoint ?? vectorCheckpoint({ store, indexName, dimension: () => index.dimension });
  }

  async #run(
    source: AnyIterable<SourceDocument>,
    runOptions: IngestRunOptions,
    total: number | undefined,
  ): Promise<IngestRun> {
    const { clock, loadTokenCounter, loadMDocument } = this.#deps;
    const options = this.#options;
    const { embedder, vectorStore, indexName, chunk, chunking, extract, version, providerOptions } = options;
    const { provider, modelId } = embedder;
    // What only ingesting needs is not loaded by those who only ask.
    const [{ ingestRun }, { askEmbedder }] = await Promise.all([
      import('./ingest-run.ts'),
      import('./ask-embedder.ts'),
    ]);
    await prepareChunking({ chunk, chunking, loadMDocument });
    const [tokens, most, isParallel] = await Promise.all([
      loadTokenCounter({ provider, modelId }),
      Reflect.get(embedder, 'maxEmbeddingsPerCall') as unknown,
      Reflect.get(embedder, 'supportsParallelCalls') as unknown,
    ]);
    const index = this.#index();
    const embedding = canonicalHash([provider, modelId, providerOptions]);
    const isKnown = version !== undefined || (!chunk && !extract);
    const making = isKnown
      ? canonicalHash([FORMAT, indexName, embedding, chunk ? {} : chunking, version])
      : undefined;
    return ingestRun({
      source,
      total,
      isBatch: total !== undefined,
      options: runOptions,
      index,
      clock,
      checkpoint: this.#checkpoint(index),
      maxInFlight: options.maxInFlight,
      flow: {
        indexName,
        chunk,
        chunking,
        extract,
        tokens,
        loadMDocument,
        embedding,
        making,
        maxDocumentBytes: options.maxDocumentBytes,
        remove: (ids) => removeVectors(vectorStore, indexName, ids),
      },
      desk: {
        store: vectorStore,
        indexName,
        ask: askEmbedder({ embedder, providerOptions, maxRetries: options.maxRetries, clock }),
        limits: {
          items: isLimit(most) ? Math.min(Math.floor(most), options.batchSize) : options.batchSize,
          tokens: options.batchTokens,
          requests: isParallel === false ? 1 : options.parallel,
          upserts: UPSERTS,
        },
      },
    });
  }
}

/** Writes to the vector store at the same time. */
const UPSERTS = 2;

type ResolvedChunking = ChunkingOptions & { readonly size: number; readonly overlap: number };

const isLimit = (value: unknown): value is number => typeof value === 'number' && value >= 1;

function resolved(given: DocumentProcessorOptions) {
  const { chunking, chunk, extract, checkpoint, version, providerOptions, ...rest } = parseOptions(
    processorSchema,
    given,
    'DocumentProcessor',
  );
  return {
    ...PROCESSOR_DEFAULTS,
    ...rest,
    chunking: { ...CHUNKING_DEFAULTS, ...(chunking && dropUndefined(chunking)) } as ResolvedChunking,
    chunk,
    extract,
    checkpoint,
    version,
    providerOptions,
  };
}
