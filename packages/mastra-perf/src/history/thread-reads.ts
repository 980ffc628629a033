import { copyRow } from './copy-row.ts';
import type { Recent } from './recent.ts';
import type { MessageRow, ThreadRow } from './rows.ts';

/** Mastra reads the thread once more right after its last save; later the thread may have been changed elsewhere. */
const HANDED_MS = 1000;

export interface Reading {
  readonly stamp: number;
  readonly at: number;
}

/** Reads of single threads. */
export interface ThreadReads<T extends ThreadRow> {
  /** The thread in an object of its own, if there is no need to read it. */
  remembered(threadId: string, asker: Asker): T | undefined;
  begin(): Reading;
  /** `null`: there is no such thread. */
  read(threadId: string, thread: T | null, reading: Reading, run: object | undefined): void;
}

export interface Asker {
  readonly run: object | undefined;
  /** Asks only whether the thread has to be created, before it saves messages. */
  readonly isPersisting: boolean;
}

export function createThreadReads<T extends ThreadRow>(recent: Recent<T, MessageRow>): ThreadReads<T> {
  const { clock, marks, mode, runs, threads, traits, ttlMs } = recent;

  const handed = (run: object, threadId: string): T | undefined => {
    const found = runs.take(run, threadId);
    const isFresh =
      found && marks.isCurrent(found.stamp, [threadId]) && clock.monotonic() - found.at < HANDED_MS;
    return isFresh ? (found.thread as T) : undefined;
  };

  return {
    remembered(threadId, { run, isPersisting }) {
      const known = threads.get(threadId);
      // Where the storage does not refuse messages without a thread, a later read of the run has to find out.
      if (isPersisting && (run || traits)) return known && copyRow(known.thread);
      if (!run) return undefined;
      const given = handed(run, threadId);
      if (given) return given;
      if (mode !== 'sticky' || !known?.exact || clock.monotonic() - known.at >= ttlMs) return undefined;
      runs.noteVersion(run, threadId, known.version, marks.stamp());
      return copyRow(known.thread);
    },
    begin: () => ({ stamp: marks.stamp(), at: clock.monotonic() }),
    read(threadId, thread, { stamp, at }, run) {
      if (!thread) return threads.drop(threadId);
      const version = traits?.versionOf(thread);
      if (run) runs.noteVersion(run, threadId, version, stamp);
      if (marks.isCurrent(stamp, [threadId])) threads.put({ thread, version, exact: true, at });
    },
  };
}
