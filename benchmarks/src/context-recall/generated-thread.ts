import type { StoredConversation, StoredMessage } from '../inside-mastra-perf.ts';

const DIMENSIONS = 512;
const VOCABULARY = 5000;
/** The most frequent words are the ones that are not searched for. */
const FIRST = 50;
const MINUTE = 60_000;
const BEGIN = Date.UTC(2026, 0, 5);
const PAGE = 200;

export interface GeneratedThread {
  readonly conversation: StoredConversation;
  readonly messages: readonly StoredMessage[];
  /** A text as they are in the thread. */
  sentence(words: number): string;
  vector(): Float32Array;
}

/** A thread of words that are as often as in a language, with a vector of each message, held in memory: nothing waits for a storage. */
export function generatedThread(count: number): GeneratedThread {
  const random = randomNumbers(7);
  // By Zipf's law the frequency of a word falls with its rank.
  const word = (): string => `w${Math.floor(FIRST * (VOCABULARY / FIRST) ** random()).toString(36)}`;
  const sentence = (words: number): string => Array.from({ length: words }, word).join(' ');
  const vector = (): Float32Array => Float32Array.from({ length: DIMENSIONS }, () => random() - 0.5);
  const messages = Array.from({ length: count }, (_, place) => ({
    id: `m${place}`,
    role: place % 2 === 0 ? 'user' : 'assistant',
    texts: [sentence(12 + Math.floor(random() * 40))],
    createdAt: BEGIN + place * MINUTE,
    thread: 't',
  }));
  const vectors = new Map(messages.map(({ id }) => [id, vector()]));
  const byId = new Map(messages.map((message) => [message.id, message]));
  const conversation: StoredConversation = {
    storage: {},
    thread: 't',
    resource: 'r',
    page(_, from = 0, page) {
      const first = Math.max(0, Math.ceil((from - BEGIN) / MINUTE)) + page * PAGE;
      const found = messages.slice(first, first + PAGE);
      return Promise.resolve({ messages: found, isLast: found.length < PAGE });
    },
    byId: (_, ids) => Promise.resolve(ids.flatMap((id) => byId.get(id) ?? [])),
    embedder: {
      model: 'generated',
      embed: (texts) => Promise.resolve(texts.map(vector)),
      stored: (ids) => Promise.resolve(new Map(ids.map((id) => [id, vectors.get(id) ?? vector()]))),
    },
  };
  return { conversation, messages, sentence, vector };
}

/** mulberry32: the same numbers at every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
