import { copyRow } from './copy-row.ts';
import type { MessageRow } from './rows.ts';

/** The last messages of a thread, as one who asks for those of a resource, or of all, reads them. */
export interface Tail<M extends MessageRow = MessageRow> {
  /** Whose messages: as asked. */
  readonly resourceId: string | undefined;
  /** Oldest first. */
  readonly messages: readonly M[];
  /** There are no earlier ones. */
  readonly complete: boolean;
  /** Of the thread when these were its last messages, if its storage tells versions. */
  readonly version: string | undefined;
  /** When they were known to be the last: a reading of a steady clock. */
  readonly at: number;
  /** When they were read; what was added since was not. */
  readonly readAt: number;
  /** The same moment on the clock of the marks: they may be of a later version than that, which was read before them. */
  readonly stamp: number;
}

/** Messages that a save added to a thread or wrote over. */
export interface SavedTail<M extends MessageRow> {
  /** As reading returns them, in the order of saving. */
  readonly messages: readonly M[];
  /** Ids that were there before; `undefined` if the storage does not tell. */
  readonly updated: ReadonlySet<string> | undefined;
}

/** The newest messages, newest first and in objects of their own; `undefined` if the tail is too short to tell. */
export function lastOf<M extends MessageRow>(
  { messages, complete }: Tail<M>,
  count: number,
): { readonly messages: M[]; readonly hasMore: boolean } | undefined {
  if (messages.length < count && !complete) return undefined;
  return {
    messages: messages.slice(-count).toReversed().map(copyRow),
    hasMore: messages.length > count || !complete,
  };
}

/** The tail after a save, with at most `max` messages; `undefined` if it cannot be told from what is here. */
export function extendTail<M extends MessageRow>(
  tail: Tail<M>,
  { messages: saved, updated }: SavedTail<M>,
  max: number,
): Pick<Tail<M>, 'messages' | 'complete'> | undefined {
  const messages = [...tail.messages];
  if (new Set(saved.map(({ id }) => id)).size < saved.length) return undefined;
  for (const message of saved) {
    const at = messages.findIndex(({ id }) => id === message.id);
    const standing = messages[at];
    if (updated && updated.has(message.id) !== (standing !== undefined)) return undefined;
    const isAsked = !tail.resourceId || message.resourceId === tail.resourceId;
    if (standing) {
      // Some storages keep the time of a message that is written over, others do not.
      const isSameTime = standing.createdAt.getTime() === message.createdAt.getTime();
      if (!isAsked || (!updated && !isSameTime)) return undefined;
      messages[at] = { ...message, createdAt: standing.createdAt };
    } else if (isAsked) {
      const newest = messages.at(-1);
      if (newest && newest.createdAt.getTime() >= message.createdAt.getTime()) return undefined;
      messages.push(message);
    }
  }
  const isCut = messages.length > max;
  return { messages: isCut ? messages.slice(-max) : messages, complete: tail.complete && !isCut };
}
