import { isUnreadable } from '../base/unreadable-entry.ts';
import type { CacheStore, Stamp } from '../stores/cache-store.ts';
import type { Embedded } from './vector.ts';
import type { VectorCodec } from './vector-codec.ts';

/** A text in a store: its key, and the space that its vector can be taken away with. */
export interface Place {
  readonly key: string;
  readonly space: string;
}

export type StoredVector = Embedded & { readonly stamp: Stamp };

export interface VectorStoreCounts {
  readonly hits: number;
  readonly misses: number;
  /** Entries of another version, foreign, damaged or forged: misses as well. */
  readonly unreadable: number;
  /** Reads that failed or took too long: neither hits nor misses. */
  readonly failedReads: number;
  readonly writes: number;
  /** Vectors that the store refused, because they were taken away meanwhile. */
  readonly refusedWrites: number;
  readonly lostWrites: number;
}

/** Vectors in the store that processes share, many at a time. Nothing here ever rejects: the store may be away. */
export interface VectorStore {
  /** In the order of the places; `undefined` for what is not there, or cannot be had now. */
  read(places: readonly Place[]): Promise<readonly (StoredVector | undefined)[]>;
  /** `undefined` when the store is away. */
  stamp(): Promise<Stamp | undefined>;
  write(
    vectors: readonly (Place & { readonly embedded: Embedded })[],
    stamp: Stamp,
    ttlMs: number,
  ): Promise<void>;
  counts(): VectorStoreCounts;
}

export interface VectorStoreDeps {
  readonly store: Pick<CacheStore, 'getMany' | 'setMany' | 'stamp'>;
  readonly codec: VectorCodec;
  /** Whether the store has yet to be told that something of this space is gone. */
  readonly owes: (space: string) => boolean;
  readonly onUnreadable: (key: string, reason: string) => void;
}

/** A read has 50 ms by default: 64 vectors of 1,536 numbers are 400 to 800 kB. */
const READ_AT_ONCE = 64;
const READS_AT_ONCE = 2;
/** A write has a second. */
const WRITE_AT_ONCE = 128;

export function vectorStore({ store, codec, owes, onUnreadable }: VectorStoreDeps): VectorStore {
  const counts = {
    hits: 0,
    misses: 0,
    unreadable: 0,
    failedReads: 0,
    writes: 0,
    refusedWrites: 0,
    lostWrites: 0,
  };

  const readSome = async (places: readonly Place[]): Promise<(StoredVector | undefined)[]> => {
    let found;
    try {
      found = await store.getMany(places.map(({ key, space }) => ({ key, tags: [space] })));
    } catch {
      counts.failedReads += places.length; // the guard has told why
      return places.map(() => undefined);
    }
    return found.map((entry, at) => {
      const { key, space } = places[at] as Place;
      if (!entry || owes(space)) {
        counts.misses++;
        return undefined;
      }
      try {
        const embedded = codec.decode(entry.value, placeOf(key, space));
        counts.hits++;
        return { ...embedded, stamp: entry.stamp };
      } catch (error) {
        counts.unreadable++;
        onUnreadable(key, isUnreadable(error) ? error.reason : 'unknown');
        return undefined;
      }
    });
  };

  const writeSome = async (
    vectors: readonly (Place & { readonly embedded: Embedded })[],
    stamp: Stamp,
    ttlMs: number,
  ): Promise<void> => {
    try {
      const stands = await store.setMany(
        vectors.map(({ key, space, embedded }) => {
          return { key, value: codec.encode(embedded, placeOf(key, space)), tags: [space], stamp, ttlMs };
        }),
      );
      for (const stood of stands) counts[stood ? 'writes' : 'refusedWrites']++;
    } catch {
      counts.lostWrites += vectors.length; // the guard has told why
    }
  };

  return {
    async read(places) {
      const chunks = inChunks(places, READ_AT_ONCE);
      const found: (StoredVector | undefined)[] = [];
      for (const some of inChunks(chunks, READS_AT_ONCE))
        found.push(...(await Promise.all(some.map(readSome))).flat());
      return found;
    },
    stamp: () => store.stamp().catch(() => undefined), // the guard has told why
    async write(vectors, stamp, ttlMs) {
      for (const some of inChunks(vectors, WRITE_AT_ONCE)) await writeSome(some, stamp, ttlMs);
    },
    counts: () => ({ ...counts }),
  };
}

/** What checksum and encryption cover beside the vector: it is read under no other key, and taken away with no other space. */
const placeOf = (key: string, space: string): string => JSON.stringify([key, space]);

function inChunks<T>(all: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < all.length; at += size) chunks.push(all.slice(at, at + size));
  return chunks;
}
