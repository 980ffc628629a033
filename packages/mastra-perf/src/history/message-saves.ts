import { TAIL } from './message-reads.ts';
import type { Recent } from './recent.ts';
import { threadsOf, type MessageRow, type SaveResult, type ThreadRow } from './rows.ts';
import { extendTail, type Tail } from './tail.ts';
import type { SavedThread } from './memory-traits.ts';

export interface Saving<M> {
  readonly messages: readonly M[];
  readonly threads: readonly string[];
  readonly stamp: number;
  readonly at: number;
  /** Threads to which another save was under way when this one began. */
  readonly contested: ReadonlySet<string>;
}

/** Keeps what is remembered right while messages are saved. */
export interface MessageSaves<M extends MessageRow> {
  begin(messages: readonly M[]): Saving<M>;
  done(saving: Saving<M>, result: SaveResult<M>): void;
  failed(saving: Saving<M>): void;
  /** These will be written later; until then, only what is remembered has them. */
  accepted(messages: readonly M[]): void;
  /** The run's next read of this thread, right after this save, needs no other one. */
  hand(run: object, saved: SavedThread): void;
}

export function createMessageSaves<M extends MessageRow>(recent: Recent<ThreadRow, M>): MessageSaves<M> {
  const { asRead, clock, marks, runs, tails, threads, traits } = recent;
  const underWay = new Map<string, number>();
  /** The moment after the save that returned a thread, if no other one was under way. */
  const stamps = new WeakMap<SavedThread, { readonly stamp: number; readonly began: number }>();

  const count = (threadId: string, by: 1 | -1): void => {
    const left = (underWay.get(threadId) ?? 0) + by;
    if (left > 0) underWay.set(threadId, left);
    else underWay.delete(threadId);
  };

  /** Threads that nothing else wrote to since the save began, in this process. They are marked. */
  const end = ({ threads: saved, stamp, contested }: Saving<M>): Set<string> => {
    const alone = saved.filter((id) => !contested.has(id) && marks.isCurrent(stamp, [id]));
    for (const threadId of saved) count(threadId, -1);
    marks.mark(saved);
    return new Set(alone);
  };

  /** Brings the tails of a thread to what they are after a save. */
  const extend = (
    threadId: string,
    messages: readonly M[],
    updated: ReadonlySet<string> | undefined,
    next: (tail: Tail<M>) => Pick<Tail<M>, 'version' | 'at'> | undefined,
  ): void => {
    const own = messages.filter((message) => message.threadId === threadId);
    tails.moved(
      own.map(({ id }) => id),
      threadId,
    );
    tails.change(threadId, (tail) => {
      const label = next(tail);
      const saved = label && own.map((message) => asRead.of(message));
      if (!saved || !isKnown(saved)) return undefined;
      const extended = extendTail(tail, { messages: saved, updated }, TAIL.most);
      return extended && { ...tail, ...label, ...extended };
    });
  };

  const doneWithTraits = (
    { messages, at, stamp: began }: Saving<M>,
    result: SaveResult<M>,
    alone: Set<string>,
  ): void => {
    const updated = new Set(result.updated);
    for (const saved of result.threads ?? []) {
      const thread = saved.thread as ThreadRow;
      const { before, version } = saved;
      extend(thread.id, messages, updated, (tail) =>
        tail.version === before && tail.stamp < began ? { version, at } : undefined,
      );
      if (!alone.has(thread.id)) continue;
      threads.put({ thread, version, exact: true, at });
      stamps.set(saved, { stamp: marks.stamp(), began });
    }
  };

  return {
    begin(messages) {
      const saved = threadsOf(messages);
      const contested = new Set(saved.filter((threadId) => underWay.has(threadId)));
      for (const threadId of saved) count(threadId, 1);
      marks.mark(saved);
      return { messages, threads: saved, stamp: marks.stamp(), at: clock.monotonic(), contested };
    },
    done(saving, result) {
      const alone = end(saving);
      for (const threadId of saving.threads) threads.blur(threadId);
      if (traits) {
        doneWithTraits(saving, result, alone);
        const told = new Set(result.threads?.map(({ thread }) => (thread as ThreadRow).id));
        for (const threadId of saving.threads) if (!told.has(threadId)) tails.drop(threadId);
        return;
      }
      for (const threadId of saving.threads) {
        extend(threadId, saving.messages, undefined, (tail) => (alone.has(threadId) ? tail : undefined));
      }
      asRead.saved(saving.messages);
    },
    failed(saving) {
      end(saving);
      recent.forget(saving.threads);
    },
    accepted(messages) {
      const saved = threadsOf(messages);
      marks.mark(saved);
      for (const threadId of saved) {
        extend(threadId, messages, undefined, (tail) => tail);
        const known = threads.get(threadId);
        if (!known) continue;
        const updatedAt = new Date(Math.max(clock.now(), known.thread.updatedAt.getTime()));
        threads.put({ ...known, thread: { ...known.thread, updatedAt } });
      }
      asRead.saved(messages);
    },
    hand(run, saved) {
      const { id } = saved.thread as ThreadRow;
      const found = stamps.get(saved);
      if (!found) return;
      runs.noteVersion(run, id, saved.version, found.began);
      runs.hand(run, id, { thread: saved.thread, stamp: found.stamp, at: clock.monotonic() });
    },
  };
}

const isKnown = <M>(messages: readonly (M | undefined)[]): messages is readonly M[] =>
  !messages.includes(undefined);
