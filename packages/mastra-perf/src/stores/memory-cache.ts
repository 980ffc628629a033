import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock.ts';
import { createMarks } from '../base/marks.ts';
import { MAX_TTL_MS, type CacheEntry, type CacheStore, type CacheWrite } from './cache-store.ts';

/** Bounded by bytes (values, keys and tags) and by number; the least recently used entries go first. */
export function memoryCache(
  bounds: { readonly maxBytes: number; readonly maxEntries: number },
  clock: Clock,
): CacheStore {
  const marks = createMarks();
  const entries = new LRUCache<string, CacheEntry>({
    max: bounds.maxEntries,
    maxSize: bounds.maxBytes,
    sizeCalculation: sizeOf,
    perf: { now: () => clock.now() },
    ttlResolution: 0,
  });

  const isCurrent = ({ stamp, tags }: CacheEntry): boolean => marks.isCurrent(stamp, tags);
  const read = (key: string, tags: readonly string[] | undefined): CacheEntry | undefined => {
    const entry = entries.get(key);
    if (!entry) return undefined;
    if (isCurrent(entry)) return marks.isCurrent(entry.stamp, tags) ? owned(entry) : undefined;
    entries.delete(key);
    return undefined;
  };
  const write = ({ key, ttlMs, ...given }: CacheWrite): boolean => {
    const entry = owned(given);
    const standing = entries.peek(key);
    if (!isCurrent(entry) || !(ttlMs > 0)) return false;
    if (standing && isCurrent(standing) && standing.stamp > entry.stamp) return false;
    entries.set(key, entry, { ttl: Math.min(ttlMs, MAX_TTL_MS) });
    return entries.peek(key) === entry; // not where it is larger than all the room there is
  };

  return {
    getMany: async (reads) => reads.map(({ key, tags }) => read(key, tags)),
    setMany: async (writes) => writes.map(write),
    async delete(keys) {
      for (const key of keys) entries.delete(key);
    },
    invalidateTags: async (tags) => marks.mark(tags),
    async clear() {
      marks.markAll();
      entries.clear();
    },
    stamp: async () => marks.stamp(),
    areCurrent: async (claims) => claims.map(({ stamp, tags }) => marks.isCurrent(stamp, tags)),
  };
}

const sizeOf = ({ value, tags }: CacheEntry, key: string): number =>
  Math.max(
    1,
    tags.reduce((size, tag) => size + tag.length, value.byteLength + key.length),
  );

/** A copy that nobody else can change; `slice()` of a Buffer would share its bytes. */
const owned = ({ value, tags, stamp }: CacheEntry): CacheEntry => ({
  value: new Uint8Array(value),
  tags: [...tags],
  stamp,
});
