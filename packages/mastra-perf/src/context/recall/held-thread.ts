import { createHash } from 'node:crypto';
import type { Conversation, Reach, StoredMessage } from '../../pipeline/conversation.ts';
import { createRecallIndex, type RecallIndex } from './recall-index.ts';

/** What is known of a stored message without its text. */
export interface HeldMessage {
  readonly id: string;
  readonly at: number;
  /** That it takes in the block of what is recalled. */
  readonly tokens: number;
  /** Of its texts, by which it is known in a prompt. */
  readonly marks: readonly string[];
}

/** What is held of a conversation, to be searched. Texts are read again when they are needed: they may have changed, or be gone. */
export interface HeldThread {
  readonly index: RecallIndex;
  /** Bytes that it takes, about. */
  readonly bytes: number;
  /** Oldest first; later ones may be added to it. */
  messages(): readonly HeldMessage[];
  /** Reads what was stored since the last time. One at a time: those who come meanwhile wait for the same. */
  read(conversation: Conversation): Promise<void>;
  /** Finds vectors for those that have none; `like` is one of the same model. */
  embed(conversation: Conversation, like: Float32Array): Promise<void>;
  forget(id: string): void;
}

export interface HeldThreadOptions {
  readonly reach: Reach;
  readonly tokensOf: (text: string) => number;
  /** Lets the event loop turn: a long thread is taken in piece by piece. */
  readonly pause: () => Promise<void>;
  readonly now: () => number;
  readonly fault: (error: unknown) => void;
}

/** Messages that are taken in at once: 2 to 5 ms. */
const SLICE = 50;
/** Vectors that are asked for at once. */
const EMBEDDED = 200;
/** A message that was stored late may be older than one that is known: so far back is looked again. */
const OVERLAP_MS = 60_000;
/** Of what is longer the rest is not searched. */
const SEARCHED = 20_000;
/** What a message takes in the block beside its text. */
const LINE = 4;
/** Of the heap: a message of 20 words takes 1,700 bytes among ten thousand, 4,000 among a hundred, which share fewer words. */
const BYTES_PER_THREAD = 16_000;
const BYTES_PER_MESSAGE = 1000;
const BYTES_PER_CHARACTER = 20;
/** A byte, its sign, and what is kept free. */
const BYTES_PER_DIMENSION = 1.5;

export function createHeldThread(options: HeldThreadOptions): HeldThread {
  const { reach, tokensOf, pause, now, fault } = options;
  const index = createRecallIndex();
  const known = new Map<string, HeldMessage>();
  let sorted: HeldMessage[] | undefined;
  let newest: number | undefined;
  let bytes = BYTES_PER_THREAD;
  let reading: Promise<void> | undefined;
  let embedding: Promise<void> | undefined;
  /** Had a text when they were met, and have no vector: kept until they have one. */
  const bare = new Set<string>();

  function take(message: StoredMessage): void {
    const { id, texts, createdAt } = message;
    const text = spoken(message);
    const held = { id, at: createdAt, tokens: tokensOf(text) + LINE, marks: texts.map(markOf) };
    known.set(id, held);
    // Most are the newest, and ten thousand need not be sorted again at every turn.
    const last = sorted?.at(-1);
    if (last && byTime(last, held) < 0) sorted?.push(held);
    else sorted = undefined;
    index.add({ id, text: text.slice(0, SEARCHED), createdAt });
    bytes += BYTES_PER_MESSAGE + Math.min(text.length, SEARCHED) * BYTES_PER_CHARACTER;
    bare.add(id);
  }

  function forget(id: string): void {
    if (!known.delete(id)) return;
    sorted = undefined;
    index.remove(id);
    bare.delete(id);
  }

  async function readAll(conversation: Conversation): Promise<void> {
    let from = newest === undefined ? undefined : newest - OVERLAP_MS;
    let page = 0;
    let before: string | undefined;
    for (;;) {
      const { messages, isLast } = await conversation.page(reach, from, page);
      const first = messages[0]?.id;
      // A storage that knows no pages would never come to the last one.
      if (page > 0 && first !== undefined && first === before) break;
      before = first;
      for (const [place, message] of messages.entries()) {
        if (place % SLICE === SLICE - 1) await pause();
        if (isSearched(message) && !known.has(message.id)) take(message);
        // One that is dated in the future must not hide those that come until then.
        const at = Math.min(message.createdAt, now());
        newest = Math.max(newest ?? at, at);
      }
      if (isLast) break;
      const last = messages.at(-1)?.createdAt ?? from;
      if (last !== undefined && last > (from ?? Number.NEGATIVE_INFINITY)) [from, page] = [last, 0];
      else page++;
    }
    if (index.size < known.size) for (const id of known.keys()) if (!index.has(id)) forget(id);
  }

  async function embedAll(conversation: Conversation, like: Float32Array): Promise<void> {
    const { embedder } = conversation;
    if (!embedder) return;
    const missing = [...bare].toReversed();
    for (let start = 0; start < missing.length; start += EMBEDDED) {
      const ids = missing.slice(start, start + EMBEDDED);
      const stored = await embedder.stored(ids, like).catch((error: unknown) => {
        fault(error);
        return new Map<string, Float32Array>();
      });
      const set = (id: string, vector: Float32Array | undefined): boolean =>
        vector !== undefined && index.setVector(id, vector);
      const without = ids.filter((id) => !set(id, stored.get(id)));
      const rows = without.length > 0 ? await conversation.byId(reach, without) : [];
      const vectors = await embedder.embed(rows.map(spoken));
      for (const [place, { id }] of rows.entries()) set(id, vectors[place]);
      for (const id of ids) bare.delete(id);
      bytes += ids.length * like.length * BYTES_PER_DIMENSION;
      await pause();
    }
  }

  return {
    index,
    get bytes() {
      return bytes;
    },
    messages: () => (sorted ??= [...known.values()].toSorted(byTime)),
    read: (conversation) => (reading ??= readAll(conversation).finally(() => (reading = undefined))),
    embed: (conversation, like) =>
      (embedding ??= embedAll(conversation, like).finally(() => (embedding = undefined))),
    forget,
  };
}

export const spoken = ({ texts }: StoredMessage): string => texts.join('\n');

const isSearched = (message: StoredMessage): boolean =>
  (message.role === 'user' || message.role === 'assistant') && spoken(message).trim() !== '';

const byTime = (a: HeldMessage, b: HeldMessage): number => a.at - b.at || (a.id < b.id ? -1 : 1);

/** By which a text of a prompt is known as that of a stored message. */
export const markOf = (text: string): string =>
  createHash('sha256').update(text.trim()).digest('base64url').slice(0, 16);
