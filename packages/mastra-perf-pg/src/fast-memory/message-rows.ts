import type { Row } from './connection.ts';
import type { MastraParts } from './mastra-core.ts';

/** A message as it is given to be saved. Content is JSON, or the text of JSON. */
export interface MessageInput {
  readonly id: string;
  readonly threadId?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly role: string;
  readonly type?: string | undefined;
  readonly createdAt?: Date;
  readonly content: unknown;
}

/** Without `content`, which is most of it. */
export const MESSAGE_COLUMNS = `id, role, type, "createdAt", "createdAtZ", thread_id AS "threadId", "resourceId"`;

/** Text that is not JSON stays as it is. */
export function parsedContent(content: unknown): unknown {
  if (typeof content !== 'string') return content;
  try {
    return JSON.parse(content);
  } catch {
    return content; // Mastra takes any text
  }
}

export const storedContent = (content: unknown): string =>
  typeof content === 'string' ? content : JSON.stringify(content);

/**
 * A message as Mastra reads it from a row. Messages of the system, which Mastra drops when it lists messages, are as they
 * stand in the row; so are all before Mastra is loaded.
 */
export function messageOfRow(row: Row, mastra: MastraParts | undefined): object {
  const { type } = row;
  const message = {
    id: row['id'],
    content: parsedContent(row['content']),
    role: row['role'],
    createdAt: new Date((row['createdAtZ'] || row['createdAt']) as Date),
    threadId: row['threadId'],
    resourceId: row['resourceId'],
    ...(type && type !== 'v2' ? { type } : {}),
  };
  if (!mastra) return message;
  const [read] = new mastra.MessageList().add(message, 'memory').get.all.db();
  return read ?? message;
}

/** A message as it will be read when it is saved, in an object of its own. */
export function asRead(given: MessageInput, mastra: MastraParts | undefined): object {
  const content = storedContent(given.content);
  return messageOfRow({ ...given, content, createdAt: given.createdAt ?? new Date() }, mastra);
}
