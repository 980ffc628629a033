import type { Stamp } from '../stores/cache-store.ts';

/** What was written where, and when its making began by the count of the model. */
export interface ModelEntry {
  readonly key: string;
  readonly value: string;
  readonly tags: readonly string[];
  readonly stamp: Stamp;
  readonly begunAt: number;
}

/** What a store holds after one thing at a time was done to it. */
export interface CacheModel {
  /** The moment of what is done next. */
  tick(): number;
  invalidate(tags: readonly string[]): void;
  clear(): void;
  delete(keys: readonly string[]): void;
  isCurrent(begunAt: number, tags: readonly string[]): boolean;
  /** What must be served to a reader who names these tags. */
  served(key: string, tags: readonly string[]): ModelEntry | undefined;
  /** `'either'` where a later entry was written there that is invalid by now: a store may have forgotten it. */
  verdict(entry: ModelEntry): 'stands' | 'refused' | 'either';
  keep(entry: ModelEntry): void;
}

export function cacheModel(): CacheModel {
  let moment = 0;
  let clearedAt = 0;
  const invalidatedAt = new Map<string, number>();
  const entries = new Map<string, ModelEntry>();

  const isCurrent = (begunAt: number, tags: readonly string[]): boolean =>
    begunAt > clearedAt && tags.every((tag) => begunAt > (invalidatedAt.get(tag) ?? 0));

  return {
    tick: () => ++moment,
    invalidate(tags) {
      const now = ++moment;
      for (const tag of tags) invalidatedAt.set(tag, now);
    },
    clear() {
      clearedAt = ++moment;
      entries.clear();
    },
    delete(keys) {
      for (const key of keys) entries.delete(key);
    },
    isCurrent,
    served(key, tags) {
      const entry = entries.get(key);
      return entry && isCurrent(entry.begunAt, [...entry.tags, ...tags]) ? entry : undefined;
    },
    verdict(entry) {
      if (!isCurrent(entry.begunAt, entry.tags)) return 'refused';
      const there = entries.get(entry.key);
      if (!there || there.begunAt <= entry.begunAt) return 'stands';
      return isCurrent(there.begunAt, there.tags) ? 'refused' : 'either';
    },
    keep: (entry) => void entries.set(entry.key, entry),
  };
}
