import type { Background } from '../base/background.ts';
import type { StoredPart } from '../pipeline/stored-answer.ts';
import type { CacheClaim, CacheEntry, CacheStore, Stamp } from '../stores/cache-store.ts';
import type { Answer } from './answer.ts';
import { readRecord, writeRecord } from './record.ts';
import { isUnreadable, type Codec } from './codec.ts';

/** An answer from the store. */
export interface StoreEntry {
  readonly answer: Answer;
  /** Read on the way, so that the first caller need not do it again. */
  readonly parts: readonly StoredPart[];
  readonly stamp: Stamp;
}

export interface StoreCounts {
  readonly hits: number;
  readonly misses: number;
  /** Entries of another version, foreign, damaged or forged: misses as well. */
  readonly unreadable: number;
  /** Reads that failed or took too long: neither hits nor misses. */
  readonly failedReads: number;
  readonly writes: number;
  /** Writes that the store refused, because an invalidation or a later answer had come first. */
  readonly refusedWrites: number;
  /** Writes that failed, or for which there was no room in the queue. */
  readonly lostWrites: number;
}

/** Answers in the store that processes share. Reads never reject, writes run beside the calls: the store may be away. */
export interface StoreTier {
  read(key: string, names: readonly string[]): Promise<StoreEntry | 'away' | undefined>;
  /** Those of the keys that are there, in one round trip and in their order. They are not counted as look-ups. */
  readMany(
    keys: readonly string[],
  ): Promise<ReadonlyArray<readonly [key: string, entry: StoreEntry]> | 'away'>;
  /** Resolves when it is decided whether the store has it. */
  write(key: string, answer: Answer, stamp: Stamp, ttlMs: number): Promise<boolean>;
  /** `undefined` when the store is away. Calls that ask while one is under way share it: an earlier moment is safe. */
  stamp(): Promise<Stamp | undefined>;
  counts(): StoreCounts;
}

export interface StoreTierDeps {
  readonly store: Pick<CacheStore, 'getMany' | 'setMany' | 'stamp'>;
  readonly codec: Codec;
  readonly background: Background;
  readonly onUnreadable: (key: string, reason: string) => void;
  readonly onUnwritable: (error: unknown) => void;
}

export function storeTier({
  store,
  codec,
  background,
  onUnreadable,
  onUnwritable,
}: StoreTierDeps): StoreTier {
  const counts = {
    hits: 0,
    misses: 0,
    unreadable: 0,
    failedReads: 0,
    writes: 0,
    refusedWrites: 0,
    lostWrites: 0,
  };
  let stamping: Promise<Stamp | undefined> | undefined;

  const entryOf = async (key: string, found: CacheEntry): Promise<StoreEntry | undefined> => {
    try {
      const { answer, parts } = readRecord(await codec.decode(found.value, placeOf(key, found)), found.tags);
      return { answer, parts, stamp: found.stamp };
    } catch (error) {
      counts.unreadable++;
      onUnreadable(key, isUnreadable(error) ? error.reason : 'unknown');
      return undefined;
    }
  };

  const read: StoreTier['read'] = async (key, names) => {
    let found;
    try {
      [found] = await store.getMany([{ key, tags: names }]);
    } catch {
      counts.failedReads++; // the guard has told why
      return 'away';
    }
    if (!found) {
      counts.misses++;
      return undefined;
    }
    const entry = await entryOf(key, found);
    if (entry) counts.hits++;
    return entry;
  };

  const readMany: StoreTier['readMany'] = async (keys) => {
    let found: Awaited<ReturnType<CacheStore['getMany']>>;
    try {
      found = await store.getMany(keys.map((key) => ({ key })));
    } catch {
      return 'away'; // the guard has told why
    }
    const entries = await Promise.all(
      keys.map(async (key, index) => [key, found[index] && (await entryOf(key, found[index]))] as const),
    );
    return entries.flatMap(([key, entry]) => (entry ? [[key, entry] as const] : []));
  };

  const put = async (key: string, answer: Answer, stamp: Stamp, ttlMs: number): Promise<boolean> => {
    let value;
    try {
      value = await codec.encode(writeRecord(answer), placeOf(key, { tags: answer.names, stamp }));
    } catch (error) {
      counts.lostWrites++;
      onUnwritable(error);
      return false;
    }
    try {
      const [stands = false] = await store.setMany([{ key, value, tags: answer.names, stamp, ttlMs }]);
      if (stands) counts.writes++;
      else counts.refusedWrites++;
      return stands;
    } catch {
      counts.lostWrites++; // the guard has told why
      return false;
    }
  };

  return {
    read,
    readMany,
    write(key, answer, stamp, ttlMs) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const taken = background.run(
        async () => resolve(await put(key, answer, stamp, ttlMs)),
        answer.text.length,
      );
      if (!taken) {
        counts.lostWrites++;
        resolve(false);
      }
      return promise;
    },
    stamp() {
      stamping ??= store
        .stamp()
        .catch(() => undefined) // the guard has told why
        .finally(() => (stamping = undefined));
      return stamping;
    },
    counts: () => ({ ...counts }),
  };
}

/**
 * What checksum and encryption cover beside the answer: an entry that was given another key, stamp or other tags is not read,
 * since no invalidation could be sure to reach it. Stores may keep tags in an order of their own.
 */
export const placeOf = (key: string, { tags, stamp }: CacheClaim): string =>
  JSON.stringify([key, stamp, ...new Set(tags.toSorted())]);
