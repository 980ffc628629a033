import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock.ts';
import { PerfConfigError } from '../errors.ts';
import type { Entry } from './entry.ts';

/** What `perf.cache.invalidate()` takes away: entries that match every given criterion, of which there is at least one. */
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
  /** The entry that stands there, without counting as used. */
  peek(key: string): Entry | undefined;
  /** False for an entry that is larger than all the room there is: it is not kept. */
  set(key: string, entry: Entry, ttlMs: number): boolean;
  /**
   * Names by which the next entry of a key can be invalidated: several calls can wait for an answer, and only one of them
   * stores it.
   */
  announce(key: string, tags: readonly string[]): void;
  /**
   * Number of entries taken away.
   *
   * @throws PerfConfigError without a criterion: `clear()` takes everything away.
   */
  invalidate(selector: InvalidateSelector): number;
  clear(): void;
  stats(): CacheStats;
  /** Counts the invalidations so far: an answer that was begun before one of them may be outdated when it is complete. */
  epoch(): number;
}

/** Keys with tags whose answer is under way; most are stored or fail within seconds. */
const MAX_ANNOUNCED = 10_000;

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
  const announced = new LRUCache<string, readonly string[]>({ max: MAX_ANNOUNCED });
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
    peek: (key) => entries.peek(key),
    set(key, entry, ttlMs) {
      for (const tag of announced.get(key) ?? []) entry.tags.add(tag);
      announced.delete(key);
      entries.set(key, entry, { ttl: ttlMs });
      return entry.bytes <= bounds.maxBytes;
    },
    announce: (key, tags) => void announced.set(key, [...(announced.get(key) ?? []), ...tags]),
    invalidate(selector) {
      const { key: only, agent, tags } = selector;
      if (only === undefined && agent === undefined && tags === undefined) {
        throw new PerfConfigError(
          'perf.cache.invalidate',
          selector,
          'tags, agent or key (clear() takes all entries away)',
        );
      }
      epoch++;
      const matches = (key: string): boolean => {
        const entry = entries.peek(key);
        if (!entry || (agent !== undefined && entry.agent !== agent)) return false;
        return tags === undefined || tags.some((tag) => entry.tags.has(tag));
      };
      const matching = (only === undefined ? [...entries.keys()] : [only]).filter(matches);
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
