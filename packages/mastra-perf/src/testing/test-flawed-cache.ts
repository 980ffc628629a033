import type { CacheEntry, CacheStore, CacheWrite } from '../stores/cache-store.ts';

/* A plain cache over maps, right unless it is asked for a mistake that an author could make. Imported only by tests. */

export const CACHE_FLAWS = [
  'reads do not look at invalidations',
  'reads look at the tags of the entry only',
  'reads look at the tags of the reader only',
  'reads of one request share their tags',
  'reads are answered without those that miss',
  'reads are answered once for each key',
  'writes do not look at invalidations, and reads neither when an entry was written after one',
  'an invalidation deletes what stands there, and that is all',
  'an invalidation remembers only its first tag',
  'an invalidation holds for tags that begin alike',
  'an invalidation holds for everything',
  'an invalidation holds once',
  'an invalidation is seen by one process only',
  'an invalidation counts for later entries too',
  'an entry keeps the tags that it replaced',
  'an earlier entry replaces a later one',
  'a later entry does not replace an earlier one',
  'a write of the same stamp is refused',
  'every write is told that it stands',
  'writes are told the wrong way round',
  'a write that is refused deletes what stands there',
  'delete refuses what is under way',
  'delete takes everything away',
  'clear leaves what has no tags',
  'clear deletes what stands there, and that is all',
  'clear refuses everything from then on',
  'stamps stand still',
  'stamps are those of each process',
  'what is current is told without looking',
  'an empty list is a mistake',
  'nothing is ever kept',
  'nothing expires',
  'everything expires at once',
  'an overwritten entry keeps its time',
  'keys are trimmed',
  'keys do not tell capitals apart',
  'tags are normalized',
  'tags are cut at 1,999 characters',
  'bytes are read as text',
  'bytes are not copied',
] as const;

export type CacheFlaw = (typeof CACHE_FLAWS)[number];

