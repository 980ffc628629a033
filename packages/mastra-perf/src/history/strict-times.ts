import { LRUCache } from 'lru-cache';
import type { MessageRow } from './rows.ts';
import { createStretches, type Stretches } from './stretches.ts';

const MAX_THREADS = 2000;
const MAX_MESSAGES = 20_000;
const MAX_STRETCHES = 64;

interface Place {
  /** Of its thread, as long as the thread is known. */
  readonly stretches: Stretches;
  readonly given: number;
  readonly placed: number;
}

/**
 * Two messages of a thread with the same `createdAt` come back in any order, and Mastra then merges an answer into an older one. Its
 * pause of 10 ms after each call hides that as long as the model is slow; here the times are kept apart.
 */
export interface StrictTimes {
  /**
   * The messages, with each that ties with another one of its thread moved to the next millisecond that is free. What does
   * not tie is not touched, nor are the objects given.
   */
  place<M extends MessageRow>(messages: readonly M[]): M[];
  /** These are in the storage. */
  note(messages: readonly MessageRow[]): void;
  forgetMessages(ids: readonly string[]): void;
  forgetThread(threadId: string): void;
  clear(): void;
}

export function createStrictTimes(): StrictTimes {
  const threads = new LRUCache<string, Stretches>({ max: MAX_THREADS });
  const places = new LRUCache<string, Place>({ max: MAX_MESSAGES });

  const stretchesOf = (threadId: string): Stretches => {
    const found = threads.get(threadId);
    if (found) return found;
    const made = createStretches(MAX_STRETCHES);
    threads.set(threadId, made);
    return made;
  };

  const put = (id: string, place: Place): void => {
    const before = places.get(id);
    if (before && before.stretches !== place.stretches) before.stretches.release(before.placed);
    places.set(id, place);
  };

  const timeOf = (message: MessageRow): number | undefined => {
    const { id, threadId } = message;
    const given = givenTime(message);
    if (given === undefined || threadId === undefined) return undefined;
    const stretches = stretchesOf(threadId);
    const place = places.get(id);
    // What is saved again stays where it is, unless its caller wants it elsewhere.
    if (place?.stretches === stretches) return place.given === given ? place.placed : given;
    const placed = stretches.takeFrom(given);
    put(id, { stretches, given, placed });
    return placed;
  };

  return {
    place: (messages) =>
      messages.map((message) => {
        const time = timeOf(message);
        return time === undefined || time === givenTime(message)
          ? message
          : { ...message, createdAt: new Date(time) };
      }),
    note(messages) {
      for (const message of messages) {
        const { id, threadId } = message;
        const given = givenTime(message);
        if (given === undefined || threadId === undefined) continue;
        const stretches = stretchesOf(threadId);
        if (places.get(id)?.stretches === stretches) continue;
        put(id, { stretches, given, placed: given });
        stretches.take(given);
      }
    },
    forgetMessages(ids) {
      for (const id of ids) {
        const place = places.get(id);
        place?.stretches.release(place.placed);
        places.delete(id);
      }
    },
    forgetThread: (threadId) => void threads.delete(threadId),
    clear() {
      threads.clear();
      places.clear();
    },
  };
}

/** `undefined` for a message without a time: its storage gives it one. */
function givenTime({ createdAt }: MessageRow): number | undefined {
  const time = createdAt instanceof Date ? createdAt.getTime() : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
