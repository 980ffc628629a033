import type { Clock } from '../base/clock.ts';
import { threadsOf, type MessageRow, type SaveResult, type ThreadRow } from './rows.ts';
import { weigh } from './weigh.ts';

type Save<M> = (messages: M[]) => Promise<SaveResult<M>>;

export interface JoinBounds {
  /** Saves under way at once, but for those that take long. */
  readonly maxSaves: number;
  /** Of all messages that go in one save; a caller's own are never parted. */
  readonly maxMessages: number;
  readonly maxBytes: number;
}

/** A save that takes longer waits for something of its threads, and is not what others should wait for. */
const SLOW_MS = 1000;

const BOUNDS: JoinBounds = { maxSaves: 4, maxMessages: 500, maxBytes: 4 * 1024 ** 2 };

/** One caller's messages. */
interface Part<M> {
  readonly messages: M[];
  /** Ids of its threads and messages: two saves with one of them in common are not under way at once. */
  readonly keys: ReadonlySet<string>;
  readonly resolve: (result: SaveResult<M>) => void;
  readonly reject: (error: unknown) => void;
  /** It failed together with others. */
  alone: boolean;
}

/**
 * Lets a few saves be under way at once, and what comes meanwhile go together in the next. Nobody waits for others to come.
 * Saves of one thread keep their order.
 */
export function joinSaves<M extends MessageRow>(save: Save<M>, clock: Clock, bounds = BOUNDS): Save<M> {
  const busy = new Set<string>();
  let waiting: Part<M>[] = [];
  let underWay = 0;

  /** Takes what can go in one save, and leaves the rest in its order. */
  const takeBatch = (): Part<M>[] => {
    const batch: Part<M>[] = [];
    const left: Part<M>[] = [];
    const passed = new Set<string>(); // keys of those who were left: nobody may overtake them
    const ids = new Set<string>();
    let messages = 0;
    let bytes = 0;
    for (const part of waiting) {
      const isFirst = batch.length === 0;
      const fits =
        (isFirst ||
          (!part.alone && !batch[0]?.alone && messages + part.messages.length <= bounds.maxMessages)) &&
        !hasAny(busy, part.keys) &&
        !hasAny(passed, part.keys) &&
        !part.messages.some(({ id }) => ids.has(id));
      const size = fits ? weigh(part.messages) : 0;
      if (!fits || (!isFirst && bytes + size > bounds.maxBytes)) {
        left.push(part);
        for (const key of part.keys) passed.add(key);
        continue;
      }
      batch.push(part);
      messages += part.messages.length;
      bytes += size;
      for (const { id } of part.messages) ids.add(id);
    }
    waiting = left;
    return batch;
  };

  const perform = async (batch: Part<M>[]): Promise<void> => {
    const [first] = batch;
    let isCounted = true;
    const uncount = (): void => {
      if (isCounted) underWay--;
      isCounted = false;
    };
    const cancel = clock.after(SLOW_MS, () => {
      uncount();
      begin();
    });
    try {
      const result = await save(batch.flatMap(({ messages }) => messages));
      for (const part of batch) part.resolve(batch.length === 1 ? result : shareOf(part, result));
    } catch (error) {
      if (batch.length === 1) first?.reject(error);
      else waiting = [...batch.map((part) => Object.assign(part, { alone: true })), ...waiting];
    } finally {
      cancel();
      uncount();
      for (const { keys } of batch) for (const key of keys) busy.delete(key);
      begin();
    }
  };

  const begin = (): void => {
    while (underWay < bounds.maxSaves && waiting.length > 0) {
      const batch = takeBatch();
      if (batch.length === 0) return;
      underWay++;
      for (const { keys } of batch) for (const key of keys) busy.add(key);
      void perform(batch);
    }
  };

  return (messages) =>
    new Promise((resolve, reject) => {
      waiting.push({ messages, keys: keysOf(messages), resolve, reject, alone: false });
      begin();
    });
}

const keysOf = (messages: readonly MessageRow[]): Set<string> =>
  new Set([...threadsOf(messages).map((id) => `thread ${id}`), ...messages.map(({ id }) => `message ${id}`)]);

const hasAny = (set: ReadonlySet<string>, keys: ReadonlySet<string>): boolean =>
  set.size > 0 && [...keys].some((key) => set.has(key));

function shareOf<M extends MessageRow>({ messages }: Part<M>, result: SaveResult<M>): SaveResult<M> {
  const ids = new Set(messages.map(({ id }) => id));
  const threads = new Set(threadsOf(messages));
  return {
    ...result,
    messages: result.messages.filter(({ id }) => ids.has(id)),
    ...(result.threads && {
      threads: result.threads.filter(({ thread }) => threads.has((thread as ThreadRow).id)),
    }),
    ...(result.updated && { updated: result.updated.filter((id) => ids.has(id)) }),
  };
}
