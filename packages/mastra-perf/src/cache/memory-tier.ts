import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock.ts';
import type { Entry } from './entry.ts';

/** What `perf.cache.invalidate()` takes away: entries that match every given criterion. */
export interface InvalidateSelector {
  /** Entries with at least one of these tags. */
  readonly tags?: readonly string[];
  /** Entries of this agent id. */
  readonly agent?: string;
  /** One entry, by the key that the `stored` event names. */
  readonly key?: string;
}

export interface CacheStats {
  readonly entries: number;
  readonly bytes: number;
  readonly hits: number;
  readonly misses: number;
}

/** Answers in the memory of this process, bounded by bytes and by number. */
export interface MemoryTier {
  get(key: string): Entry | undefined;
  /** False for an entry that is larger than all the room there is: it is not kept. */
  set(key: string, entry: Entry, ttlMs: number): boolean;
  /** Number of entries taken away. */
  invalidate(selector: InvalidateSelector): number;
  clear(): void;
  stats(): CacheStats;
  /** Counts the invalidations so far: an answer that was begun before one of them may be outdated when it is complete. */
  epoch(): number;
}

export function memoryTier(
  bounds: { readonly maxBytes: number; readonly maxEntries: number },
  clock: Clock,
): MemoryTier {
  const entries = new LRUCache<string, Entry>({
    max: bounds.maxEntries,
    maxSize: bounds.maxBytes,
    sizeCalculation: (entry) => entry.bytes,
    perf: { now: () => clock.now() },
    ttlResolution: 0,
  });
  let hits = 0;
  let misses = 0;
  let epoch = 0;

  return {
    get(key) {
      const entry = entries.get(key);
      if (entry) hits++;
      else misses++;
      return entry;
    },
    set(key, entry, ttlMs) {
      entries.set(key, entry, { ttl: ttlMs });
      return entry.bytes <= bounds.maxBytes;
    },
    invalidate(selector) {
      epoch++;
      const keys = selector.key === undefined ? [...entries.keys()] : [selector.key];
      const matching = keys.filter((key) => matches(entries.peek(key), selector));
      for (const key of matching) entries.delete(key);
      return matching.length;
    },
    clear() {
      epoch++;
      entries.clear();
    },
    stats: () => ({ entries: entries.size, bytes: entries.calculatedSize, hits, misses }),
    epoch: () => epoch,
  };
}

function matches(entry: Entry | undefined, { agent, tags }: InvalidateSelector): boolean {
  if (!entry) return false;
  if (agent !== undefined && entry.agent !== agent) return false;
  return tags === undefined || tags.some((tag) => entry.tags.includes(tag));
}
