import type { LedgerInterval } from 'mastra-perf';
import { named } from '../keys.ts';

/** Names of what the ledger keeps. All are in one slot of a Cluster: what one script touches must be on one node. */
export interface LedgerKeys {
  /** Of each counter what is spent and held, and until when it is kept. */
  readonly counters: string;
  /** Of each call under way what it holds where. */
  readonly held: string;
  /** Calls under way by the time at which their holds expire. */
  readonly holds: string;
  /** What became of a call: it is settled or released. */
  over(id: string): string;
  /** Which intervals of this length there are. */
  starts(interval: LedgerInterval): string;
  /** Sums of one interval. */
  sums(interval: LedgerInterval, start: number): string;
  /** Ids of the entries of one minute. */
  ids(start: number): string;
}

export function ledgerKeysOf(prefix: string): LedgerKeys {
  const base = `${prefix}:{l}`;
  return {
    counters: `${base}:counters`,
    held: `${base}:held`,
    holds: `${base}:holds`,
    over: (id) => named(`${base}:over`, id),
    starts: (interval) => `${base}:${interval}s`,
    sums: (interval, start) => `${base}:${interval}:${start}`,
    ids: (start) => `${base}:ids:${start}`,
  };
}

/** A name as a field or a member: any two differ. */
export const memberOf = (name: string): string => named('', name);
