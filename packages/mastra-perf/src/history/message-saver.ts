import { copyRow } from './copy-row.ts';
import type { HistoryDeps } from './history-deps.ts';
import { joinSaves } from './joined-saves.ts';
import type { MessageSaves } from './message-saves.ts';
import { saveOrCreate } from './missing-threads.ts';
import { createQueuedSaves, type QueuedSaves } from './queued-saves.ts';
import type { Recent, Threads } from './recent.ts';
import { threadsOf, type MessageRow, type SaveResult, type ThreadRow } from './rows.ts';
import type { ThreadStore } from './thread-store.ts';

export interface MessageSaverDeps<T extends ThreadRow, M extends MessageRow> extends Pick<
  HistoryDeps,
  'clock' | 'currentRun' | 'fault' | 'isPersisting' | 'traits' | 'writeBehind'
> {
  readonly store: ThreadStore<T, M>;
  readonly recent: Recent<T, M>;
  readonly saves: MessageSaves<M>;
  /** `undefined` if it throws, which is told. */
  readonly attempt: <R>(where: string, work: () => R) => R | undefined;
  /** Tells others. */
  readonly wrote: (threads: Threads) => void;
}

/** Saves messages, at once or behind. */
export interface MessageSaver<M extends MessageRow> {
  save(messages: readonly M[]): Promise<SaveResult<M>>;
  readonly settled: QueuedSaves<M>['settled'];
}

export function createMessageSaver<T extends ThreadRow, M extends MessageRow>(
  deps: MessageSaverDeps<T, M>,
): MessageSaver<M> {
  const { clock, store, recent, saves, traits, attempt, wrote, currentRun, isPersisting } = deps;

  const saveOnce = async (messages: M[]): Promise<SaveResult<M>> => {
    const saving = attempt('save', () => saves.begin(messages));
    try {
      const result = await store.saveMessages(messages);
      if (saving) attempt('save', () => saves.done(saving, result));
      return result;
    } catch (error) {
      if (saving) attempt('save', () => saves.failed(saving));
      throw error;
    } finally {
      wrote(threadsOf(messages));
    }
  };
  const joins = traits?.joinsSaves === true;
  const saveJoined = joins ? joinSaves(saveOnce, clock) : saveOnce;
  const isKnown = (threadId: string): boolean => recent.threads.get(threadId) !== undefined;

  const saveForHistory = async (messages: M[], run: object | undefined): Promise<SaveResult<M>> => {
    const known = new Set(threadsOf(messages).filter(isKnown));
    const result = await saveOrCreate(
      store,
      messages,
      (threadId) => known.has(threadId),
      () => saveJoined(messages),
    );
    if (run && result.threads)
      for (const saved of result.threads) attempt('save', () => saves.hand(run, saved));
    return result;
  };

  const queued = createQueuedSaves<T, M>(deps);

  return {
    async save(given) {
      const [run, isForHistory] = [currentRun(), isPersisting()];
      const messages = attempt('times', () => recent.times.place(given)) ?? [...given];
      if (messages.length === 0) return store.saveMessages(messages);
      // Whoever saves to a thread that is not there shall be told at once.
      const isSafe = messages.every(isPlain) && areDistinct(messages) && threadsOf(messages).every(isKnown);
      const copies = queued.isOn && isSafe && attempt('copy', () => messages.map(copyRow));
      if (!copies || !(await queued.isAccepted(copies))) {
        await queued.settled(threadsOf(messages));
        return isForHistory ? saveForHistory(messages, run) : saveJoined(messages);
      }
      attempt('save', () => saves.accepted(copies));
      return { messages: copies.map(copyRow).toSorted((a, b) => timeOf(a) - timeOf(b)) };
    },
    settled: queued.settled,
  };
}

/** It has what Mastra's storages demand, and they return it as it is given; others are theirs to refuse, or to convert. */
const isPlain = (message: MessageRow & { readonly content?: unknown }): boolean =>
  Boolean(message.threadId) &&
  Boolean(message.resourceId) &&
  message.createdAt instanceof Date &&
  typeof message.content === 'object';

/** Of a message that comes twice, storages keep some of each. */
const areDistinct = (messages: readonly MessageRow[]): boolean =>
  new Set(messages.map(({ id }) => id)).size === messages.length;

const timeOf = ({ createdAt }: MessageRow): number => createdAt.getTime();
