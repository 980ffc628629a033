import type { MemoryStorage } from '@mastra/core/storage';
import { knownRows, readRows, viewOf } from './domain-view.ts';
import type { MemoryDomain } from './domains.ts';
import { messageIndexKey, threadKey } from './row-keys.ts';

type SaveMessages = MemoryStorage['saveMessages'];

/**
 * `saveMessages` in two round trips: Mastra asks for the thread, for the thread again, for the threads that the messages are in, and
 * then writes. The three reads are done at once, which also leaves less time between reading and writing for another writer.
 */
export function fastSaveMessages(domain: MemoryDomain): SaveMessages {
  return async (args) => {
    const { client } = domain;
    const threadId: unknown = args?.messages?.[0]?.threadId;
    const ids: unknown[] = (args?.messages ?? []).map((message) => message?.id);
    if (typeof threadId !== 'string' || !threadId || !ids.every((id) => typeof id === 'string'))
      return domain.saveMessages(args);
    const key = threadKey(threadId);
    const read = await Promise.all([client.get(key), readRows(client, ids.map(messageIndexKey))]).catch(
      () => undefined, // Mastra's own attempt tells it, in its words
    );
    if (!read) return domain.saveMessages(args);
    const [thread, indexes] = read;
    const view = viewOf(domain, {
      get: async (asked) => (asked === key ? thread : client.get(asked)),
      mGet: knownRows(client, indexes),
    });
    return view.saveMessages(args);
  };
}
