import { memoryStore, type PerfStore } from '../../src/index.ts';

/** A store of which can be told what is still held in it. */
export interface WatchedStore {
  readonly store: PerfStore;
  leases(): number;
  /** What budgets hold for calls under way, over all counters. */
  held(): Promise<number>;
  spent(): Promise<number>;
}

export function watchedStore(): WatchedStore {
  const store = memoryStore();
  const { leases, ledger } = store;
  if (!leases || !ledger) throw new Error('memoryStore() has leases and a ledger');
  const granted = new Set<string>();
  const counters = new Set<string>();
  const sum = async (of: 'held' | 'spent'): Promise<number> =>
    (await ledger.budgets([...counters])).reduce((all, state) => all + state[of], 0);
  return {
    store: {
      ...store,
      leases: {
        ...leases,
        async acquire(name, ttlMs) {
          const attempt = await leases.acquire(name, ttlMs);
          if (attempt.granted) granted.add(`${attempt.lease.name} ${attempt.lease.token}`);
          return attempt;
        },
        async release(lease) {
          granted.delete(`${lease.name} ${lease.token}`);
          return leases.release(lease);
        },
      },
      ledger: {
        ...ledger,
        async reserve(id, claims, holdMs) {
          for (const { counter } of claims) counters.add(counter);
          return ledger.reserve(id, claims, holdMs);
        },
      },
    },
    leases: () => granted.size,
    held: () => sum('held'),
    spent: () => sum('spent'),
  };
}
