import { LRUCache } from 'lru-cache';
import { createMarks } from '../base/marks.ts';
import type { Stamp } from '../stores/cache-store.ts';
import type { Embedded } from './vector.ts';

/** A vector in memory. */
export interface MemoryEntry extends Embedded {
  /** Vectors of one space are of one model with one set of options. All of them can be taken away. */
  readonly space: string;
  /** The moment in this process when its making, or its reading, began. */
  readonly stamp: number;
  /** The same in the store; absent when it has none, or was away. */
  readonly storeStamp: Stamp | undefined;
}

/** Vectors in the memory of this process, bounded by bytes. Nothing here waits for anything. */
export interface VectorMemory {
  get(key: string): Embedded | undefined;
  /** Not kept if it was taken away since its stamp. */
  set(key: string, entry: MemoryEntry): void;
  /** This moment. */
  stamp(): number;
  /** Whether nothing of this space was taken away since. */
  isCurrent(stamp: number, space: string): boolean;
  forget(space: string | 'all'): void;
  /**
   * Something may have been taken away in the store without this process being told: drops what is not current there any more, and
   * what the store knows nothing of.
   */
  check(areCurrent: (claims: readonly SpaceClaim[]) => Promise<readonly boolean[]>): Promise<void>;
  size(): { readonly entries: number; readonly bytes: number };
}

export interface SpaceClaim {
  readonly space: string;
  readonly stamp: Stamp;
}

/** What an entry, its key and its place cost beside the numbers; figures of V8, rounded up. */
const OVERHEAD = 400;

export function vectorMemory(maxBytes: number): VectorMemory {
  const marks = createMarks();
  const entries = new LRUCache<string, MemoryEntry>({
    maxSize: maxBytes,
    sizeCalculation: ({ vector }) => OVERHEAD + vector.byteLength,
  });
  let doubted = 0;

  return {
    get: (key) => entries.get(key),
    set(key, entry) {
      const isKnown = entry.stamp > doubted || entry.storeStamp !== undefined;
      if (isKnown && marks.isCurrent(entry.stamp, [entry.space])) entries.set(key, entry);
    },
    stamp: marks.stamp,
    isCurrent: (stamp, space) => marks.isCurrent(stamp, [space]),
    forget(space) {
      if (space === 'all') {
        marks.markAll();
        entries.clear();
        return;
      }
      marks.mark([space]);
      for (const [key, entry] of entries.entries()) if (entry.space === space) entries.delete(key);
    },
    async check(areCurrent) {
      doubted = marks.stamp();
      // Those of one batch have one stamp: there are few claims, however many vectors.
      const claims = new Map<string, SpaceClaim>();
      for (const [, { space, storeStamp }] of entries.entries())
        if (storeStamp !== undefined) claims.set(nameOf(space, storeStamp), { space, stamp: storeStamp });
      const asked = [...claims];
      const answers = await areCurrent(asked.map(([, claim]) => claim));
      const current = new Set(asked.flatMap(([name], at) => (answers[at] === true ? [name] : [])));
      for (const [key, { space, stamp, storeStamp }] of entries.entries())
        if (stamp < doubted && !(storeStamp !== undefined && current.has(nameOf(space, storeStamp))))
          entries.delete(key);
    },
    size: () => ({ entries: entries.size, bytes: entries.calculatedSize }),
  };
}

const nameOf = (space: string, stamp: Stamp): string => `${stamp} ${space}`;
