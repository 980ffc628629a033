import { isObject } from '../base/record.ts';
import type { StoredMessage } from '../pipeline/conversation.ts';

/** A row of Mastra's memory, as far as it is read. */
export interface MessageRow {
  readonly id: string;
  readonly role: string;
  readonly createdAt: Date | string | number;
  readonly threadId?: string | undefined;
  readonly content?: unknown;
}

export function storedMessage({ id, role, createdAt, threadId, content }: MessageRow): StoredMessage {
  return { id, role, texts: textsOf(content), createdAt: new Date(createdAt).getTime(), thread: threadId };
}

/** What was said, without tool calls, reasoning and files. */
function textsOf(content: unknown): readonly string[] {
  if (typeof content === 'string') return [content];
  if (!isObject(content)) return [];
  const parts: readonly unknown[] = Array.isArray(content.parts) ? content.parts : [];
  const texts = parts.filter(isText).map(({ text }) => text);
  return texts.length > 0 ? texts : typeof content.content === 'string' ? [content.content] : [];
}

const isText = (part: unknown): part is { readonly text: string } =>
  isObject(part) && part.type === 'text' && typeof part.text === 'string';
