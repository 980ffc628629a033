import type { Clock } from '../base/clock.ts';
import type { EmbedderLike, EmbedReply } from '../pipeline/embedder-proxy.ts';
import { OUTCOME_NAMESPACE } from '../pipeline/outcome.ts';
import { EmbeddingError } from './embedding-error.ts';
import { retrying } from './retrying.ts';

export interface BatchEmbeddingsProgress {
  /** Texts that have their vectors. */
  readonly done: number;
  readonly total: number;
  /** Those of `done` that did not have to be embedded. */
  readonly fromCache: number;
}

export interface BatchEmbeddingsOptions {
  /** Told after each part of the texts. What it throws ends the work. */
  readonly onProgress?: (progress: BatchEmbeddingsProgress) => void;
  /** Ends the work: the promise rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Options for the provider, such as `{ openai: { dimensions: 512 } }`. */
  readonly providerOptions?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * How often a request is repeated that fails in a way that the provider calls retryable.
   * @default 2
   */
  readonly maxRetries?: number;
}

/** Texts that are asked for together, and how many of such parts are under way. */
const PART = 512;
const PARTS_AT_ONCE = 8;

/**
 * The vectors of many texts, in their order. Any number of texts, as far as their vectors have room in memory; a bounded number is under
 * way.
 *
 * @throws EmbeddingError with the index of a text that the model refuses; the provider's error; the reason of the signal.
 */
export async function batchEmbeddings(
  model: EmbedderLike,
  texts: readonly string[],
  { onProgress, signal, providerOptions, headers, maxRetries = 2 }: BatchEmbeddingsOptions,
  clock: Pick<Clock, 'after' | 'now'>,
): Promise<number[][]> {
  const vectors: number[][] = Array.from({ length: texts.length });
  const ended = new AbortController();
  const abortSignal = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal;
  const ask = model.doEmbed.bind(model) as unknown as (request: object) => PromiseLike<EmbedReply>;
  let next = 0;
  let done = 0;
  let fromCache = 0;

  const work = async (): Promise<void> => {
    while (next < texts.length) {
      const start = next;
      next += PART;
      const values = texts.slice(start, start + PART);
      const request = {
        values,
        abortSignal,
        ...(providerOptions && { providerOptions }),
        ...(headers && { headers }),
      };
      let reply: EmbedReply;
      try {
        reply = await retrying(() => ask(request), { clock, signal: abortSignal, retries: maxRetries });
      } catch (error) {
        throw placed(error, start, values.length, texts.length);
      }
      reply.embeddings.forEach((vector, at) => (vectors[start + at] = vector as number[]));
      done += values.length;
      fromCache += cachedIn(reply);
      onProgress?.({ done, total: texts.length, fromCache });
    }
  };
  try {
    await Promise.all(Array.from({ length: PARTS_AT_ONCE }, work));
  } catch (error) {
    ended.abort(error); // what is still under way has nobody who waits for it
    throw error;
  }
  return vectors;
}

/** The error of a part, as one of the whole. */
function placed(error: unknown, start: number, length: number, total: number): unknown {
  if (error instanceof EmbeddingError)
    return new EmbeddingError(start + error.index, total, problemOf(error), { cause: error.cause });
  return error;
}

const problemOf = ({ message }: EmbeddingError): string => message.replace(/^text \d+ of \d+: /, '');

function cachedIn({ providerMetadata }: EmbedReply): number {
  const told = (providerMetadata as Record<string, { readonly fromCache?: number }> | undefined)?.[
    OUTCOME_NAMESPACE
  ];
  return told?.fromCache ?? 0;
}
