import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import type { PromptMessage, RecalledMessage } from '../../pipeline/call.ts';
import type { Conversation, Reach, StoredMessage } from '../../pipeline/conversation.ts';
import { createHeldThread, spoken, type HeldMessage, type HeldThread } from './held-thread.ts';
import { marksOf, questionPlace, textsOf } from './prompt-texts.ts';
import { recalledBlock } from './recalled-block.ts';
import { select, type Selected } from './select.ts';

export interface RecallDeps {
  readonly clock: Clock;
  /** Told when nothing, or less, was recalled because a part failed. */
  readonly fault: (where: string, error: unknown) => void;
}

export interface RecallRequest {
  readonly conversation: Conversation;
  /** What stays of the prompt. */
  readonly prompt: readonly PromptMessage[];
  /** Tokens for the block. */
  readonly room: number;
  readonly reach: Reach;
  /** Recalls until the room is full, not only what clearly has to do with the question. */
  readonly fillsRoom: boolean;
  readonly tokensOf: (text: string) => number;
  /** Nobody waits any more. */
  readonly signal?: AbortSignal | undefined;
}

export interface Recalled {
  /** To be put in front of the question. */
  readonly text: string;
  readonly tokens: number;
  readonly messages: readonly RecalledMessage[];
}

export interface Recall {
  /** What of the conversation belongs to the question, and is not in the prompt. Never rejects. */
  recall(request: RecallRequest): Promise<Recalled | undefined>;
  /** Resolves when no conversation is being read. */
  idle(): Promise<void>;
}

const NAME = 'context.recall';
/** A call waits so long for what is searched, and goes on with what is there. The rest is there for the next one. */
const WAIT_MS = 1000;
const REST_MS = 10_000;
const MAX_BYTES = 128 * 1024 ** 2;
/** Less room than this is not worth a block. */
const LEAST_ROOM = 64;
/** Of a longer question the beginning and the end are searched for. */
const QUESTION = 2000;
/**
 * Relevance of what clearly has to do with a question. With it the talk of LoCoMo's conversations recalls 250 tokens per turn
 * (`dev bench context`), its questions about what was said recall a thousand. Words alone tell less apart: from this
 * much on they cost as little.
 */
const CLEAR = 7.25;
const CLEAR_BY_WORDS = 4.75;
/** What the block takes beside its messages. */
const BLOCK = 40;

export function createRecall({ clock, fault }: RecallDeps): Recall {
  const held = new LRUCache<string, HeldThread>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ bytes }) => Math.ceil(Math.min(bytes, MAX_BYTES)),
  });
  const storages = new WeakMap<object, number>();
  let stores = 0;
  const work = new Set<Promise<unknown>>();
  /** Embedding models that failed or took too long, until when they are not asked. */
  const resting = new Map<string, number>();
  /** Threads whose messages it did not embed: one text that it refuses must not be paid for, with those beside it, at every call. */
  const embeddedAgain = new WeakMap<HeldThread, number>();

  const threadOf = (key: string, reach: Reach, tokensOf: (text: string) => number): HeldThread => {
    let thread = held.get(key);
    if (!thread) {
      const told = (error: unknown): void => fault(NAME, error);
      thread = createHeldThread({ reach, tokensOf, pause, now: clock.now, fault: told });
      held.set(key, thread);
    }
    return thread;
  };

  const keyOf = ({ storage, thread, resource, embedder }: Conversation, reach: Reach): string => {
    const store = storages.get(storage) ?? ++stores;
    storages.set(storage, store);
    return JSON.stringify([store, resource, reach === 'thread' ? thread : null, embedder?.model]);
  };

  /** Reads and embeds what is new; resolves with the vector of the question, as soon as everything is there or in time. */
  async function prepared(
    thread: HeldThread,
    key: string,
    question: string,
    conversation: Conversation,
  ): Promise<Float32Array | undefined> {
    let vector: Float32Array | undefined;
    const read = thread.read(conversation);
    const all = (async () => {
      const asked = embedded(question, conversation);
      await read;
      vector = await asked;
      if (!vector || clock.monotonic() < (embeddedAgain.get(thread) ?? 0)) return;
      try {
        await thread.embed(conversation, vector);
      } catch (error) {
        embeddedAgain.set(thread, clock.monotonic() + REST_MS);
        throw error;
      }
    })()
      .catch((error: unknown) => fault(NAME, error))
      .finally(() => {
        work.delete(all);
        if (held.peek(key) !== thread) return;
        held.delete(key); // set alone keeps the size of what is there already
        held.set(key, thread);
      });
    work.add(all);
    await withDeadline(clock, WAIT_MS, () => all).catch(() => undefined); // goes on with what is there
    return vector;
  }

  async function embedded(question: string, { embedder }: Conversation): Promise<Float32Array | undefined> {
    if (!embedder || clock.monotonic() < (resting.get(embedder.model) ?? 0)) return undefined;
    try {
      const [vector] = await withDeadline(clock, WAIT_MS, () => embedder.embed([question]));
      return vector;
    } catch (error) {
      resting.set(embedder.model, clock.monotonic() + REST_MS);
      fault(NAME, error);
      return undefined;
    }
  }

  async function search(request: RecallRequest, question: string): Promise<Recalled | undefined> {
    const { conversation, prompt, room, fillsRoom, tokensOf } = request;
    const reach = conversation.resource === undefined ? 'thread' : request.reach;
    const key = keyOf(conversation, reach);
    const thread = threadOf(key, reach, tokensOf);
    const vector = await prepared(thread, key, question, conversation);
    const marks = marksOf(prompt);
    const messages = thread.messages();
    const selected = select({
      index: thread.index,
      messages,
      isInPrompt: (place) => messages[place]?.marks.every((mark) => marks.has(mark)) ?? false,
      question: { text: question, vector },
      budget: room - BLOCK,
      least: fillsRoom ? 0 : vector ? CLEAR : CLEAR_BY_WORDS,
    });
    if (selected.length === 0) return undefined;
    const ids = selected.map(({ id }) => id);
    const rows = await withDeadline(clock, WAIT_MS, () => conversation.byId(reach, ids));
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const id of ids) if (!byId.has(id)) thread.forget(id);
    return fitted(selected, byId, placesOf(ids, messages), room, tokensOf);
  }

  return {
    async recall(request) {
      const place = questionPlace(request.prompt);
      const question = place < 0 ? '' : shortened(textsOf(request.prompt[place] as PromptMessage).join('\n'));
      if (question.trim() === '' || request.room < LEAST_ROOM) return undefined;
      try {
        return await unlessAborted(request.signal, search(request, question));
      } catch (error) {
        fault(NAME, error);
        return undefined;
      }
    },
    idle: async () => void (await Promise.allSettled(work)),
  };
}

