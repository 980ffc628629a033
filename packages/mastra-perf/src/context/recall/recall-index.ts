import { askedSlots } from './asked-slots.ts';
import { closeness } from './closeness.ts';
import { dateText } from './date-text.ts';
import { createPostings } from './postings.ts';
import type { Match } from './relevance.ts';
import { speakerNames } from './speaker-names.ts';
import { terms, words } from './terms.ts';
import { createVectorRows } from './vector-rows.ts';

export interface RecallMessage {
  /** Unique in the thread. */
  readonly id: string;
  readonly text: string;
  /** Who says it, if the text does not begin with it as in "Ann: …". */
  readonly speaker?: string | undefined;
  /** Milliseconds since 1970. A message without it counts as the oldest. */
  readonly createdAt?: number | undefined;
}

export interface RecallQuestion {
  readonly text: string;
  /** Of the same model as those of the messages. */
  readonly vector?: Float32Array | undefined;
}

export interface RecallIndexOptions {
  /** Messages that are held; the oldest are given up. @default 10_000 */
  readonly maxMessages?: number;
  /** Pairs of a message and a term in it, about 20 bytes each; the oldest messages are given up. @default 1_000_000 */
  readonly maxTerms?: number;
}

/** The messages of a thread, ready to be searched. What it answers does not depend on the order in which they came. */
export interface RecallIndex {
  readonly size: number;
  has(id: string): boolean;
  /** Replaces a message of the same id, and its vector. */
  add(message: RecallMessage, vector?: Float32Array): void;
  /** Whether it is kept: the message must be there, and the vector have a direction and the length of all others. */
  setVector(id: string, vector: Float32Array): boolean;
  hasVector(id: string): boolean;
  remove(id: string): boolean;
  /** What these messages have to do with a question. Those that are not here have nothing. */
  match(question: RecallQuestion, messages: readonly { readonly id: string }[]): Match;
}

interface Held {
  readonly id: string;
  readonly at: number;
}

export function createRecallIndex(options: RecallIndexOptions = {}): RecallIndex {
  const { maxMessages = 10_000, maxTerms = 1_000_000 } = options;
  const postings = createPostings();
  const speakers = createPostings();
  const vectors = createVectorRows();
  const slotOf = new Map<string, number>();
  const places = askedSlots(slotOf);
  const held: (Held | undefined)[] = [];
  const free: number[] = [];

  function remove(id: string): boolean {
    const slot = slotOf.get(id);
    if (slot === undefined) return false;
    postings.remove(slot);
    speakers.remove(slot);
    vectors.delete(slot);
    held[slot] = undefined;
    slotOf.delete(id);
    places.removed();
    free.push(slot);
    return true;
  }

  /** By id among those of one time, so that what stays does not depend on what came first. */
  function oldest(): string | undefined {
    let first: Held | undefined;
    for (const one of held) if (one && (!first || isOlder(one, first))) first = one;
    return first?.id;
  }

  function shrink(): void {
    while (slotOf.size > maxMessages || (postings.size > maxTerms && slotOf.size > 0)) {
      const id = oldest();
      if (id === undefined) return;
      remove(id);
    }
  }

  return {
    get size() {
      return slotOf.size;
    },
    has: (id) => slotOf.has(id),

    add({ id, text, speaker, createdAt }, vector) {
      remove(id);
      const slot = free.pop() ?? held.length;
      const spoken = speaker === undefined ? text : `${speaker}: ${text}`;
      slotOf.set(id, slot);
      places.added();
      held[slot] = { id, at: createdAt ?? Number.NEGATIVE_INFINITY };
      postings.add(slot, [...terms(spoken), ...terms(dateText(createdAt))]);
      speakers.add(slot, speakerNames(text, speaker));
      if (vector) vectors.set(slot, vector);
      shrink();
    },

    setVector(id, vector) {
      const slot = slotOf.get(id);
      return slot !== undefined && vectors.set(slot, vector);
    },

    hasVector(id) {
      const slot = slotOf.get(id);
      return slot !== undefined && vectors.has(slot);
    },

    remove,

    match({ text, vector }, messages) {
      const count = messages.length;
      const slots = places.of(messages);
      const coverage = postings.coverage(terms(text), held.length);
      const named = speakers.holders(words(text), held.length);
      const match = { words: new Float64Array(count), speaker: new Float64Array(count) };
      for (let place = 0; place < count; place++) {
        const slot = slots[place] ?? -1;
        if (slot < 0) continue;
        match.words[place] = coverage[slot] ?? 0;
        match.speaker[place] = named[slot] ?? 0;
      }
      return { ...match, meaning: vector && closeness(vectors, vector, slots) };
    },
  };
}

const isOlder = (a: Held, b: Held): boolean => (a.at === b.at ? a.id < b.id : a.at < b.at);
