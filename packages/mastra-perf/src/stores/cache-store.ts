/**
 * A moment in the life of a store: a number that grows with every {@link CacheStore.stamp} and every invalidation, in all
 * processes alike. An entry carries the stamp of when its making began and is served only while nothing that names it was
 * invalidated since.
 */
export type Stamp = number;

/** Longest life of an entry, 30 days. Stores remember invalidations for longer, so that no entry outlives one. */
export const MAX_TTL_MS = 30 * 86_400_000;

export interface CacheRead {
  readonly key: string;
  /** The entry must be younger than the last invalidation of these tags as well, whether or not it carries them. */
  readonly tags?: readonly string[];
}

export interface CacheEntry {
  readonly value: Uint8Array;
  readonly tags: readonly string[];
  readonly stamp: Stamp;
}

export interface CacheWrite extends CacheEntry {
  readonly key: string;
  /** How long the entry is kept, at most {@link MAX_TTL_MS}. */
  readonly ttlMs: number;
}

/** What {@link CacheStore.areCurrent} is asked about. */
export type CacheClaim = Pick<CacheEntry, 'tags' | 'stamp'>;

/**
 * Opaque bytes under keys, for all processes that use the same place. Every method is one round trip, or as many as the
 * server has parts, side by side. Methods reject when the server cannot be reached; they neither queue nor retry.
 */
export interface CacheStore {
  /** Entries in the order of the reads; `undefined` for one that is absent, expired, or older than an invalidation of its tags. */
  getMany(reads: readonly CacheRead[]): Promise<Array<CacheEntry | undefined>>;
  /**
   * Tells of each entry whether it stands now. One is refused when its tags were invalidated after its stamp, or when the
   * entry that stands there has a later stamp.
   */
  setMany(writes: readonly CacheWrite[]): Promise<boolean[]>;
  /** Takes entries away; what is under way is stored all the same. */
  delete(keys: readonly string[]): Promise<void>;
  /**
   * From now on no entry with one of these tags is served whose stamp is not later than this moment, those that are written
   * afterwards included. The work does not depend on how many entries there are.
   */
  invalidateTags(tags: readonly string[]): Promise<void>;
  /** The same for every entry. */
  clear(): Promise<void>;
  /** This moment. Taken before the work whose result is to be stored. */
  stamp(): Promise<Stamp>;
  /** Whether entries with these tags and stamps would still be served. */
  areCurrent(claims: readonly CacheClaim[]): Promise<boolean[]>;
}