/** Makes views of one place. */
export function flawedCache(flaw: string | undefined, now: () => number): () => CacheStore {
  let moment = 0;
  let clearedAt = 0;
  const marks = new Map<string, number>();
  const entries = new Map<string, CacheEntry & { readonly expiresAt: number; readonly writtenAt: number }>();
  const deletedAt = new Map<string, number>();
  const has = (some: CacheFlaw): boolean => some === flaw;
  const blindWrites =
    has('an invalidation deletes what stands there, and that is all') ||
    has('writes do not look at invalidations, and reads neither when an entry was written after one');
  const keyOf = (key: string): string => {
    if (has('keys are trimmed')) return key.trim();
    return has('keys do not tell capitals apart') ? key.toLowerCase() : key;
  };
  const tagOf = (tag: string): string => {
    if (has('tags are normalized')) return tag.normalize();
    return has('tags are cut at 1,999 characters') ? tag.slice(0, 1999) : tag;
  };
  return () => {
    let ownMoment = 0;
    const invalidatedAt = has('an invalidation is seen by one process only')
      ? new Map<string, number>()
      : marks;
    const tick = (): number => (has('stamps are those of each process') ? ++ownMoment : ++moment);
    const isHit = (stamp: number, tag: string, at: number, name: string): boolean => {
      if (at < stamp && !has('an invalidation counts for later entries too')) return false;
      if (has('an invalidation holds for everything')) return true;
      return has('an invalidation holds for tags that begin alike') ? tag.startsWith(name) : tag === name;
    };
    const isCurrent = (stamp: number, tags: readonly string[]): boolean =>
      stamp > clearedAt &&
      ![...invalidatedAt].some(([name, at]) =>
        has('an invalidation holds for everything')
          ? at >= stamp
          : tags.some((tag) => isHit(stamp, tagOf(tag), at, name)),
      );
    const standing = (key: string) => {
      const entry = entries.get(keyOf(key));
      if (!entry || has('everything expires at once')) return undefined;
      return entry.expiresAt >= now() || has('nothing expires') ? entry : undefined;
    };
    const bytes = (value: Uint8Array): Uint8Array => {
      if (has('bytes are not copied')) return value;
      return has('bytes are read as text')
        ? new TextEncoder().encode(new TextDecoder().decode(value))
        : new Uint8Array(value);
    };
    const read = (key: string, readTags: readonly string[]): CacheEntry | undefined => {
      const entry = standing(key);
      if (!entry) return undefined;
      const own = has('reads look at the tags of the reader only') ? [] : entry.tags;
      const others = has('reads look at the tags of the entry only') ? [] : readTags;
      const lastMark = Math.max(0, ...[...entry.tags].map((tag) => invalidatedAt.get(tag) ?? 0));
      const blind =
        has('reads do not look at invalidations') ||
        has('an invalidation deletes what stands there, and that is all') ||
        (has('writes do not look at invalidations, and reads neither when an entry was written after one') &&
          entry.writtenAt > lastMark);
      if (!blind && !isCurrent(entry.stamp, [...own, ...others])) return undefined;
      return { value: bytes(entry.value), tags: entry.tags, stamp: entry.stamp };
    };
    const write = (given: CacheWrite): boolean => {
      const key = keyOf(given.key);
      const there = standing(given.key);
      const { stamp } = given;
      if (has('nothing is ever kept')) return true;
      if (has('delete refuses what is under way') && (deletedAt.get(key) ?? 0) > stamp) return false;
      if (!blindWrites && !isCurrent(stamp, given.tags)) {
        if (has('a write that is refused deletes what stands there')) entries.delete(key);
        return false;
      }
      if (there && isCurrent(there.stamp, there.tags)) {
        if (there.stamp > stamp && !has('an earlier entry replaces a later one')) return false;
        if (there.stamp < stamp && has('a later entry does not replace an earlier one')) return false;
        if (there.stamp === stamp && has('a write of the same stamp is refused')) return false;
      }
      const old = has('an entry keeps the tags that it replaced') ? (there?.tags ?? []) : [];
      entries.set(key, {
        value: bytes(given.value),
        tags: [...given.tags, ...old],
        stamp,
        writtenAt: has('stamps are those of each process') ? stamp : ++moment,
        expiresAt:
          has('an overwritten entry keeps its time') && there ? there.expiresAt : now() + given.ttlMs,
      });
      return true;
    };
    return {
      async getMany(reads) {
        const shared = has('reads of one request share their tags')
          ? reads.flatMap(({ tags }) => tags ?? [])
          : [];
        const asked = has('reads are answered once for each key')
          ? [...new Map(reads.map((one) => [one.key, one])).values()]
          : reads;
        const found = asked.map(({ key, tags }) => read(key, [...(tags ?? []), ...shared]));
        return has('reads are answered without those that miss')
          ? found.filter((entry) => entry !== undefined)
          : found;
      },
      async setMany(writes) {
        if (writes.length === 0 && has('an empty list is a mistake')) throw new Error('syntax error');
        const results = writes.map(write);
        if (has('every write is told that it stands')) return results.map(() => true);
        return has('writes are told the wrong way round') ? results.toReversed() : results;
      },
      async delete(keys) {
        for (const key of keys) deletedAt.set(keyOf(key), ++moment);
        if (has('delete takes everything away')) entries.clear();
        for (const key of keys) entries.delete(keyOf(key));
      },
      async invalidateTags(tags) {
        const at = tick();
        const noted = has('an invalidation remembers only its first tag') ? tags.slice(0, 1) : tags;
        if (has('an invalidation deletes what stands there, and that is all')) {
          for (const [key, entry] of entries)
            if (entry.tags.some((tag) => tags.includes(tag))) entries.delete(key);
        }
        for (const tag of noted) {
          if (has('an invalidation holds once') && invalidatedAt.has(tagOf(tag))) continue;
          invalidatedAt.set(tagOf(tag), at);
        }
      },
      async clear() {
        const at = tick();
        for (const [key, { tags }] of entries)
          if (tags.length > 0 || !has('clear leaves what has no tags')) entries.delete(key);
        if (has('clear leaves what has no tags') || has('clear deletes what stands there, and that is all'))
          return;
        clearedAt = has('clear refuses everything from then on') ? Number.POSITIVE_INFINITY : at;
      },
      stamp: async () => (has('stamps stand still') ? moment : tick()),
      areCurrent: async (claims) =>
        claims.map(
          ({ stamp, tags }) => has('what is current is told without looking') || isCurrent(stamp, tags),
        ),
    };
  };
}
