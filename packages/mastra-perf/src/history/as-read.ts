import { isDeepStrictEqual } from 'node:util';
import { LRUCache } from 'lru-cache';
import { isPlainObject } from '../base/plain-object.ts';
import type { MemoryTraits } from './memory-traits.ts';
import type { MessageRow } from './rows.ts';

/** Tells how reading will return a message that is saved. */
export interface AsRead<M extends MessageRow> {
  /** In an object of its own; `undefined` if nobody can tell. */
  of(message: M): M | undefined;
  /** These were saved, and should be read so. */
  saved(messages: readonly M[]): void;
  /** The storage returned these. */
  read(messages: readonly M[]): void;
}

/** For those who keep no messages. */
export const UNTOLD: AsRead<never> = { of: () => undefined, saved: () => undefined, read: () => undefined };

/** With traits, the storage tells. */
export function asReadBy<M extends MessageRow>(traits: MemoryTraits): AsRead<M> {
  return {
    // Mastra leaves system messages out of what it reads.
    of: (message) => (message.role === 'system' ? undefined : traits.asRead(message)),
    saved: () => undefined,
    read: () => undefined,
  };
}

/** Messages that were saved and not read yet. */
const MAX_EXPECTED = 500;
const FIELDS: ReadonlySet<string> = new Set([
  'id',
  'role',
  'createdAt',
  'threadId',
  'resourceId',
  'content',
  'type',
]);

/**
 * Without traits it is a guess: content as JSON, and no type if it is Mastra's own. The guess counts for messages of a kind once
 * reading one returned what was expected, and not at all from the first time that it did not.
 */
export function guessAsRead<M extends MessageRow>(): AsRead<M> {
  const expected = new LRUCache<string, M>({ max: MAX_EXPECTED });
  const proven = new Set<string>();
  let isWrong = false;
  return {
    of: (message) => (!isWrong && proven.has(kindOf(message)) ? guess(message) : undefined),
    saved(messages) {
      for (const message of messages) {
        const guessed = isWrong || proven.has(kindOf(message)) ? undefined : guess(message);
        if (guessed) expected.set(message.id, guessed);
        else expected.delete(message.id);
      }
    },
    read(messages) {
      for (const message of messages) {
        const guessed = expected.get(message.id);
        if (!guessed) continue;
        expected.delete(message.id);
        if (isDeepStrictEqual({ ...message }, guessed)) proven.add(kindOf(guessed));
        else isWrong = true;
      }
    },
  };
}

const kindOf = (message: MessageRow): string =>
  JSON.stringify([message.role, 'type' in message && message.type !== 'v2' ? message.type : undefined]);

function guess<M extends MessageRow>(message: M): M | undefined {
  const { createdAt, role } = message;
  const { content, type } = message as { content?: unknown; type?: unknown };
  const isKnown =
    Object.keys(message).every((field) => FIELDS.has(field)) &&
    createdAt instanceof Date &&
    role !== 'system' &&
    isContent(content);
  if (!isKnown) return undefined;
  const { type: _, ...rest } = message as M & { type?: unknown };
  return {
    ...rest,
    createdAt: new Date(createdAt),
    content: JSON.parse(JSON.stringify(content)) as unknown,
    ...(type !== undefined && type !== 'v2' && { type }),
  } as unknown as M;
}

/** Mastra's format of today; what is older is converted when it is read. */
const isContent = (content: unknown): boolean =>
  typeof content === 'object' &&
  content !== null &&
  isPlainObject(content) &&
  'format' in content &&
  content.format === 2 &&
  'parts' in content &&
  Array.isArray(content.parts);
