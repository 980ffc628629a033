import type { Threads } from './recent.ts';
import type { ThreadRow } from './rows.ts';

/** What a write changes. */
export interface Change {
  readonly threads: Threads;
  /** `'row'`: only title or metadata of the threads, which are there afterwards. */
  readonly what: 'all' | 'row';
}

export interface Wrote<T extends ThreadRow> {
  /** Threads that were written to, beyond those known before. */
  readonly threads?: readonly string[];
  /** It is there now. */
  readonly thread?: T;
}
