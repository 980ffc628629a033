import { MEMORY_TRAITS, type MemoryTraits } from 'mastra-perf';
import { bulkUpserter, type BulkUpsertOptions, type BulkUpsertResult } from './bulk-upsert.ts';
import { connection } from './connection.ts';
import { messageDeleter } from './delete-messages.ts';
import { indexEnsurer, type EnsureIndexesOptions, type EnsureIndexesResult } from './ensure-indexes.ts';
import { threadGetter } from './get-thread.ts';
import { pageLister, type MessagesPage, type MessagesPageQuery } from './list-messages-page.ts';
import { mastraCore } from './mastra-core.ts';
import { memoryTables } from './memory-tables.ts';
import { asRead, type MessageInput } from './message-rows.ts';
import { messageSaver } from './save-messages.ts';
import { saveStatement } from './save-statement.ts';
import type { StoreParts } from './store-parts.ts';
import { threadRows } from './thread-rows.ts';
import { messageUpdater } from './update-messages.ts';
import { messageWriter } from './write-messages.ts';

/** What the memory domain does beyond Mastra's. `M` is Mastra's type of a message. */
export interface FastMemory<M = MessageInput> {
  readonly [MEMORY_TRAITS]: MemoryTraits;
  /**
   * A page of a thread, as fast at page 1,000 as at page 1, with each message once while others are saved. It is
   * read where Mastra reads: from the replica, if the store has one.
   *
   * @throws PerfConfigError for a wrong option or a cursor that is not ours; PerfError if the database fails
   */
  listMessagesPage(
    query: MessagesPageQuery & { readonly includeContent: false },
  ): Promise<MessagesPage<Omit<M, 'content'>>>;
  listMessagesPage(query: MessagesPageQuery): Promise<MessagesPage<M>>;
  /**
   * Imports messages, also of several threads, all or none. Messages that are there already are written over and keep their
   * `createdAt`.
   *
   * @throws PerfConfigError for a message without id, thread or resource; PerfError if a thread is missing or the database fails
   */
  bulkUpsertMessages(messages: readonly M[], options?: BulkUpsertOptions): Promise<BulkUpsertResult>;
  /**
   * Makes the indexes that Mastra does not: messages of a thread in the order in which they are listed, messages of a resource.
   * Others may read and write meanwhile, and any number of processes may ask at once. It needs a connection that is a session.
   *
   * @throws PerfError, with what the owner of the tables has to run, where rights are missing
   */
  ensureIndexes(options?: EnsureIndexesOptions): Promise<EnsureIndexesResult>;
}

export interface FastMemorySettings {
  readonly prepare: boolean;
}

/** The methods to put in front of Mastra's own. */
export function fastMemory(parts: StoreParts, settings: FastMemorySettings) {
  const { memory: original, schema } = parts;
  const tables = memoryTables(schema);
  const core = mastraCore();
  const rows = threadRows();
  const writer = connection(parts.writer, settings);
  const reader = connection(parts.reader, settings);
  const write = messageWriter(writer, saveStatement(tables), rows);
  // Of two replicas, one may tell a version and the other older messages: what is read from them has none.
  const isCertain = parts.reader === parts.writer;
  const traits: MemoryTraits = {
    joinsSaves: true,
    versionOf: (thread) => (isCertain ? rows.versionOf(thread) : undefined),
    asRead: <M extends object>(message: M) => asRead(message as unknown as MessageInput, core.loaded) as M,
  };
  return {
    [MEMORY_TRAITS]: traits,
    getThreadById: threadGetter(reader, tables, rows, core),
    saveMessages: messageSaver(original, write, core),
    updateMessages: messageUpdater(original, writer, tables),
    deleteMessages: messageDeleter(writer, tables, core),
    listMessagesPage: pageLister(reader, tables, core),
    bulkUpsertMessages: bulkUpserter(write),
    ensureIndexes: indexEnsurer(parts.writer, schema),
  };
}
