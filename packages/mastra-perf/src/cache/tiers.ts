import type { StoredPart } from '../pipeline/stored-answer.ts';
import type { Stamp } from '../stores/cache-store.ts';
import type { Answer } from './answer.ts';
import type { Invalidation } from './invalidation.ts';
import type { LocalEntry, LocalTier } from './local-tier.ts';
import type { StoreEntry, StoreTier } from './store-tier.ts';

export type Tier = 'l1' | 'l2';

export interface Found {
  readonly answer: Answer;
  readonly tier: Tier;
  /** Present where they had to be read anyway. */
  readonly parts?: readonly StoredPart[];
}

/** The moment before the model is asked, by which it is decided later whether its answer is still wanted. */
export interface Begun {
  readonly stamp: number;
  /** Absent when there is no store, or it is away: the answer then stays in this process. */
  readonly storeStamp?: Stamp | undefined;
}

export interface Kept {
  readonly result: Exclude<ReturnType<LocalTier['set']>, 'doubtful'>;
  /** Whether other processes can read it: told when the store has decided. */
  readonly shared: Promise<boolean>;
}

/** The memory of this process, and behind it the store that processes share, if there is one. */
export interface Tiers {
  /** What this process has in memory. Waits for nothing. */
  local(key: string, names: readonly string[]): Found | undefined;
  /** What the store has, which is then kept in memory. Equal reads are joined. Never rejects. */
  remote(key: string, names: readonly string[]): Promise<Found | 'away' | undefined>;
  /** The same by a read of its own: what was stored by now is found. */
  remoteNow(key: string, names: readonly string[]): Promise<Found | 'away' | undefined>;
  /**
   * Takes answers from the store into memory, as if they had been looked up. Tells how many; `'away'` when the store is, or goes.
   */
  preload(keys: readonly string[]): Promise<number | 'away'>;
  /** This moment in this process. */
  stamp(): number;
  /** Adds the moment in the store to one in this process; at once without a store. */
  begin(stamp: number): Begun | Promise<Begun>;
  /** `ttlMs`: how long it may be of use, stale or not. `replaces`: other processes may have an older one in memory. */
  keep(key: string, answer: Answer, begun: Begun, ttlMs: number, replaces: boolean): Kept;
  /** A look-up is over. */
  count(fromMemory: boolean): void;
  counts(): { readonly hits: number; readonly misses: number };
}

/** Parts of the tiers behind the memory of this process. */
export interface SharedTier {
  readonly store: StoreTier;
  readonly invalidation: Pick<Invalidation, 'owes' | 'replaced'>;
}

export interface TiersDeps {
  readonly local: LocalTier;
  readonly shared: SharedTier | undefined;
  /** Longest time for which an answer is kept in memory that the store has as well. */
  readonly memoryTtlMs: number;
  /** No more is taken into memory in advance when there are so many bytes in it. */
  readonly preloadBytes: number;
  readonly random: () => number;
}

/** Share of a time to live that is taken off at random, so that what was stored together does not expire together. */
const JITTER = 0.1;

/** Answers may be long, and a read has to be done within the store's time limit. */
const PRELOAD_AT_ONCE = 20;

/** Whole milliseconds, and never none: in memory that would be for ever. */
export const jittered = (ms: number, random: () => number): number =>
  Math.max(1, Math.round(ms * (1 - JITTER * random())));

export function createTiers({ local, shared, memoryTtlMs, preloadBytes, random }: TiersDeps): Tiers {
  let hits = 0;
  let misses = 0;
  const reads = new Map<string, ReturnType<StoreTier['read']>>();

  const keepLocally = (key: string, entry: LocalEntry, ttlMs: number): ReturnType<LocalTier['set']> =>
    local.set(key, entry, shared ? Math.min(ttlMs, jittered(memoryTtlMs, random)) : ttlMs);

  /** Reads and, where it is still right by then, keeps. */
  const fetch = async (
    { store, invalidation }: SharedTier,
    key: string,
    names: readonly string[],
  ): ReturnType<StoreTier['read']> => {
    const stamp = local.stamp(); // an invalidation that arrives while the answer is on its way counts
    const entry = await store.read(key, names);
    if (!entry || entry === 'away') return entry;
    if (invalidation.owes(names, entry.answer.names)) return undefined;
    keepCopy(key, entry, stamp);
    return local.isCurrent(stamp, entry.answer.names, names) ? entry : undefined;
  };
  const keepCopy = (key: string, { answer, stamp: storeStamp }: StoreEntry, stamp: number) =>
    keepLocally(key, { answer, stamp, storeStamp, isCopy: true }, memoryTtlMs);

  /** Several at a time. What a caller asks for later with other tags than an answer has, it gets from the store. */
  const preloadSome = async (
    { store, invalidation }: SharedTier,
    keys: readonly string[],
  ): Promise<number | 'away'> => {
    const stamp = local.stamp();
    const entries = await store.readMany(keys);
    if (entries === 'away') return 'away';
    const sure = entries.filter(([, { answer }]) => !invalidation.owes(answer.names));
    return sure.filter(([key, entry]) => keepCopy(key, entry, stamp) === 'stored').length;
  };

  return {
    local(key, names) {
      const entry = local.get(key, names);
      return entry && { answer: entry.answer, tier: 'l1' };
    },
    remoteNow: async (key, names) => shared && inStore(await fetch(shared, key, names)),
    async remote(key, names) {
      if (!shared) return undefined;
      // Equal calls come in bursts. One that came after an invalidation does not join a read from before it.
      const id = JSON.stringify([local.latest(), key, ...names]);
      let read = reads.get(id);
      if (!read) {
        read = fetch(shared, key, names).finally(() => reads.delete(id));
        reads.set(id, read);
      }
      return inStore(await read);
    },
    async preload(keys) {
      if (!shared) return 0;
      let kept = 0;
      for (let at = 0; at < keys.length && local.size().bytes < preloadBytes; at += PRELOAD_AT_ONCE) {
        const some = await preloadSome(shared, keys.slice(at, at + PRELOAD_AT_ONCE));
        if (some === 'away') return 'away';
        kept += some;
      }
      return kept;
    },
    stamp: local.stamp,
    begin: (stamp) =>
      shared ? shared.store.stamp().then((storeStamp) => ({ stamp, storeStamp })) : { stamp },
    keep(key, answer, { stamp, storeStamp }, ttlMs, replaces) {
      const kept = keepLocally(key, { answer, stamp, storeStamp }, ttlMs);
      const result = kept !== 'doubtful' ? kept : storeStamp === undefined ? 'invalidated' : 'stored';
      if (!shared || storeStamp === undefined || result !== 'stored')
        return { result, shared: Promise.resolve(false) };
      const written = shared.store.write(key, answer, storeStamp, ttlMs).then((stands) => {
        if (stands && replaces) shared.invalidation.replaced(key);
        return stands;
      });
      return { result, shared: written };
    },
    count(fromMemory) {
      if (fromMemory) hits++;
      else misses++;
    },
    counts: () => ({ hits, misses }),
  };
}

const inStore = (entry: StoreEntry | 'away' | undefined): Found | 'away' | undefined =>
  typeof entry === 'object' ? { answer: entry.answer, parts: entry.parts, tier: 'l2' } : entry;
