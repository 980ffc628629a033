import type { Clock } from '../base/clock.ts';

/** What became of ids, for a while. */
export interface RecentIds<T> {
  get(id: string): T | undefined;
  set(id: string, what: T): void;
}

/** Forgets an id between one and two times `keepMs` after it was set last: without a time for each, it takes half the memory. */
export function recentIds<T>(clock: Clock, keepMs: number): RecentIds<T> {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  let since = clock.monotonic();
  const turn = (): void => {
    const age = clock.monotonic() - since;
    if (age < keepMs) return;
    old = age < 2 * keepMs ? young : new Map();
    young = new Map();
    since = clock.monotonic();
  };
  return {
    get(id) {
      turn();
      return young.get(id) ?? old.get(id);
    },
    set(id, what) {
      turn();
      young.set(id, what);
    },
  };
}
