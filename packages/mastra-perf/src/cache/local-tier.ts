import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock.ts';
import { createMarks, type Marks } from '../base/marks.ts';
import type { Stamp } from '../stores/cache-store.ts';
import { bytesOf, type Answer } from './answer.ts';

/** An answer in memory, with the moments at which its making began. */
export interface LocalEntry {
  readonly answer: Answer;
  /** In this process. */
  readonly stamp: number;
  /** In the store; absent when it has none, or was away. */
  readonly storeStamp?: Stamp | undefined;
  /** Its making began elsewhere: `stamp` is when it was read, and says nothing of what was invalidated before. */
  readonly isCopy?: boolean;
  /** How often it was given from here. */
  hits?: number;
}

/** What of an answer in memory may be shown: nothing of what it says. */
export interface LocalListing {
  readonly key: string;
  readonly names: readonly string[];
  readonly bytes: number;
  /** Since it is in memory. */
  readonly hits: number;
  /** Milliseconds since the epoch when it was complete. */
  readonly storedAt: number;
  /** Milliseconds until it leaves the memory. */
  readonly leavesMs: number;
}

/** Answers in the memory of this process, bounded by bytes and by number. Nothing here waits for anything. */
export interface LocalTier extends Pick<Marks, 'stamp' | 'latest' | 'mark' | 'isCurrent'> {
  /** `names`: what the caller would have its answer invalidated by. */
  get(key: string, names: readonly string[]): LocalEntry | undefined;
  /**
   * Keeps it for `ttlMs`, unless its names were invalidated since its stamp, or what stands there was begun later.
   * Tells which of these it was; `doubtful`: only the store knows whether its names were invalidated.
   */
  set(
    key: string,
    entry: LocalEntry,
    ttlMs: number,
  ): 'stored' | 'invalidated' | 'doubtful' | 'superseded' | 'too-large';
  /** Invalidations may have been missed: what began before this moment is current no more, but for what is here already. */
  doubt(): void;
  drop(key: string): void;
  clear(): void;
  entries(): Iterable<readonly [key: string, entry: LocalEntry]>;
  /** The `limit` that were used last. */
  list(limit: number): LocalListing[];
  size(): { readonly entries: number; readonly bytes: number };
}

export function localTier(
  bounds: { readonly maxBytes: number; readonly maxEntries: number },
  clock: Clock,
): LocalTier {
  const marks = createMarks();
  const entries = new LRUCache<string, LocalEntry>({
    max: bounds.maxEntries,
    maxSize: bounds.maxBytes,
    sizeCalculation: ({ answer }) => bytesOf(answer),
    perf: { now: () => clock.now() },
    ttlResolution: 0,
  });
  let doubted = 0;
  const isCurrent = ({ answer, stamp }: LocalEntry, names?: readonly string[]): boolean =>
    marks.isCurrent(stamp, answer.names, names && areEqual(answer.names, names) ? undefined : names);
  /** Whether all that was invalidated since its making began is known here. Of others, the store told about their own names. */
  const isKnown = ({ stamp, isCopy }: LocalEntry): boolean => !isCopy && stamp > doubted;

  return {
    stamp: marks.stamp,
    latest: () => Math.max(marks.latest(), doubted),
    mark: marks.mark,
    isCurrent: (stamp, ...names) => stamp > doubted && marks.isCurrent(stamp, ...names),
    doubt: () => void (doubted = marks.stamp()),
    get(key, names) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      if (isCurrent(entry, names)) {
        if (!isKnown(entry) && !has(entry, names)) return undefined;
        entry.hits = (entry.hits ?? 0) + 1;
        return entry;
      }
      if (!isCurrent(entry)) entries.delete(key);
      return undefined;
    },
    set(key, entry, ttlMs) {
      if (!isCurrent(entry)) return 'invalidated';
      if (entry.stamp < doubted) return 'doubtful';
      const standing = entries.peek(key);
      if (standing && isCurrent(standing) && isLater(standing, entry)) return 'superseded';
      entries.set(key, entry, { ttl: ttlMs });
      return entries.has(key) ? 'stored' : 'too-large';
    },
    drop: (key) => void entries.delete(key),
    clear() {
      marks.markAll();
      entries.clear();
    },
    entries: () => entries.entries(),
    list(limit) {
      const listed: LocalListing[] = [];
      for (const [key, entry] of entries.entries()) {
        if (listed.length >= limit) break;
        if (!isCurrent(entry)) continue; // it is taken away when it is met
        const { answer } = entry;
        listed.push({
          key,
          names: answer.names,
          bytes: bytesOf(answer),
          hits: entry.hits ?? 0,
          storedAt: answer.storedAt,
          leavesMs: entries.getRemainingTTL(key),
        });
      }
      return listed;
    },
    size: () => ({ entries: entries.size, bytes: entries.calculatedSize }),
  };
}

/** The same text in the same order: that is how nearly every caller asks. */
const areEqual = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((name, index) => name === others[index]);

const has = ({ answer }: LocalEntry, names: readonly string[]): boolean =>
  names.every((name) => answer.names.includes(name));

/** The store's moments count where both are known: what is read from it begins here when it is read. */
function isLater(a: LocalEntry, b: LocalEntry): boolean {
  if (a.storeStamp !== undefined && b.storeStamp !== undefined) return a.storeStamp > b.storeStamp;
  return a.stamp > b.stamp;
}
