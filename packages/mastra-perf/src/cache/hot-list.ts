import type { Clock } from '../base/clock.ts';
import type { CacheStore } from '../stores/cache-store.ts';
import type { Codec } from './codec.ts';
import { createHotKeys } from './hot-keys.ts';
import { placeOf } from './store-tier.ts';

/** No answer has this key: theirs are hashes. */
const KEY = 'mastra-perf:hot';
const MAX_KEYS = 500;
const TTL_MS = 7 * 86_400_000;
const EVERY_MS = 60_000;
/** After this long a hit counts half. */
const HALF_LIFE_MS = 3_600_000;

/** Which answers are given most often, by all processes as far as they have told: a list in the store, for those that start. */
export interface HotList {
  /** Counts an answer that was given. Once a minute this begins to tell the store of them. */
  hit(key: string): void;
  /** The hottest first. Rejects when the store is away; a list that cannot be read is an empty one. */
  read(count: number): Promise<string[]>;
  /** Tells the store if it is time to, and at the end of the process in any case. Never rejects. */
  save(isEnd?: boolean): Promise<void>;
}

export interface HotListDeps {
  readonly store: Pick<CacheStore, 'getMany' | 'setMany' | 'stamp'>;
  readonly codec: Codec;
  readonly clock: Clock;
  /** Begins work beside the calls; `false` when there is no room. */
  readonly beside: (task: () => Promise<void>) => boolean;
}

type Counted = readonly [key: string, hits: number];

/** As it lies in the store; the hottest first. */
interface Stored {
  readonly at: number;
  readonly keys: readonly Counted[];
}

export function createHotList({ store, codec, clock, beside }: HotListDeps): HotList {
  const own = createHotKeys();
  let savedAt = clock.monotonic();
  let saving: Promise<void> | undefined;

  const stored = async (): Promise<Stored> => {
    const nothing = { at: clock.now(), keys: [] };
    const [found] = await store.getMany([{ key: KEY }]);
    if (!found) return nothing;
    try {
      return storedIn(JSON.parse(await codec.decode(found.value, placeOf(KEY, found))));
    } catch {
      return nothing; // of another version, or forged: it is made anew
    }
  };

  const write = async (): Promise<void> => {
    const stamp = await store.stamp();
    const { at, keys } = await stored();
    const counts = new Map(own.take());
    const fade = 0.5 ** (Math.max(0, clock.now() - at) / HALF_LIFE_MS);
    for (const [key, hits] of keys) counts.set(key, (counts.get(key) ?? 0) + hits * fade);
    const hottest = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, MAX_KEYS);
    const text = JSON.stringify({ at: clock.now(), keys: hottest } satisfies Stored);
    const value = await codec.encode(text, placeOf(KEY, { tags: [], stamp }));
    await store.setMany([{ key: KEY, value, tags: [], stamp, ttlMs: TTL_MS }]);
  };

  const isDue = (): boolean => own.hits() > 0 && clock.monotonic() - savedAt >= EVERY_MS;
  const begin = (): Promise<void> => {
    savedAt = clock.monotonic();
    saving ??= write()
      .catch(() => undefined) // the guard has told why; what was counted is no loss
      .finally(() => (saving = undefined));
    return saving;
  };

  return {
    hit(key) {
      own.hit(key);
      if (!isDue()) return;
      savedAt = clock.monotonic(); // also if there is no room: then in a minute
      beside(begin);
    },
    read: async (count) => (await stored()).keys.slice(0, count).map(([key]) => key),
    async save(isEnd = false) {
      if (isDue() || (isEnd && own.hits() > 0)) await begin();
      else await saving;
    },
  };
}

/** @throws TypeError for what is no such list */
function storedIn(value: unknown): Stored {
  const { at, keys } = Object(value) as { readonly at?: unknown; readonly keys?: unknown };
  if (typeof at !== 'number' || !Array.isArray(keys) || !keys.every(isCounted))
    throw new TypeError('no list');
  return { at, keys };
}

const isCounted = (entry: unknown): entry is Counted =>
  Array.isArray(entry) && typeof entry[0] === 'string' && Number.isFinite(entry[1]) && entry[1] > 0;
