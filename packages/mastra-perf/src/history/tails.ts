import { LRUCache } from 'lru-cache';
import type { MessageRow } from './rows.ts';
import type { Tail } from './tail.ts';
import { weigh } from './weigh.ts';

const MAX_THREADS = 2000;
const MAX_BYTES = 32 * 1024 ** 2;

/** The tails of recent threads: of each, one for each resource whose messages are asked for. */
export interface Tails<M extends MessageRow> {
  get(threadId: string, resourceId: string | undefined): Tail<M> | undefined;
  put(threadId: string, tail: Tail<M>): void;
  /** Replaces each tail of a thread by what this makes of it. */
  change(threadId: string, change: (tail: Tail<M>) => Tail<M> | undefined): void;
  drop(threadId: string): void;
  /** These messages are in this thread: the tail of another one that holds one of them is dropped. */
  moved(ids: readonly string[], threadId: string): void;
  clear(): void;
}

interface Entry<M extends MessageRow> {
  readonly tail: Tail<M>;
  readonly bytes: number;
}

export function createTails<M extends MessageRow>(): Tails<M> {
  /** The thread in whose tails a message is. */
  const holders = new Map<string, string>();
  const idsOf = (entries: readonly Entry<M>[]): string[] =>
    entries.flatMap(({ tail }) => tail.messages.map(({ id }) => id));
  const threads = new LRUCache<string, readonly Entry<M>[]>({
    max: MAX_THREADS,
    maxSize: MAX_BYTES,
    sizeCalculation: (entries) => entries.reduce((sum, { bytes }) => sum + bytes, 1),
    dispose: (entries, threadId) => {
      for (const id of idsOf(entries)) if (holders.get(id) === threadId) holders.delete(id);
    },
  });
  /** Messages in tails never change, and most of a tail's are in the next one too. */
  const weights = new WeakMap<M, number>();
  const weightOf = (message: M): number => {
    const known = weights.get(message);
    if (known !== undefined) return known;
    const bytes = weigh(message);
    weights.set(message, bytes);
    return bytes;
  };
  const entryOf = (tail: Tail<M>): Entry<M> => ({
    tail,
    bytes: tail.messages.reduce((sum, message) => sum + 16 + weightOf(message), 256),
  });
  const set = (threadId: string, entries: readonly Entry<M>[]): void => {
    threads.delete(threadId);
    if (entries.length === 0) return;
    threads.set(threadId, entries);
    if (threads.has(threadId)) for (const id of idsOf(entries)) holders.set(id, threadId);
  };
  return {
    get: (threadId, resourceId) =>
      threads.get(threadId)?.find(({ tail }) => tail.resourceId === resourceId)?.tail,
    put(threadId, tail) {
      const others = threads.peek(threadId)?.filter((entry) => entry.tail.resourceId !== tail.resourceId);
      set(threadId, [...(others ?? []), entryOf(tail)]);
    },
    change(threadId, change) {
      const changed = threads.peek(threadId)?.map(({ tail }) => change(tail));
      if (changed) set(threadId, changed.filter((tail) => tail !== undefined).map(entryOf));
    },
    drop: (threadId) => void threads.delete(threadId),
    moved(ids, threadId) {
      for (const id of ids) {
        const holder = holders.get(id);
        if (holder !== undefined && holder !== threadId) threads.delete(holder);
      }
    },
    clear: () => threads.clear(),
  };
}
