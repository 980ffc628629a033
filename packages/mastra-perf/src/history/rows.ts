import type { SavedThread } from './memory-traits.ts';

/** What is known here of a message. Whatever else it holds is its own business. */
export interface MessageRow {
  readonly id: string;
  readonly threadId?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly role?: string | undefined;
  readonly createdAt: Date;
}

export interface ThreadRow {
  readonly id: string;
  readonly resourceId: string;
  readonly updatedAt: Date;
}

/** What a save returns; all but the messages only from domains with traits. */
export interface SaveResult<M> {
  readonly messages: M[];
  readonly threads?: readonly SavedThread[];
  readonly updated?: readonly string[];
}

export const threadsOf = (messages: readonly MessageRow[]): string[] => [
  ...new Set(messages.flatMap(({ threadId }) => (threadId === undefined ? [] : [threadId]))),
];
