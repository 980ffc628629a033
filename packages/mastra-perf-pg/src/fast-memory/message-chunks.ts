import { storedContent, type MessageInput } from './message-rows.ts';

/** Columns of messages, as arrays; each entry is one message. */
export interface MessageChunk {
  readonly columns: readonly [
    ids: string[],
    threadIds: string[],
    contents: string[],
    createdAt: string[],
    roles: string[],
    types: string[],
    resourceIds: string[],
  ];
}

export interface ChunkBounds {
  readonly messages: number;
  readonly chars: number;
}

/** One statement may be as large, in letters of content; a server takes up to a gigabyte, after it was escaped. */
export const BOUNDS: ChunkBounds = { messages: 5000, chars: 8 * 1024 ** 2 };

/**
 * A statement cannot write a row twice: of messages with the same id the last counts, with the time of the first.
 *
 * @throws TypeError if a time is no Date
 */
export function messageChunks(messages: readonly MessageInput[], bounds: ChunkBounds): MessageChunk[] {
  const chunks: MessageChunk[] = [];
  let chars = 0;
  for (const message of lastOfEach(messages)) {
    const content = storedContent(message.content);
    // Content that is none is refused by the server, as it is by Mastra.
    const size = typeof content === 'string' ? content.length : 0;
    let chunk = chunks.at(-1);
    if (!chunk || chunk.columns[0].length >= bounds.messages || chars + size > bounds.chars) {
      chunk = { columns: [[], [], [], [], [], [], []] };
      chunks.push(chunk);
      chars = 0;
    }
    chars += size;
    const { id, threadId, createdAt, role, type, resourceId } = message;
    const row = [id, threadId, content, utc(createdAt as Date), role, type || 'v2', resourceId];
    chunk.columns.forEach((column, index) => column.push(row[index] as string));
  }
  return chunks;
}

const utc = (date: Date): string => date.toISOString();

function lastOfEach(messages: readonly MessageInput[]): Iterable<MessageInput> {
  const byId = new Map<string, MessageInput>();
  for (const message of messages) {
    const createdAt = byId.get(message.id)?.createdAt ?? (message.createdAt || new Date());
    byId.set(message.id, { ...message, createdAt });
  }
  return byId.values();
}
