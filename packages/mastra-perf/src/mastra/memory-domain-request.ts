import type { MemoryStorage } from '@mastra/core/storage';
import type { TailRequest } from '../history/message-reads.ts';

type ListMessages = Parameters<MemoryStorage['listMessages']>[0];

/** Most messages that are answered from memory. */
const MOST = 200;

const FIELDS: ReadonlySet<string> = new Set([
  'threadId',
  'resourceId',
  'page',
  'perPage',
  'orderBy',
  'includeTotal',
  'filter',
  'include',
]);

/** What Mastra's history asks before each run, the last messages of one thread; `undefined` for every other question. */
export function tailRequest(asked: ListMessages): TailRequest | undefined {
  const { threadId, resourceId, page = 0, perPage, orderBy, includeTotal, filter, include } = asked;
  const isLast =
    typeof threadId === 'string' &&
    threadId.trim() !== '' &&
    page === 0 &&
    isCount(perPage) &&
    isNewestFirst(orderBy) &&
    includeTotal === false &&
    filter === undefined &&
    (include === undefined || include.length === 0) &&
    Object.keys(asked).every((field) => FIELDS.has(field));
  return isLast ? { threadId, resourceId, count: perPage } : undefined;
}

const isCount = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) > 0 && (value as number) <= MOST;

const isNewestFirst = (orderBy: ListMessages['orderBy']): boolean =>
  orderBy?.field === 'createdAt' && orderBy.direction === 'DESC' && Object.keys(orderBy).length === 2;
