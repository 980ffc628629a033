/**
 * Which tags were invalidated when, on a clock that only counts. An entry carries the count of when its making began and
 * is current while no tag of it has a later one: invalidating is one note, however many entries there are, and holds for
 * entries that are written afterwards too.
 */
export interface Marks {
  /** This moment. Later than every invalidation so far. */
  stamp(): number;
  mark(tags: readonly string[]): void;
  /** The moment of the last invalidation. */
  latest(): number;
  /** Marks everything. */
  markAll(): void;
  isCurrent(stamp: number, ...tags: ReadonlyArray<readonly string[] | undefined>): boolean;
}

/** `max` is how many tags are remembered. The forgotten ones count as invalidated when they last were, for all entries. */
export function createMarks(max = 10_000): Marks {
  let clock = 0;
  let floor = 0;
  let latest = 0;
  const marked = new Map<string, number>(); // in the order of marking
  const remember = (tag: string, at: number): void => {
    marked.delete(tag);
    marked.set(tag, at);
    if (marked.size <= max) return;
    for (const [oldest, since] of marked) {
      marked.delete(oldest);
      floor = since;
      return;
    }
  };
  const precedes = (stamp: number, tags: readonly string[]): boolean =>
    tags.some((tag) => (marked.get(tag) ?? 0) >= stamp);
  return {
    stamp: () => ++clock,
    latest: () => latest,
    mark(tags) {
      latest = ++clock;
      for (const tag of tags) remember(tag, latest);
    },
    markAll() {
      latest = floor = ++clock;
      marked.clear();
    },
    isCurrent(stamp, ...tags) {
      if (stamp > latest) return true;
      return stamp > floor && !tags.some((some) => some !== undefined && precedes(stamp, some));
    },
  };
}
