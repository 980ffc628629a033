import { PerfError } from '../errors.ts';
import type { HistoryDeps } from './history-deps.ts';
import { createMissing, saveOrCreate } from './missing-threads.ts';
import type { Recent, Threads } from './recent.ts';
import { threadsOf, type MessageRow, type ThreadRow } from './rows.ts';
import type { ThreadStore } from './thread-store.ts';
import { abortAfter } from './abort-after.ts';

/** So long is waited for a queue that does not move. */
const PATIENCE_MS = 5000;

export interface QueuedSavesDeps<T extends ThreadRow, M extends MessageRow> extends Pick<
  HistoryDeps,
  'clock' | 'fault' | 'traits' | 'writeBehind'
> {
  readonly store: ThreadStore<T, M>;
  readonly recent: Recent<T, M>;
  /** Tells others. */
  readonly wrote: (threads: Threads) => void;
}

/** Saves behind, where they are wanted. */
export interface QueuedSaves<M extends MessageRow> {
  /** Whether it may be asked to accept. */
  readonly isOn: boolean;
  /** Not by a queue that is closed, nor by one that stays full: then messages are saved at once, which tells how the storage is. */
  isAccepted(messages: readonly M[]): Promise<boolean>;
  /**
   * @throws PerfError `MASTRA_PERF_STORE` if what was accepted cannot be written, or not soon: who reads on would not see what was
   * said, and who writes on would change its order.
   */
  settled(threads: Threads): Promise<void>;
}

export function createQueuedSaves<T extends ThreadRow, M extends MessageRow>(
  deps: QueuedSavesDeps<T, M>,
): QueuedSaves<M> {
  const { clock, fault, traits, store, recent, wrote } = deps;
  const queue = deps.writeBehind?.({
    joins: traits?.joinsSaves === true,
    async write(rows) {
      const messages = rows as readonly M[];
      const known = threadsOf(messages).filter((id) => recent.threads.get(id) !== undefined);
      const save = () => store.saveMessages([...messages]);
      try {
        await saveOrCreate(store, messages, (threadId) => known.includes(threadId), save);
        if (!traits) await createMissing(store, messages, known);
      } finally {
        wrote(threadsOf(messages));
      }
    },
    lost(threadId) {
      recent.forget([threadId]);
      wrote([threadId]);
    },
  });

  const notSoon = (): PerfError => {
    const error = new PerfError(
      'MASTRA_PERF_STORE',
      `messages that were accepted before could not be written within ${PATIENCE_MS} ms, they are kept and tried again`,
    );
    fault('storage.writes', error);
    return error;
  };
  const soon = <R>(work: (signal: AbortSignal) => Promise<R>): Promise<R> =>
    abortAfter(clock, PATIENCE_MS, notSoon, work);

  return {
    isOn: queue !== undefined,
    isAccepted: (messages) =>
      soon(async (signal) => queue?.add(messages, signal)).then(
        () => queue !== undefined,
        () => false,
      ),
    async settled(threads) {
      if (!queue) return;
      const ids = threads === 'all' ? [undefined] : threads;
      await soon((signal) => Promise.all(ids.map((threadId) => queue.settled(threadId, signal))));
    },
  };
}
