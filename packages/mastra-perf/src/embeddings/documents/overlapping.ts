import { Fatal, messageOf } from './document-error.ts';

export interface OverlappingOptions<T, R> {
  /** Whether one more may be begun now. */
  readonly hasRoom: () => boolean;
  /** Rejects only when all of it ends. */
  readonly work: (item: T, position: number) => Promise<R>;
  /** Nothing is left to do until something that was begun has come further. */
  readonly idle: () => void;
  /** Ends it: nothing more is read. */
  readonly signal: AbortSignal;
}

export interface Overlapping<R> {
  /** Results as they come. Whoever does not take them gets nothing more begun. */
  readonly results: AsyncGenerator<R, void, void>;
  /** To be called when `hasRoom` or what `idle` depends on may have changed. */
  readonly wake: () => void;
  /** Whether the next item is being waited for. */
  readonly isReading: () => boolean;
}

export type AnyIterable<T> = Iterable<T> | AsyncIterable<T>;

/**
 * Works on several items at a time and never reads further ahead than there is room. When the source throws it throws
 * {@link Fatal}, after what was begun is done. It never ends before what was begun.
 */
export function overlapping<T, R>(source: AnyIterable<T>, options: OverlappingOptions<T, R>): Overlapping<R> {
  const { hasRoom, work, idle, signal } = options;
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const running = new Set<Promise<void>>();
  const done: R[] = [];
  let position = 0;
  let isReading = false;
  let isOver = false;
  let failure: { readonly error: unknown } | undefined;
  let isAwake = false;
  let wakeUp: (() => void) | undefined;
  const wake = (): void => {
    isAwake = true;
    wakeUp?.();
  };
  const asleep = async (): Promise<void> => {
    if (!isAwake) await new Promise<void>((resolve) => (wakeUp = resolve));
    isAwake = false;
    wakeUp = undefined;
  };

  const begin = (item: T): void => {
    const one = work(item, position++)
      .then((result) => void done.push(result))
      // Only when all of it ends: the signal says why.
      .catch(() => undefined)
      .finally(() => {
        running.delete(one);
        wake();
      });
    running.add(one);
  };
  const read = async (): Promise<void> => {
    isReading = true;
    try {
      const next = await iterator.next();
      if (signal.aborted) return;
      if (next.done) isOver = true;
      else begin(next.value);
    } catch (error) {
      isOver = true;
      failure = { error };
    } finally {
      isReading = false;
      wake();
    }
  };

  async function* results(): AsyncGenerator<R, void, void> {
    signal.addEventListener('abort', wake);
    try {
      for (;;) {
        while (done.length > 0 && !signal.aborted) yield done.shift() as R;
        if (signal.aborted) break;
        if (isOver && running.size === 0) break;
        if (!isOver && !isReading && hasRoom()) void read();
        if (!isReading) idle();
        await asleep();
      }
      if (failure) {
        const { error } = failure;
        throw new Fatal('source', `the documents could not be read further: ${messageOf(error)}`, {
          cause: error,
        });
      }
    } finally {
      signal.removeEventListener('abort', wake);
      if (!isOver) await leave();
      await Promise.all(running);
    }
  }
  /** A source that still is asked for its next item may never answer. */
  const leave = async (): Promise<void> => {
    const left = Promise.resolve(iterator.return?.()).catch(() => undefined); // nobody is left to hear of it
    if (!isReading) await left;
  };
  return { results: results(), wake, isReading: () => isReading };
}