/** The block with the most relevant of them that fit, as they are stored now. */
function fitted(
  selected: readonly Selected[],
  rows: ReadonlyMap<string, StoredMessage>,
  places: ReadonlyMap<string, number>,
  room: number,
  tokensOf: (text: string) => number,
): Recalled | undefined {
  let left = selected.filter(({ id }) => rows.has(id));
  while (left.length > 0) {
    const text = recalledBlock(
      left.flatMap(({ id }) => {
        const message = rows.get(id);
        return message ? [{ place: places.get(id) ?? 0, message }] : [];
      }),
    );
    const tokens = tokensOf(text);
    if (tokens <= room)
      return {
        text,
        tokens,
        messages: left.map(({ id, why, relevance }) => ({ id, why, relevance: rounded(relevance.total) })),
      };
    const shareOf = (id: string): number =>
      (tokens * spoken(rows.get(id) as StoredMessage).length) / text.length;
    left = withoutLeast(left, tokens - room, shareOf);
  }
  return undefined;
}

/** Where they are among the messages, in whose order they come. */
function placesOf(ids: readonly string[], messages: readonly HeldMessage[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (let place = 0, next = 0; place < messages.length && next < ids.length; place++) {
    const id = messages[place]?.id;
    if (id !== undefined && id === ids[next]) {
      places.set(id, place);
      next++;
    }
  }
  return places;
}

/** Without the least relevant of so many tokens, or one. Their sizes are those of now: a text may have grown since it was met. */
function withoutLeast(
  selected: readonly Selected[],
  tokens: number,
  sizeOf: (id: string) => number,
): Selected[] {
  const gone = new Set<string>();
  let sum = 0;
  for (const { id } of selected.toSorted((a, b) => a.relevance.total - b.relevance.total)) {
    if (sum >= tokens) break;
    gone.add(id);
    sum += sizeOf(id);
  }
  return selected.filter(({ id }) => !gone.has(id));
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

const shortened = (text: string): string =>
  text.length <= QUESTION ? text : `${text.slice(0, QUESTION / 2)}\n${text.slice(-QUESTION / 2)}`;

/** A turn of the event loop. Not a timer of the clock: those let a process end, and this one still has to answer. */
const pause = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** The result, or nothing as soon as nobody waits for it; the work goes on, for the next call. */
async function unlessAborted<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T | undefined> {
  if (!signal) return work;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const leave = (): void => resolve(undefined);
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave);
  try {
    return await Promise.race([promise, work]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
