import type { VectorStoreLike } from './vector-store.ts';

export interface StoredRow {
  readonly vector: readonly number[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface TestVectorStore extends VectorStoreLike {
  readonly rows: Map<string, StoredRow>;
  readonly counts: { upserts: number; rows: number; deletes: number; queries: number; created: number };
  /** Rows by document, with their texts in the order of storing. */
  textsOf(documentId: string): string[];
}

export interface TestVectorStoreOptions {
  readonly dimension?: number;
  /** Most that a query gives. */
  readonly topK?: number;
  readonly needsVector?: boolean;
  /** Called before each upsert, with its number from 1; may throw. */
  readonly onUpsert?: (number: number, metadata: readonly Record<string, unknown>[]) => unknown;
}

/** A vector store in memory, as far as documents need one. */
export function testVectorStore(options: TestVectorStoreOptions = {}): TestVectorStore {
  const rows = new Map<string, StoredRow>();
  const counts = { upserts: 0, rows: 0, deletes: 0, queries: 0, created: 0 };
  let { dimension } = options;
  const missing = (): never => {
    throw new Error('no such index');
  };
  return {
    rows,
    counts,
    textsOf: (documentId) =>
      [...rows.values()]
        .filter(({ metadata }) => metadata['documentId'] === documentId)
        .map(({ metadata }) => String(metadata['text'])),
    async createIndex(index) {
      counts.created++;
      ({ dimension } = index);
    },
    listIndexes: async () => (dimension === undefined ? [] : ['docs']),
    async describeIndex() {
      return { dimension: dimension ?? missing(), count: rows.size };
    },
    async upsert({ ids = [], vectors, metadata = [] }) {
      if (dimension === undefined) missing();
      counts.upserts++;
      await options.onUpsert?.(counts.upserts, metadata);
      ids.forEach((id, at) =>
        rows.set(id, { vector: vectors[at] as number[], metadata: metadata[at] ?? {} }),
      );
      counts.rows += ids.length;
      return ids;
    },
    async query(asked) {
      counts.queries++;
      const { queryVector, topK, filter } = asked as {
        queryVector?: number[];
        topK: number;
        filter: { documentId: { $in: string[] } };
      };
      if (options.needsVector && !queryVector) throw new Error('queryVector is required');
      const wanted = new Set<unknown>(filter.documentId.$in);
      return [...rows]
        .filter(([, { metadata }]) => wanted.has(metadata['documentId']))
        .slice(0, Math.min(topK, options.topK ?? Infinity))
        .map(([id, { metadata }]) => ({ id, metadata }));
    },
    async deleteVectors(asked) {
      counts.deletes++;
      for (const id of (asked as { ids: string[] }).ids) rows.delete(id);
    },
  };
}
