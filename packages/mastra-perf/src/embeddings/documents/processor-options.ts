import * as z from 'zod/mini';
import type { ByteSize } from '../../base/byte-size.ts';
import { byteSize, name, oneOf, options, positiveInteger } from '../../base/schema.ts';
import type { EmbedderLike } from '../../pipeline/embedder-proxy.ts';
import type { DocumentCheckpoint } from './checkpoint.ts';
import type { ChunkFunction, ChunkingOptions, ChunkStrategy } from './chunk-document.ts';
import type { DocumentType, SourceDocument } from './document.ts';
import type { VectorStoreLike } from './vector-store.ts';

/** A document whose content has been read. */
export type LoadedDocument = Omit<SourceDocument, 'content' | 'type'> & {
  readonly content: string | Uint8Array;
  readonly type: DocumentType;
};

/** `undefined` leaves it to the type of the document. */
export type ExtractFunction = (
  document: LoadedDocument,
  signal: AbortSignal,
) => string | undefined | PromiseLike<string | undefined>;

export interface DocumentProcessorOptions {
  /** An embedding model of the AI SDK, specification v2 to v4; `perf.embedder(model)` embeds equal texts once. */
  readonly embedder: EmbedderLike;
  /** Any vector store of Mastra. */
  readonly vectorStore: VectorStoreLike;
  /** Where chunks go. The index is created when it is missing. */
  readonly indexName: string;
  /**
   * Of an index that is created.
   * @default 'cosine'
   */
  readonly metric?: 'cosine' | 'euclidean' | 'dotproduct';
  /** How texts are cut: 512 tokens, 50 of them from the chunk before. */
  readonly chunking?: ChunkingOptions;
  /** Cuts a text in your own way; `chunking` does not count then. */
  readonly chunk?: ChunkFunction;
  /** Gets text out of a document in your own way. */
  readonly extract?: ExtractFunction;
  /**
   * Change it when `extract` or `chunk` do something else than before. Without it a checkpoint that knows documents by their hash reads
   * those of such a processor again in each run.
   */
  readonly version?: string;
  /**
   * Where it is looked up what is stored of a document.
   * @default the vector store itself: `fileCheckpoint(path)` is faster, `memoryCheckpoint()` lasts as long as the process
   */
  readonly checkpoint?: DocumentCheckpoint;
  /** Passed to the embedder with each request. A change of it embeds everything anew. */
  readonly providerOptions?: Readonly<Record<string, unknown>>;
  /**
   * Chunks in one request to the embedder and in one write, of as many documents as it takes; fewer, where the model takes fewer.
   * @default 100
   */
  readonly batchSize?: number;
  /**
   * Tokens in one request, estimated as a third of its bytes.
   * @default 100_000
   */
  readonly batchTokens?: number;
  /**
   * Requests to the embedder at the same time; one, if the model says that it takes no parallel ones.
   * @default 4
   */
  readonly parallel?: number;
  /**
   * How often a request is made again whose error says that this may help, as the AI SDK does: after 2 seconds, then 4, or as told.
   * @default 2
   */
  readonly maxRetries?: number;
  /**
   * Documents that are read and not done yet. No more are read until one is done, nor while these are more than 32 MB.
   * @default 256
   */
  readonly maxInFlight?: number;
  /**
   * Largest document. A larger one fails.
   * @default '64mb'
   */
  readonly maxDocumentBytes?: ByteSize;
}

const STRATEGIES = [
  'recursive',
  'character',
  'token',
  'markdown',
  'html',
  'json',
  'latex',
  'sentence',
  'semantic-markdown',
] as const satisfies readonly ChunkStrategy[];

const wholeFromZero = (max: number) =>
  z.custom<number>((value) => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= max, {
    error: `a whole number from 0 to ${max}`,
  });

const withMethods = <T>(error: string, ...methods: string[]) =>
  z.custom<T>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      methods.every((method) => typeof Reflect.get(value, method) === 'function'),
    { error },
  );

const aFunction = <T>() => z.custom<T>((value) => typeof value === 'function', { error: 'a function' });

/** Options of a strategy are Mastra's to check. */
const chunkingSchema = z
  .looseObject(
    {
      strategy: z.optional(oneOf(...STRATEGIES)),
      size: z.optional(positiveInteger(1_000_000)),
      overlap: z.optional(wholeFromZero(500_000)),
    },
    { error: 'an object of options' },
  )
  .check(
    z.refine(({ size = 512, overlap = 50 }) => overlap < size, {
      error: 'an overlap that is smaller than the size',
      path: ['overlap'],
    }),
    z.refine(
      ({ strategy, size: _size, overlap: _overlap, ...rest }) =>
        strategy !== undefined || Object.keys(rest).length === 0,
      { error: 'one of the strategies, when there are options for it', path: ['strategy'] },
    ),
  );

export const processorSchema = options(() => ({
  embedder: withMethods<EmbedderLike>(
    "an embedding model of the AI SDK, such as openai.embedding('text-embedding-3-small'); for the name of one: new ModelRouterEmbeddingModel(name) of @mastra/core/llm",
    'doEmbed',
  ),
  vectorStore: withMethods<VectorStoreLike>(
    'a vector store of Mastra',
    'upsert',
    'query',
    'describeIndex',
    'createIndex',
  ),
  indexName: name(),
  metric: z.optional(oneOf('cosine', 'euclidean', 'dotproduct')),
  chunking: z.optional(chunkingSchema),
  chunk: z.optional(aFunction<ChunkFunction>()),
  extract: z.optional(aFunction<ExtractFunction>()),
  version: z.optional(name()),
  checkpoint: z.optional(
    withMethods<DocumentCheckpoint>(
      'an object with get(), set(), delete() and clear()',
      'get',
      'set',
      'delete',
      'clear',
    ),
  ),
  providerOptions: z.optional(z.record(z.string(), z.unknown(), { error: 'an object' })),
  batchSize: z.optional(positiveInteger(10_000)),
  batchTokens: z.optional(positiveInteger(10_000_000)),
  parallel: z.optional(positiveInteger(1000)),
  maxRetries: z.optional(wholeFromZero(100)),
  maxInFlight: z.optional(positiveInteger(100_000)),
  maxDocumentBytes: z.optional(byteSize()),
}));

export const PROCESSOR_DEFAULTS = {
  metric: 'cosine',
  batchSize: 100,
  batchTokens: 100_000,
  parallel: 4,
  maxRetries: 2,
  maxInFlight: 256,
  maxDocumentBytes: 64 * 1024 ** 2,
} as const;

export const CHUNKING_DEFAULTS = { size: 512, overlap: 50 } as const;
