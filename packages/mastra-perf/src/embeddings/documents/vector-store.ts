/** The shape that Mastra's vector stores share, as far as documents need it. */
export interface VectorStoreLike {
  createIndex(options: {
    indexName: string;
    dimension: number;
    metric?: 'cosine' | 'euclidean' | 'dotproduct';
  }): PromiseLike<unknown>;
  listIndexes?(): PromiseLike<readonly string[]>;
  describeIndex(options: {
    indexName: string;
  }): PromiseLike<{ readonly dimension: number; readonly count: number }>;
  upsert(options: {
    indexName: string;
    vectors: number[][];
    metadata?: Record<string, unknown>[];
    ids?: string[];
  }): PromiseLike<unknown>;
  query(options: never): PromiseLike<readonly { readonly id: string; readonly metadata?: object }[]>;
  deleteVectors?(options: never): PromiseLike<unknown>;
  deleteVector?(options: { indexName: string; id: string }): PromiseLike<unknown>;
}

/** Parameters of one statement in a SQL store are limited. */
const REMOVED_AT_ONCE = 500;

export async function removeVectors(
  store: VectorStoreLike,
  indexName: string,
  ids: readonly string[],
): Promise<void> {
  if (!store.deleteVectors) {
    for (const id of ids) await store.deleteVector?.({ indexName, id });
    return;
  }
  for (let from = 0; from < ids.length; from += REMOVED_AT_ONCE)
    await store.deleteVectors({ indexName, ids: ids.slice(from, from + REMOVED_AT_ONCE) } as never);
}
