import { LRUCache } from 'lru-cache';

/** Ids that are remembered, of about 100 bytes each. Of those forgotten the storage is asked again. */
const MAX_IDS = 10_000;

/** Snapshots, of about 10 kB. One that is dropped is made again by the run that misses it. */
const MAX_SNAPSHOTS = 1000;

/**
 * Snapshots of runs that have only begun, kept here instead of in the storage, and the ids of runs that were born in this
 * process and have not been stored since: nobody else can know anything of these.
 */
export interface HeldSnapshots<S> {
  /** A new run has got this id. */
  born(runId: string): void;
  /** Nothing of this run is in the storage, under no name. */
  isUnknown(runId: string): boolean;
  hold(name: string, runId: string, snapshot: S): void;
  held(name: string, runId: string): S | undefined;
  /** The snapshot held, which is not held from now on: it, or a later one, goes to the storage. */
  release(name: string, runId: string): S | undefined;
  /** Whether that is all there was to delete. */
  discard(name: string, runId: string): boolean;
  clear(): void;
}

export function createHeldSnapshots<S extends object>(): HeldSnapshots<S> {
  const unknown = new LRUCache<string, true>({ max: MAX_IDS });
  const snapshots = new LRUCache<string, S>({ max: MAX_SNAPSHOTS });
  const keyOf = (name: string, runId: string): string => JSON.stringify([name, runId]);
  return {
    born: (runId) => void unknown.set(runId, true),
    isUnknown: (runId) => unknown.has(runId),
    hold: (name, runId, snapshot) => void snapshots.set(keyOf(name, runId), snapshot),
    held: (name, runId) => snapshots.get(keyOf(name, runId)),
    release(name, runId) {
      const key = keyOf(name, runId);
      const snapshot = snapshots.get(key);
      snapshots.delete(key);
      unknown.delete(runId);
      return snapshot;
    },
    // What is held has never been stored.
    discard: (name, runId) => snapshots.delete(keyOf(name, runId)) || unknown.has(runId),
    clear() {
      snapshots.clear();
      unknown.clear();
    },
  };
}
