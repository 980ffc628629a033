import type { CheckpointEntry, DocumentCheckpoint } from './checkpoint.ts';
import type { VectorStoreLike } from './vector-store.ts';

/** Chunks that are asked for, per document, at first: LibSQL takes the longer the more it is asked for. */
const USUAL_CHUNKS = 16;
/** Most that stores give at once: Pinecone and LibSQL 10,000. */
const MOST_CHUNKS = 10_000;

export interface VectorCheckpointOptions {
  readonly store: VectorStoreLike;
  readonly indexName: string;
  /** Length of the vectors of the index. */
  readonly dimension: () => number | undefined;
}

/**
 * Asks the vector store itself which chunks it has of a document: each is stored with the id of its document. Nothing else has to be kept,
 * and nothing can differ from what is there. It does not know hashes of documents, so their text is cut again in each run.
 */
export function vectorCheckpoint({
  store,
  indexName,
  dimension,
}: VectorCheckpointOptions): DocumentCheckpoint {
  let takesNoVector: boolean | undefined;

  const query = async (ids: readonly string[], topK: number) => {
    const asked = { indexName, topK, filter: { documentId: { $in: [...ids] } } };
    // Without a vector a store filters exactly; with one it may miss some that are far from it (pgvector does).
    if (takesNoVector !== false) {
      try {
        const found = await store.query(asked as never);
        takesNoVector = true;
        return found;
      } catch (error) {
        if (takesNoVector === true || dimension() === undefined) throw error;
      }
    }
    const queryVector = Array.from({ length: dimension() as number }, (_, at) => (at === 0 ? 1 : 0));
    const found = await store.query({ ...asked, queryVector } as never);
    takesNoVector = false;
    return found;
  };

  const list = async (ids: readonly string[]): Promise<Awaited<ReturnType<typeof query>>> => {
    let topK = Math.min(ids.length * USUAL_CHUNKS, MOST_CHUNKS);
    for (;;) {
      const found = await query(ids, topK);
      if (found.length < topK) return found;
      if (topK < MOST_CHUNKS) topK = Math.min(topK * 8, MOST_CHUNKS);
      else if (ids.length > 1) {
        const middle = Math.ceil(ids.length / 2);
        return [...(await list(ids.slice(0, middle))), ...(await list(ids.slice(middle)))];
      } else return found;
    }
  };

  return {
    async get(ids) {
      const chunks = new Map<string, string[]>();
      for (const { id, metadata } of await list(ids)) {
        const documentId: unknown = Reflect.get(metadata ?? {}, 'documentId');
        if (typeof documentId !== 'string') continue;
        const own = chunks.get(documentId);
        if (own) own.push(id);
        else chunks.set(documentId, [id]);
      }
      return new Map([...chunks].map(([id, own]) => [id, { chunks: own } satisfies CheckpointEntry]));
    },
    // What is stored in the index is the entry.
    set: async () => undefined,
    delete: async () => undefined,
    clear: async () => undefined,
  };
}
