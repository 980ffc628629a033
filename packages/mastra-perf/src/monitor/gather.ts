import type { Clock } from '../base/clock.ts';
import type { Bus } from '../stores/bus.ts';
import type { CacheStore } from '../stores/cache-store.ts';
import { readRangeQuery, type RangeQuery } from './metrics-query.ts';
import type { RangeCodec } from './range-codec.ts';
import { addPart, type RangePart } from './range-part.ts';

export interface Gathered {
  readonly part: RangePart;
  /** This one included. */
  readonly processes: number;
  /** Answers that could not be read. */
  readonly unreadable: number;
}

/** Figures of all processes that share a store. Nothing is sent and nothing is stored while nobody asks. */
export interface Gather {
  /** Hears from now on what other processes ask. */
  listen(): Promise<void>;
  /** Takes {@link WAIT_MS} where there are other processes to ask. Never rejects. */
  ask(query: RangeQuery): Promise<Gathered>;
}

export interface GatherDeps {
  readonly clock: Clock;
  /** Absent when this process is alone. */
  readonly shared:
    | { readonly bus: Bus; readonly cache: Pick<CacheStore, 'getMany' | 'setMany' | 'stamp'> }
    | undefined;
  /** Unlike that of any other process. */
  readonly processId: string;
  readonly newId: () => string;
  readonly codec: RangeCodec;
  /** What this process has. */
  readonly collect: (query: RangeQuery) => RangePart;
  /** An answer that is not readable, or an answer of ours that could not be given. */
  readonly fault: (where: string, error: unknown) => void;
}

const TOPIC = 'metrics';
/** How long others have for an answer; a store that answers takes some milliseconds. */
const WAIT_MS = 150;
/** An answer is the same for so long, so that a hundred open pages ask no more than one. */
const SAME_MS = 2000;
const MAX_SAME = 50;
/** Answers are of use as long as somebody waits for them. */
const TTL_MS = 10_000;
/** More processes than this are not heard, and are no deployment either. */
const MAX_PROCESSES = 500;
const READ_AT_ONCE = 20;
/** Whoever can publish must not keep this process from its work. */
const MAX_ANSWERS_PER_SECOND = 20;

const placeOf = (id: string, processId: string): string => `metrics:${id}:${processId}`;

export function createGather(deps: GatherDeps): Gather {
  const { clock, shared, processId, newId, codec, collect, fault } = deps;
  /** Who has answered what this process has asked. */
  const waiting = new Map<string, Set<string>>();
  const same = new Map<string, { readonly until: number; readonly gathered: Promise<Gathered> }>();
  let isListening = false;
  let second = { start: 0, answers: 0 };

  const mayAnswer = (): boolean => {
    const now = clock.monotonic();
    if (now - second.start >= 1000) second = { start: now, answers: 0 };
    return ++second.answers <= MAX_ANSWERS_PER_SECOND;
  };

  const answer = async (id: string, query: RangeQuery): Promise<void> => {
    if (!shared) return;
    const { bus, cache } = shared;
    const key = placeOf(id, processId);
    const value = codec.encode(collect(query), key);
    const stamp = await cache.stamp();
    const [stands] = await cache.setMany([{ key, value, tags: [], stamp, ttlMs: TTL_MS }]);
    if (stands) await bus.publish(TOPIC, JSON.stringify({ told: id, from: processId }));
  };

  const hear = (text: string): void => {
    const note = readNote(text);
    if (!note || note.from === processId) return;
    if ('told' in note) {
      const answered = waiting.get(note.told);
      if (answered && answered.size < MAX_PROCESSES) answered.add(note.from);
      return;
    }
    // Whoever asks does without this process; a store that is away tells so by itself.
    if (mayAnswer()) answer(note.ask, note.query).catch(() => undefined);
  };

  const addAnswers = async (part: RangePart, id: string, from: readonly string[]): Promise<number> => {
    if (!shared) return 0;
    let read = 0;
    for (let at = 0; at < from.length; at += READ_AT_ONCE) {
      const keys = from.slice(at, at + READ_AT_ONCE).map((process) => placeOf(id, process));
      const entries = await shared.cache.getMany(keys.map((key) => ({ key }))).catch(() => []); // told by the guard
      entries.forEach((entry, index) => {
        if (!entry) return;
        try {
          addPart(part, codec.decode(entry.value, keys[index] ?? ''));
          read++;
        } catch (error) {
          fault('metrics.range', error);
        }
      });
    }
    return read;
  };

  const gather = async (query: RangeQuery): Promise<Gathered> => {
    if (!shared || !isListening) return { part: collect(query), processes: 1, unreadable: 0 };
    const id = newId();
    const answered = new Set<string>();
    waiting.set(id, answered);
    try {
      const note = JSON.stringify({ ask: id, from: processId, query });
      const isAsked = await shared.bus.publish(TOPIC, note).then(
        () => true,
        () => false, // the store is away, which it tells by itself
      );
      if (isAsked) await new Promise<void>((resolve) => clock.after(WAIT_MS, resolve, 'keeps-alive'));
    } finally {
      waiting.delete(id);
    }
    const part = collect(query);
    const read = await addAnswers(part, id, [...answered]);
    return { part, processes: 1 + read, unreadable: answered.size - read };
  };

  return {
    async listen() {
      if (!shared) return;
      await shared.bus.subscribe(TOPIC, { message: hear, gap: () => undefined });
      isListening = true;
    },
    ask(query) {
      const key = JSON.stringify(query);
      const now = clock.monotonic();
      const known = same.get(key);
      if (known && known.until > now) return known.gathered;
      for (const [old, { until }] of same) if (until <= now || same.size >= MAX_SAME) same.delete(old);
      const gathered = gather(query);
      same.set(key, { until: now + SAME_MS, gathered });
      return gathered;
    },
  };
}

type Note = { readonly from: string } & (
  | { readonly ask: string; readonly query: RangeQuery }
  | { readonly told: string }
);

/** `undefined` for what is not one of our notes: others may publish as well. */
function readNote(text: string): Note | undefined {
  let note: unknown;
  try {
    note = JSON.parse(text);
  } catch {
    return undefined; // not ours, and nothing is lost
  }
  if (typeof note !== 'object' || note === null) return undefined;
  const { from, ask, told, query: asked } = note as Record<string, unknown>;
  if (!isId(from)) return undefined;
  if (isId(told)) return { from, told };
  const query = isId(ask) ? readRangeQuery(asked) : undefined;
  return query && isId(ask) ? { from, ask, query } : undefined;
}

/** What becomes part of a key. */
const isId = (value: unknown): value is string => typeof value === 'string' && /^[\w-]{1,64}$/.test(value);
