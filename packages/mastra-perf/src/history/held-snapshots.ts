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
  /** A new run has got this id, which none had before. */
  born(runId: string): void;
  /** Nothing of this run is in the storage, under no name. */
  isUnknown(runId: string): boolean;
  hold(name: string, runId: string, snapshot: S): void;
  held(name: string, runId: string): S | undefined;
  /** The snapshot held: it, or a later one, goes to the storage, for the first time. It is held until it is `stored`. */
  goes(name: string, runId: string): S | undefined;
  stored(name: string, runId: string): void;
  /** Whether that is all there was to delete. */
  discard(name: string, runId: string): boolean;
  clear(): void;
}

interface Entry<S> {
  readonly snapshot: S;
  isGoing: boolean;
}

export function createHeldSnapshots<S extends object>(): HeldSnapshots<S> {
  const unknown = new LRUCache<string, true>({ max: MAX_IDS });
  const snapshots = new LRUCache<string, Entry<S>>({ max: MAX_SNAPSHOTS });
  const keyOf = (name: string, runId: string): string => JSON.stringify([name, runId]);
  return {
    born: (runId) => void unknown.set(runId, true),
    isUnknown: (runId) => unknown.has(runId),
    hold: (name, runId, snapshot) => void snapshots.set(keyOf(name, runId), { snapshot, isGoing: false }),
    held: (name, runId) => snapshots.get(keyOf(name, runId))?.snapshot,
    goes(name, runId) {
      unknown.delete(runId);
      const entry = snapshots.get(keyOf(name, runId));
      if (!entry || entry.isGoing) return undefined;
      entry.isGoing = true;
      return entry.snapshot;
    },
    stored: (name, runId) => void snapshots.delete(keyOf(name, runId)),
    discard(name, runId) {
      const key = keyOf(name, runId);
      const isHeld = snapshots.get(key)?.isGoing === false;
      snapshots.delete(key);
      return isHeld || unknown.has(runId);
    },
    clear() {
      snapshots.clear();
      unknown.clear();
    },
  };
}
