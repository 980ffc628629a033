import { LRUCache } from 'lru-cache';
import type { Recent } from './recent.ts';
import type { MessageRow, ThreadRow } from './rows.ts';
import { lastOf } from './tail.ts';
import type { Reading } from './thread-reads.ts';

/** Messages that are read when fewer are asked for, and the most that are kept. */
export const TAIL = { least: 40, most: 200 } as const;

/** Retention deletes messages and leaves the thread as it was: no version tells. */
const MAX_AGE_MS = 3_600_000;

/** Tails of these threads are not what a shorter list would return; they are not tried again for a while. */
const UNFIT = { max: 1000, ttl: 600_000 } as const;

/** The last messages of a thread are asked for: of one resource or, without one, of all. */
export interface TailRequest {
  readonly threadId: string;
  readonly resourceId: string | undefined;
  /** At most `TAIL.most`. */
  readonly count: number;
}

export interface Listing extends Reading {
  readonly version: string | undefined;
  /** How many messages to read. */
  readonly count: number;
}

/** A list of messages, newest first. */
export interface Listed<M> {
  readonly messages: readonly M[];
  readonly hasMore: boolean;
  readonly total: number;
}

/** The last of them, newest first and in objects of their own. */
export interface Page<M> {
  readonly messages: M[];
  readonly hasMore: boolean;
}

/** Reads of the last messages, within runs. */
export interface MessageReads<M extends MessageRow> {
  remembered(request: TailRequest, run: object): Page<M> | undefined;
  /** How to read so that it can be remembered; `undefined` if it cannot. */
  begin(request: TailRequest, run: object): Listing | undefined;
  /** Remembers what was read. The answer to the request, unless only reading again can tell. */
  read(request: TailRequest, listed: Listed<M>, listing: Listing): Page<M> | undefined;
}

export function createMessageReads<M extends MessageRow>(recent: Recent<ThreadRow, M>): MessageReads<M> {
  const { asRead, clock, marks, mode, runs, tails, times, ttlMs } = recent;
  const unfit = new LRUCache<string, true>({ ...UNFIT, perf: { now: () => clock.monotonic() } });

  return {
    remembered({ threadId, resourceId, count }, run) {
      const tail = tails.get(threadId, resourceId);
      if (!tail || mode === 'off' || clock.monotonic() - tail.readAt >= MAX_AGE_MS) return undefined;
      if (mode === 'sticky') return clock.monotonic() - tail.at < ttlMs ? lastOf(tail, count) : undefined;
      const version = runs.versionOf(run, threadId);
      return version !== undefined && version === tail.version ? lastOf(tail, count) : undefined;
    },
    begin({ threadId, count }, run) {
      const version = runs.versionOf(run, threadId);
      if (mode === 'off' || unfit.has(threadId) || (mode === 'validate' && version === undefined))
        return undefined;
      return { stamp: marks.stamp(), at: clock.monotonic(), version, count: Math.max(count, TAIL.least) };
    },
    read({ threadId, resourceId, count }, listed, { stamp, at, version, count: asked }) {
      const messages = listed.messages.toReversed();
      if (!isWhole(listed, asked) || !isOrdered(messages)) {
        unfit.set(threadId, true);
        return undefined;
      }
      const tail = { resourceId, messages, complete: !listed.hasMore, version, at, readAt: at, stamp };
      const answer = lastOf(tail, count);
      if (marks.isCurrent(stamp, [threadId])) {
        asRead.read(messages);
        times.note(messages);
        tails.put(threadId, tail);
      }
      return answer;
    },
  };
}

/** Mastra leaves system messages out after it has counted them: then a shorter list is not the end of this one. */
const isWhole = ({ messages, hasMore, total }: Listed<MessageRow>, asked: number): boolean =>
  hasMore ? messages.length === asked : total === messages.length;

const isOrdered = (messages: readonly MessageRow[]): boolean =>
  messages.every(
    ({ createdAt }, index) =>
      createdAt instanceof Date && createdAt >= (messages[index - 1]?.createdAt ?? createdAt),
  );
