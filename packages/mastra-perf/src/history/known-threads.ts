import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock.ts';
import { copyRow } from './copy-row.ts';
import type { ThreadRow } from './rows.ts';
import { weigh } from './weigh.ts';

const MAX_THREADS = 5000;
const MAX_BYTES = 16 * 1024 ** 2;
/** For how long a thread that was there is taken to be there still. */
const MAX_AGE_MS = 600_000;

export interface KnownThread<T extends ThreadRow = ThreadRow> {
  readonly thread: T;
  /** Of the thread as it is here, if its storage tells versions. */
  readonly version: string | undefined;
  /** It is what reading it would have returned, and not only known to exist. */
  readonly exact: boolean;
  /** When it was read or written: a reading of a steady clock. */
  readonly at: number;
}

/** Threads that this process has seen. */
export interface KnownThreads<T extends ThreadRow> {
  get(threadId: string): KnownThread<T> | undefined;
  put(known: KnownThread<T>): void;
  /** It is there, but no longer what it was. */
  blur(threadId: string): void;
  drop(threadId: string): void;
  clear(): void;
}

export function createKnownThreads<T extends ThreadRow>(clock: Clock): KnownThreads<T> {
  const threads = new LRUCache<string, KnownThread<T>>({
    max: MAX_THREADS,
    maxSize: MAX_BYTES,
    sizeCalculation: ({ thread }) => weigh(thread),
  });
  return {
    get(threadId) {
      const known = threads.get(threadId);
      return known && clock.monotonic() - known.at < MAX_AGE_MS ? known : undefined;
    },
    put: (known) => void threads.set(known.thread.id, { ...known, thread: copyRow(known.thread) }),
    blur(threadId) {
      const known = threads.peek(threadId);
      if (known) threads.set(threadId, { ...known, exact: false, version: undefined });
    },
    drop: (threadId) => void threads.delete(threadId),
    clear: () => threads.clear(),
  };
}
