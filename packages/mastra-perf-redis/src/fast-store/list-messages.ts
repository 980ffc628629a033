import type {
  MemoryStorage,
  StorageListMessagesInput,
  StorageListMessagesOutput,
} from '@mastra/core/storage';
import { knownRows, viewOf } from './domain-view.ts';
import type { MemoryDomain } from './domains.ts';
import { listIncluded } from './list-included.ts';
import { readWindow, type AskedWindow } from './message-window.ts';
import { threadMessagesKey } from './row-keys.ts';

type ListMessages = MemoryStorage['listMessages'];

/** What is understood here; with anything else that a later Mastra asks for, it does the work itself. */
const KNOWN = new Set([
  'filter',
  'include',
  'includeTotal',
  'orderBy',
  'page',
  'perPage',
  'resourceId',
  'threadId',
]);

/**
 * `listMessages` that reads a page of one thread, and the messages around those that a recall found, without reading the whole thread.
 * Every other question is Mastra's, and so is a page of which what was read does not prove that it is the right one.
 */
export function fastListMessages(domain: MemoryDomain): ListMessages {
  return async (args) => {
    // Mastra's own attempt tells a fault of the server, in its words.
    const listed = await listBriefly(domain, args).catch(() => undefined);
    return listed ?? domain.listMessages(args);
  };
}

async function listBriefly(
  domain: MemoryDomain,
  args: StorageListMessagesInput,
): Promise<StorageListMessagesOutput | undefined> {
  const asked = pageAsked(args);
  if (asked) return listPage(domain, args, asked);
  return isUnderstood(args) && args.perPage === 0 && !isSet(args.filter)
    ? listIncluded(domain, args)
    : undefined;
}

async function listPage(
  domain: MemoryDomain,
  args: StorageListMessagesInput,
  asked: AskedWindow,
): Promise<StorageListMessagesOutput | undefined> {
  const { client } = domain;
  const key = threadMessagesKey(asked.threadId);
  const isCounted = args.includeTotal !== false;
  const [window, total] = await Promise.all([readWindow(client, asked), isCounted ? client.zCard(key) : 0]);
  if (!window) return undefined;
  let isAnswered = false;
  const view = viewOf(domain, {
    async zRange(set, start, stop) {
      if (set !== key || start !== 0 || stop !== -1) return client.zRange(set, start, stop);
      isAnswered = true;
      return [...window.ids];
    },
    mGet: knownRows(client, window.rows),
  });
  const listed = await view.listMessages(args);
  return isAnswered && isCounted && !window.whole ? { ...listed, total } : listed;
}

/** The end of the thread that the question is about. Undefined if it is another question. */
function pageAsked(args: StorageListMessagesInput): AskedWindow | undefined {
  if (!isUnderstood(args) || isSet(args.filter) || (args.include && args.include.length > 0))
    return undefined;
  const { threadId, resourceId, page = 0, perPage, orderBy } = args;
  if (typeof threadId !== 'string' || !threadId.trim()) return undefined;
  // How many messages of a thread are of a resource, only all of them tell.
  if (resourceId && args.includeTotal !== false) return undefined;
  if (!isCount(page) || !isCount(perPage) || perPage === 0) return undefined;
  const count = (page + 1) * perPage;
  if (!Number.isSafeInteger(count)) return undefined;
  const { field = 'createdAt', direction = 'ASC' } = orderBy ?? {};
  if (field !== 'createdAt' || (direction !== 'ASC' && direction !== 'DESC')) return undefined;
  return { threadId, resourceId, count, newest: direction === 'DESC' };
}

function isUnderstood(args: StorageListMessagesInput): boolean {
  return Object.entries(args).every(([name, value]) => value === undefined || KNOWN.has(name));
}

function isSet(filter: StorageListMessagesInput['filter']): boolean {
  return (
    filter !== undefined && (filter === null || Object.values(filter).some((part) => part !== undefined))
  );
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
