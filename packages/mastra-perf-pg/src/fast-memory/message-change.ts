import type { MessageInput } from './message-rows.ts';

export type MessageUpdate = Partial<MessageInput> & { readonly id: string };

/** Columns of `updateStatement`; `null` leaves what is there. */
export interface MessageChange {
  readonly id: string;
  readonly content: string | null;
  readonly role: string | null;
  readonly type: string | null;
  readonly threadId: string | null;
  readonly resourceId: string | null;
  readonly createdAt: Date | string | null;
}

const TEXTS = new Set(['id', 'role', 'type', 'threadId', 'resourceId']);

/** Whether an update has nothing that only Mastra's own knows what to do with: other columns, values that are none. */
export function isPlainUpdate(update: MessageUpdate): boolean {
  return Object.entries(update).every(([key, value]: [string, unknown]) => {
    if (TEXTS.has(key)) return typeof value === 'string';
    if (key === 'createdAt') return value instanceof Date || typeof value === 'string';
    return key === 'content' && typeof value === 'object' && value !== null;
  });
}

/** Content is merged field by field, and so is its metadata; `existing` is the content of today. */
export function messageChange(update: MessageUpdate, existing: unknown): MessageChange {
  const { id, content, role, type, threadId, resourceId, createdAt } = update;
  return {
    id,
    content: content ? JSON.stringify(merged(existing, content)) : null,
    role: role ?? null,
    type: type ?? null,
    threadId: threadId ?? null,
    resourceId: resourceId ?? null,
    createdAt: createdAt ?? null,
  };
}

interface Content {
  readonly metadata?: object;
}

function merged(existing: unknown, update: Content): object {
  const before = existing as Content | null;
  return {
    // Text is spread by its letters, as Mastra does.
    ...before,
    ...update,
    ...(before?.metadata && update.metadata && { metadata: { ...before.metadata, ...update.metadata } }),
  };
}
