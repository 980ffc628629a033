import * as z from 'zod/mini';
import type { ByteSize } from '../base/byte-size.ts';
import type { Duration } from '../base/duration.ts';
import { normalizeSchema, type Normalize } from '../base/normalize.ts';
import { byteSize, duration, options, positiveInteger } from '../base/schema.ts';

/** Embeddings: each text is embedded once, and what several callers ask for at once is one request. */
export interface EmbeddingOptions {
  /**
   * How long a vector is used again. The clock starts when the model has made it.
   * @default '30d'
   */
  readonly ttl?: Duration;
  /**
   * What of a text does not make another text: see `cache.normalize`. Of texts that count as equal the first one is embedded.
   * @default 'exact'
   */
  readonly normalize?: Normalize;
  /**
   * How long a text waits for others to share its request, in milliseconds or as a duration; 0 waits only for what is asked at the same
   * moment. A full request does not wait.
   * @default 5
   */
  readonly batchWait?: Duration | 0;
}

/** Bounds that hold for all agents together. */
export interface EmbeddingBounds {
  /**
   * Memory of this process that vectors may take; the least recently used go first. One of 1,536 numbers takes 6 or 12 kB.
   * @default '64mb'
   */
  readonly maxBytes?: ByteSize;
  /**
   * Texts in one request, for models that do not tell their limit.
   * @default 256
   */
  readonly maxBatchTexts?: number;
  /**
   * Tokens in one request, estimated as a third of its bytes. A longer text goes alone.
   * @default 100_000
   */
  readonly maxBatchTokens?: number;
  /**
   * Requests to one model at the same time; one, if the model says that it takes no parallel ones.
   * @default 8
   */
  readonly maxParallel?: number;
}

export interface EmbeddingSettings {
  readonly ttl?: number;
  readonly normalize?: Normalize;
  readonly batchWait?: number;
}

export interface EmbeddingBoundSettings {
  readonly maxBytes?: number;
  readonly maxBatchTexts?: number;
  readonly maxBatchTokens?: number;
  readonly maxParallel?: number;
}

/** A store keeps nothing for longer. */
const MAX_TTL = '30d';

/** What waits is answered late: beyond this it is a mistake. */
const MAX_WAIT = '1s';

const WAIT_ERROR = "0, or a duration such as '5ms', at most '1s'";

const batchWait = () =>
  z.union([z.custom<0>((value) => value === 0, { error: WAIT_ERROR }), duration(MAX_WAIT)], {
    error: WAIT_ERROR,
  });

const perAgent = () => ({
  ttl: z.optional(duration(MAX_TTL)),
  normalize: z.optional(normalizeSchema()),
  batchWait: z.optional(batchWait()),
});

export const agentEmbeddingSchema = options(perAgent);
export const embeddingSchema = options(() => ({
  ...perAgent(),
  maxBytes: z.optional(byteSize()),
  maxBatchTexts: z.optional(positiveInteger(100_000)),
  maxBatchTokens: z.optional(positiveInteger(100_000_000)),
  maxParallel: z.optional(positiveInteger(1_000)),
}));

export const EMBEDDING_DEFAULTS = {
  ttl: 30 * 86_400_000,
  normalize: 'exact',
  batchWait: 5,
} as const satisfies Required<EmbeddingSettings>;

/** OpenAI takes 2,048 texts and 300,000 tokens in a request, others less: what a model tells of itself wins. */
export const EMBEDDING_BOUNDS = {
  maxBytes: 64 * 1024 ** 2,
  maxBatchTexts: 256,
  maxBatchTokens: 100_000,
  maxParallel: 8,
} as const satisfies Required<EmbeddingBoundSettings>;
