import type { MessageRow, SaveResult, ThreadRow } from './rows.ts';

/** The few operations of a storage that are done here on its own account. */
export interface ThreadStore<T extends ThreadRow = ThreadRow, M extends MessageRow = MessageRow> {
  getThread(threadId: string): Promise<T | null>;
  /** Creates a thread as Mastra does for messages that have none. */
  createThread(threadId: string, resourceId: string): Promise<unknown>;
  saveMessages(messages: M[]): Promise<SaveResult<M>>;
}
