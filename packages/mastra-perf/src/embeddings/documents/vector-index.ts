import { Fatal, messageOf } from './document-error.ts';
import type { VectorStoreLike } from './vector-store.ts';

export interface VectorIndex {
  /** Looks whether the index is there, and what it holds. */
  open(): Promise<void>;
  /** Whether nothing was in it when it was opened. */
  readonly wasEmpty: boolean;
  /** Length of its vectors; `undefined` while that is not known. */
  readonly dimension: number | undefined;
  /** Whether it is known to take the vectors of the embedder. */
  readonly isAccepted: boolean;
  /**
   * Creates the index where it is missing.
   *
   * @throws Fatal when its vectors have another length.
   */
  accept(dimension: number): Promise<void>;
}

export interface VectorIndexOptions {
  readonly store: VectorStoreLike;
  readonly indexName: string;
  readonly metric: 'cosine' | 'euclidean' | 'dotproduct';
}

export function vectorIndex({ store, indexName, metric }: VectorIndexOptions): VectorIndex {
  let dimension: number | undefined;
  let wasEmpty = false;
  let exists = false;
  let isAccepted = false;
  let creating: Promise<void> | undefined;

  const describe = async (): Promise<boolean> => {
    const stats = await store.describeIndex({ indexName });
    dimension = stats.dimension > 0 ? stats.dimension : undefined;
    wasEmpty = Number(stats.count) === 0;
    exists = true;
    return true;
  };

  const create = async (length: number): Promise<void> => {
    try {
      await store.createIndex({ indexName, dimension: length, metric });
    } catch (error) {
      // Another process may have been faster.
      const isThere = await describe().catch(() => false);
      if (!isThere)
        throw new Fatal(
          'index',
          `index "${indexName}" is missing and cannot be created: ${messageOf(error)}`,
          {
            cause: error,
          },
        );
    }
    exists = true;
    dimension ??= length;
  };

  return {
    get wasEmpty() {
      return wasEmpty;
    },
    get dimension() {
      return dimension;
    },
    get isAccepted() {
      return isAccepted;
    },
    async open() {
      try {
        await describe();
      } catch (error) {
        // Stores throw for an index that is not there, each in its own way.
        const names = await Promise.resolve(store.listIndexes?.()).catch((unreachable: unknown) => {
          throw new Fatal('index', `the vector store cannot be asked: ${messageOf(unreachable)}`, {
            cause: unreachable,
          });
        });
        if (names?.includes(indexName))
          throw new Fatal('index', `index "${indexName}" cannot be described: ${messageOf(error)}`, {
            cause: error,
          });
        wasEmpty = true;
      }
    },
    async accept(length) {
      if (!exists) await (creating ??= create(length));
      if (dimension !== undefined && dimension !== length)
        throw new Fatal(
          'index',
          `index "${indexName}" has vectors of ${dimension} numbers, the embedder makes ${length}: take the embedder that it was made with, or another index`,
        );
      isAccepted = true;
    },
  };
}
