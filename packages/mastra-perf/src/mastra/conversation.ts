import type { MemoryStorage } from '@mastra/core/storage';
import type { Conversation, Reach } from '../pipeline/conversation.ts';
import { conversationEmbedder } from './conversation-embedder.ts';
import type { RequestContextLike } from './host.ts';
import { storedMessage } from './stored-message.ts';

/** Mastra tells its own memory processors under this key whose run it is. */
const MEMORY = 'MastraMemory';
/** What a server's middleware may set. */
const RESOURCE = 'mastra__resourceId';
const THREAD = 'mastra__threadId';

const PAGE = 200;

/**
 * The stored conversation of a run: the one whose history Mastra itself loads. `undefined` where there is none, or where a server's
 * middleware names another thread or resource than the run: then nobody knows whose it is.
 */
export function conversationOf(
  memory: unknown,
  context: RequestContextLike | undefined,
): Conversation | undefined {
  if (!isMemory(memory) || !context) return undefined;
  const told = context.get(MEMORY) as ToldMemory | undefined;
  const thread = told?.thread?.id;
  const resource = told?.resourceId;
  if (!isName(thread) || !(resource === undefined || isName(resource))) return undefined;
  if (isOther(context.get(THREAD), thread) || isOther(context.get(RESOURCE), resource)) return undefined;
  return storedIn(memory, thread, resource);
}

interface MemoryLike {
  readonly storage: { getStore(domain: 'memory'): Promise<MemoryStorage | undefined> };
}

interface ToldMemory {
  readonly thread?: { readonly id?: unknown };
  readonly resourceId?: unknown;
}

function storedIn(memory: MemoryLike, thread: string, resource: string | undefined): Conversation {
  const domain = async (): Promise<MemoryStorage> => {
    const found = await memory.storage.getStore('memory');
    if (!found) throw new TypeError("the memory's storage keeps no messages");
    return found;
  };
  const isReached = (reach: Reach, row: Owned): boolean => {
    const owner = row.resourceId ?? undefined;
    if (owner !== undefined && owner !== resource) return false;
    return row.threadId === thread || (reach === 'resource' && owner !== undefined);
  };
  const embedder = conversationEmbedder(memory, { thread, resource });
  return {
    storage: memory.storage,
    thread,
    resource,
    async page(reach, from, page) {
      const asked = {
        page,
        perPage: PAGE,
        orderBy: { field: 'createdAt', direction: 'ASC' } as const,
        includeTotal: false,
        ...(from !== undefined && { filter: { dateRange: { start: new Date(from) } } }),
      };
      const store = await domain();
      const { messages } =
        reach === 'resource' && resource !== undefined
          ? await store.listMessagesByResourceId({ ...asked, resourceId: resource })
          : await store.listMessages({ ...asked, threadId: thread });
      return {
        messages: messages.filter((row) => isReached(reach, row)).map(storedMessage),
        isLast: messages.length < PAGE,
      };
    },
    async byId(reach, ids) {
      const { messages } = await (await domain()).listMessagesById({ messageIds: [...ids] });
      return messages.filter((row) => isReached(reach, row)).map(storedMessage);
    },
    ...(embedder && { embedder }),
  };
}

interface Owned {
  readonly threadId?: string | undefined;
  readonly resourceId?: string | null | undefined;
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

const isOther = (named: unknown, own: unknown): boolean => isName(named) && named !== own;

const isMemory = (memory: unknown): memory is MemoryLike => {
  if (typeof memory !== 'object' || memory === null || !('storage' in memory)) return false;
  const { storage } = memory;
  return typeof storage === 'object' && storage !== null && 'getStore' in storage;
};
