import { createChangeNotes } from './change-notes.ts';
import type { HistoryDeps } from './history-deps.ts';
import type { Change, Wrote } from './history-change.ts';
import { createMessageReads, type Listed, type Page, type TailRequest } from './message-reads.ts';
import { createMessageSaver } from './message-saver.ts';
import { createMessageSaves } from './message-saves.ts';
import { createRecent, type Threads } from './recent.ts';
import type { MessageRow, SaveResult, ThreadRow } from './rows.ts';
import { createThreadReads } from './thread-reads.ts';
import type { ThreadStore } from './thread-store.ts';

/** Stands before the threads and messages of a storage: remembers what it may, and keeps that right. */
export interface History<T extends ThreadRow, M extends MessageRow> {
  /** The thread, from memory where it may be; `read` reads it. */
  getThread(
    asked: { readonly threadId: string; readonly resourceId?: string | undefined },
    read: () => Promise<T | null>,
  ): Promise<T | null>;
  /** `undefined`: these are not remembered, and have to be read as they were asked for. `read` reads the last ones. */
  lastMessages(
    request: TailRequest,
    read: (count: number) => Promise<Listed<M>>,
  ): Promise<Page<M> | undefined>;
  saveMessages(messages: readonly M[]): Promise<SaveResult<M>>;
  /** Performs any other write. `after` tells what else of its result is of interest. */
  write<R>(change: Change, perform: () => Promise<R>, after?: (result: R) => Wrote<T>): Promise<R>;
  /** Before a read: what was accepted of these threads is written. */
  settled(threads: Threads): Promise<void>;
  /** Something was written that nobody waits for: nothing is known any more. */
  forget(): void;
  /** These messages or this thread, or all, are gone: their times are free. */
  deleted(gone: { readonly threadId: string } | { readonly ids: readonly string[] } | 'all'): void;
}

export function createHistory<T extends ThreadRow, M extends MessageRow>(
  store: ThreadStore<T, M>,
  deps: HistoryDeps,
): History<T, M> {
  const { clock, traits, ttlMs, bus, senderId, currentRun, isPersisting, fault } = deps;
  const isOff = deps.mode === 'validate' && !traits;
  if (isOff) deps.onOff?.();
  const mode = isOff ? 'off' : deps.mode;
  const recent = createRecent<T, M>({ clock, mode, ttlMs, traits });
  const threadReads = createThreadReads<T>(recent);
  const messageReads = createMessageReads<M>(recent);
  const notes =
    mode === 'sticky' && bus ? createChangeNotes({ bus, senderId, heard: recent.forget, fault }) : undefined;

  /** Our own errors are nobody else's: the storage is asked, and what was remembered may be wrong. */
  const attempt = <R>(where: string, work: () => R): R | undefined => {
    try {
      return work();
    } catch (error) {
      recent.forget('all');
      fault(`storage.${where}`, error);
      return undefined;
    }
  };
  const tell = (threads: Threads): void => notes?.wrote(threads);
  const saver = createMessageSaver<T, M>({
    ...deps,
    store,
    recent,
    saves: createMessageSaves<M>(recent),
    attempt,
    wrote: tell,
  });

  const change = ({ threads, what }: Change): void => {
    if (what === 'all' || threads === 'all') return recent.forget(threads);
    recent.marks.mark(threads);
    for (const threadId of threads) recent.threads.blur(threadId);
  };

  return {
    async getThread({ threadId, resourceId }, read) {
      const run = currentRun();
      const asker = { run, isPersisting: isPersisting() };
      const known = attempt('thread', () => threadReads.remembered(threadId, asker));
      if (known) return resourceId !== undefined && known.resourceId !== resourceId ? null : known;
      await saver.settled([threadId]);
      const reading = threadReads.begin();
      const thread = await read();
      // For another resource a thread that is there is none.
      if (thread || resourceId === undefined)
        attempt('thread', () => threadReads.read(threadId, thread, reading, run));
      return thread;
    },

    async lastMessages(request, read) {
      const run = currentRun();
      if (!run || mode === 'off') return undefined;
      const known = attempt('messages', () => messageReads.remembered(request, run));
      if (known) return known;
      await saver.settled([request.threadId]);
      const listing = attempt('messages', () => messageReads.begin(request, run));
      if (!listing) return undefined;
      const listed = await read(listing.count);
      return attempt('messages', () => messageReads.read(request, listed, listing));
    },

    saveMessages: saver.save,

    async write(changed, perform, after) {
      const { threads } = changed;
      await saver.settled(threads);
      change(changed);
      const stamp = recent.marks.stamp();
      let wrote: Wrote<T> = {};
      try {
        const result = await perform();
        wrote = (after && attempt('write', () => after(result))) ?? {};
        return result;
      } finally {
        const { thread, threads: more = [] } = wrote;
        const isLast = thread && recent.marks.isCurrent(stamp, [thread.id]);
        change(changed);
        recent.forget(more);
        if (isLast)
          attempt('write', () =>
            recent.threads.put({ thread, version: undefined, exact: false, at: clock.monotonic() }),
          );
        tell(threads === 'all' ? 'all' : [...threads, ...more]);
      }
    },

    settled: saver.settled,
    forget() {
      recent.forget('all');
      tell('all');
    },
    deleted(gone) {
      if (gone === 'all') recent.times.clear();
      else if ('ids' in gone) recent.times.forgetMessages(gone.ids);
      else recent.times.forgetThread(gone.threadId);
    },
  };
}
