/** What is known to be in the index of one document. */
export interface CheckpointEntry {
  /** Of the content and the options it was ingested with; absent while it is being stored, or where it is not kept. */
  readonly hash?: string;
  /** Chunks that are in the index. */
  readonly chunks: readonly string[];
  /** Chunks that may be in the index or not: they were being written or removed. */
  readonly doubtful?: readonly string[];
}

/**
 * Where a processor looks up what it has stored. Written before the index is and after, so that whenever a process dies every chunk in the
 * index is in `chunks` or `doubtful`, and every chunk of `chunks` is in the index.
 */
export interface DocumentCheckpoint {
  /** Entries of these documents; those without one are left out. */
  get(ids: readonly string[]): Promise<ReadonlyMap<string, CheckpointEntry>>;
  /** Lasting, when it resolves. */
  set(entries: ReadonlyMap<string, CheckpointEntry>): Promise<void>;
  delete(ids: readonly string[]): Promise<void>;
  /** Forgets all: the index was found empty. */
  clear(): Promise<void>;
}

/** Lasts as long as the process: for indexes in memory, and tests. */
export function memoryCheckpoint(): DocumentCheckpoint {
  const known = new Map<string, CheckpointEntry>();
  return {
    async get(ids) {
      return new Map(
        ids.flatMap((id) => {
          const entry = known.get(id);
          return entry ? [[id, entry] as const] : [];
        }),
      );
    },
    async set(entries) {
      for (const [id, entry] of entries) known.set(id, entry);
    },
    async delete(ids) {
      for (const id of ids) known.delete(id);
    },
    async clear() {
      known.clear();
    },
  };
}
