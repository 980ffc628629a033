import { statement } from '../statement.ts';
import type { Connection, Row } from './connection.ts';
import type { MemoryTables } from './memory-tables.ts';
import { isPlainUpdate, messageChange, type MessageChange, type MessageUpdate } from './message-change.ts';
import { MESSAGE_COLUMNS, parsedContent } from './message-rows.ts';
import type { MemoryDomain } from './store-parts.ts';
import { updateStatement } from './update-statement.ts';

/** `updateMessages()` in two round trips, whatever number of messages. */
export function messageUpdater(original: MemoryDomain, writer: Connection, tables: MemoryTables) {
  const read = statement(
    'read messages',
    `SELECT content, ${MESSAGE_COLUMNS} FROM ${tables.messages} WHERE id = ANY ($1::text[])`,
  );
  const update = updateStatement(tables);

  return async ({ messages }: { readonly messages: readonly MessageUpdate[] }): Promise<object[]> => {
    if (messages.length === 0 || !messages.every(isPlainUpdate)) return original.updateMessages({ messages });
    const updates = firstOfEach(messages);
    const found = (await writer.ask(read, [[...updates.keys()]])).map(parsed);
    const changes: MessageChange[] = [];
    const threadIds = new Set<unknown>();
    for (const row of found) {
      const given = updates.get(String(row['id']));
      if (!given || Object.keys(given).length === 1) continue;
      changes.push(messageChange(given, row['content']));
      threadIds.add(row['threadId']);
      if (given.threadId) threadIds.add(given.threadId);
    }
    if (changes.length === 0) return found;
    const changed = await writer.ask(update, [...columnsOf(changes), [...threadIds]]);
    const after = new Map(changed.map((row) => [row['id'], parsed(row)]));
    const isChanged = new Set<unknown>(changes.map(({ id }) => id));
    // What was deleted in between is not there any more.
    return found.flatMap((row): object[] => {
      if (!isChanged.has(row['id'])) return [row];
      const changedRow = after.get(row['id']);
      return changedRow ? [changedRow] : [];
    });
  };
}

function firstOfEach(messages: readonly MessageUpdate[]): Map<string, MessageUpdate> {
  const byId = new Map<string, MessageUpdate>();
  for (const message of messages) if (!byId.has(message.id)) byId.set(message.id, message);
  return byId;
}

const columnsOf = (changes: readonly MessageChange[]): unknown[] => [
  changes.map(({ id }) => id),
  changes.map(({ content }) => content),
  changes.map(({ role }) => role),
  changes.map(({ type }) => type),
  changes.map(({ threadId }) => threadId),
  changes.map(({ resourceId }) => resourceId),
  changes.map(({ createdAt }) => createdAt),
];

/** With its type, unlike what is listed: so does Mastra. */
const parsed = (row: Row): Row => ({
  id: row['id'],
  content: parsedContent(row['content']),
  role: row['role'],
  type: row['type'],
  createdAt: row['createdAtZ'] || row['createdAt'],
  threadId: row['threadId'],
  resourceId: row['resourceId'],
});
