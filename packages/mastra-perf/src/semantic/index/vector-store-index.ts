import { hash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { Candidate, SemanticIndex } from './semantic-index.ts';

/** The shape that Mastra's vector stores share, as far as questions need it. */
export interface SemanticVectorStore {
  createIndex(options: {
    indexName: string;
    dimension: number;
    metric?: 'cosine' | 'euclidean' | 'dotproduct';
  }): PromiseLike<unknown>;
  upsert(options: {
    indexName: string;
    vectors: number[][];
    metadata?: Record<string, unknown>[];
    ids?: string[];
  }): PromiseLike<unknown>;
  query(
    options: never,
  ): PromiseLike<
    readonly { readonly id: string; readonly metadata?: object; readonly vector?: readonly number[] }[]
  >;
  deleteVectors?(options: never): PromiseLike<unknown>;
  deleteVector?(options: { indexName: string; id: string }): PromiseLike<unknown>;
}

/** Turns texts into what a store that is not trusted may see of them, bound to their place, and back. Rejects what it did not make. */
export interface Seal {
  close(text: string, place: string): Promise<string>;
  open(sealed: string, place: string): Promise<string>;
}

export interface VectorStoreIndexDeps {
  readonly store: SemanticVectorStore;
  readonly seal: Seal;
  readonly clock: Clock;
  /** An entry was not what it should be, and is no candidate. */
  readonly onUnreadable: () => void;
  readonly fault: (error: unknown) => void;
}

const INDEX = 'mastra_perf_questions';
/** No answer lives longer than this, stale or not. */
const MOST_MS = 30 * 86_400_000;
const SWEEP_MS = 3_600_000;

/**
 * Questions in a vector store, one index for each length of vectors. Similarities are computed here: stores mean different things by
 * their scores. Many small buckets share an index, so it is searched exactly, by bucket: an approximate index that is filtered afterwards
 * finds none of a small bucket.
 */
export function vectorStoreIndex({
  store,
  seal,
  clock,
  onUnreadable,
  fault,
}: VectorStoreIndexDeps): SemanticIndex {
  const made = new Map<number, Promise<unknown>>();
  let sweptAt = -Infinity;

  const nameOf = async (dimension: number): Promise<string> => {
    const indexName = `${INDEX}_${dimension}`;
    const known =
      made.get(dimension) ??
      Promise.resolve(
        store.createIndex({
          indexName,
          dimension,
          metric: 'cosine',
          ...{ buildIndex: false, metadataIndexes: ['bucket'] }, // of PgVector; others do not look at them
        }),
      ).catch((error: unknown) => {
        made.delete(dimension);
        throw error;
      });
    made.set(dimension, known);
    await known;
    return indexName;
  };

  const sweep = async (indexName: string): Promise<void> => {
    if (!store.deleteVectors || clock.monotonic() - sweptAt < SWEEP_MS) return;
    sweptAt = clock.monotonic();
    try {
      await store.deleteVectors({ indexName, filter: { at: { $lt: clock.now() - MOST_MS } } } as never);
    } catch (error) {
      fault(error);
    }
  };

  const candidate = async (
    bucket: string,
    asked: Float32Array,
    { id, metadata, vector }: Awaited<ReturnType<SemanticVectorStore['query']>>[number],
  ): Promise<Candidate | undefined> => {
    const { bucket: found, text } = (metadata ?? {}) as {
      readonly bucket?: unknown;
      readonly text?: unknown;
    };
    try {
      if (found !== bucket || typeof text !== 'string' || vector?.length !== asked.length)
        throw new TypeError('not an entry of this bucket');
      const opened = await seal.open(text, placeOf(bucket, id));
      if (idOf(bucket, opened) !== id) throw new TypeError('another text');
      return { text: opened, similarity: cosine(asked, vector) };
    } catch {
      onUnreadable(); // of another version or key, damaged, or put there by somebody else
      return undefined;
    }
  };

  return {
    async add(bucket, text, vector) {
      const indexName = await nameOf(vector.length);
      const id = idOf(bucket, text);
      await store.upsert({
        indexName,
        vectors: [[...vector]],
        metadata: [{ bucket, text: await seal.close(text, placeOf(bucket, id)), at: clock.now() }],
        ids: [id],
      });
      await sweep(indexName);
    },
    async search(bucket, vector, count) {
      const found = await store.query({
        indexName: await nameOf(vector.length),
        queryVector: [...vector],
        topK: count,
        filter: { bucket },
        includeVector: true,
      } as never);
      const candidates = await Promise.all(found.map((one) => candidate(bucket, vector, one)));
      return candidates.filter((one) => one !== undefined).toSorted((a, b) => b.similarity - a.similarity);
    },
    async remove(bucket, text) {
      const id = idOf(bucket, text);
      for (const indexName of [...made.keys()].map((dimension) => `${INDEX}_${dimension}`)) {
        if (store.deleteVector) await store.deleteVector({ indexName, id });
        else await store.deleteVectors?.({ indexName, ids: [id] } as never);
      }
    },
    size: () => ({ entries: 0, bytes: 0 }),
    clear: () => undefined,
  };
}

const placeOf = (bucket: string, id: string): string => `question:${bucket}:${id}`;

/** In the form of a UUID: some stores take no other ids. */
function idOf(bucket: string, text: string): string {
  const hex = hash('sha256', JSON.stringify([bucket, text]));
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Of a vector of length 1 and any other one. */
function cosine(unit: Float32Array, other: readonly number[]): number {
  let [sum, squares] = [0, 0];
  for (let at = 0; at < unit.length; at++) {
    const value = other[at] as number;
    sum += (unit[at] as number) * value;
    squares += value * value;
  }
  return squares > 0 ? sum / Math.sqrt(squares) : 0;
}
