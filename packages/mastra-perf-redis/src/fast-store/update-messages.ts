import type { MemoryStorage } from '@mastra/core/storage';
import { readRows, viewOf } from './domain-view.ts';
import type { MemoryDomain } from './domains.ts';
import { messageIndexKey, messageKey } from './row-keys.ts';

type UpdateMessages = MemoryStorage['updateMessages'];

/**
 * `updateMessages` that finds a message through the index that every save writes, where Mastra looks through all keys of the server
 * once a message. It still does so for a message that the index does not lead to.
 */
export function fastUpdateMessages(domain: MemoryDomain): UpdateMessages {
  return async (args) => {
    const ids: unknown[] = (args?.messages ?? []).map((message) => message?.id);
    if (!ids.every((id) => typeof id === 'string')) return domain.updateMessages(args);
    // A fault of the server is told by Mastra's own attempt, in its words.
    const found = await findMessages(domain, ids).catch(() => undefined);
    if (!found) return domain.updateMessages(args);
    const scanKeys = async (pattern: string, ...rest: unknown[]): Promise<unknown> => {
      const key = found.get(pattern);
      if (key !== undefined) return [key];
      const { db } = domain as { readonly db: { scanKeys(...args: unknown[]): Promise<unknown> } };
      return db.scanKeys(pattern, ...rest);
    };
    return viewOf(domain, {}, { db: { scanKeys } }).updateMessages(args);
  };
}

/** By the pattern that Mastra looks for: the key of the message. */
async function findMessages(
  { client }: MemoryDomain,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const indexes = await readRows(client, ids.map(messageIndexKey));
  const keys = new Map<string, string>();
  for (const id of ids) {
    const threadId = indexes.get(messageIndexKey(id));
    if (threadId) keys.set(id, messageKey(threadId, id));
  }
  const rows = await readRows(client, [...keys.values()]);
  const found = new Map<string, string>();
  for (const [id, key] of keys) {
    const text = rows.get(key);
    if (text && (JSON.parse(text) as { readonly id?: unknown }).id === id)
      found.set(messageKey('*', id), key);
  }
  return found;
}
