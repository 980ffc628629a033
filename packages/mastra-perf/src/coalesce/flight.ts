import { broadcast, type Broadcast } from '../pipeline/broadcast.ts';
import type { Reply } from '../pipeline/call.ts';

/**
 * One call to the model on behalf of all who ask the same. It belongs to none of them: it has an abort signal of its own
 * and ends early only when nobody is left.
 */
export interface Flight {
  /** Aborts the call to the model once the last passenger has left. */
  readonly signal: AbortSignal;
  /** Clock reading when the flight began, ms. */
  readonly begun: number;
  /** Calls the model, unless somebody's call is already on its way. True for the one whose call it is. */
  start(ask: () => Promise<Reply>): boolean;
  started(): boolean;
  /**
   * A place on the flight. Resolves when the model has begun to answer; rejects when it refused, or with the reason of
   * `signal` when this passenger gave up, while the others fly on.
   */
  board(signal: AbortSignal | undefined): Promise<Reply>;
}

/** `onOver` is called once: when the answer has ended or failed, or when nobody waits for it any more. */
export function flight(begun: number, onOver: () => void): Flight {
  const upstream = new AbortController();
  const takeoff = Promise.withResolvers<{ readonly head: Reply['head']; readonly parts: Broadcast }>();
  takeoff.promise.catch(() => undefined); // every passenger sees the rejection; there may be none left when it comes
  let passengers = 0;
  let started = false;
  const leave = (): void => {
    if (--passengers > 0) return;
    started = true; // nobody may start it now
    onOver();
    upstream.abort(new DOMException('Nobody waits for this answer any more', 'AbortError'));
  };

  const run = async (ask: () => Promise<Reply>): Promise<void> => {
    try {
      const { head, parts } = await ask();
      const shared = broadcast(parts);
      takeoff.resolve({ head, parts: shared });
      await shared.ended;
      onOver();
    } catch (error) {
      onOver();
      takeoff.reject(error);
    }
  };

  return {
    signal: upstream.signal,
    begun,
    start(ask) {
      if (started) return false;
      started = true;
      void run(ask);
      return true;
    },
    started: () => started,
    async board(signal) {
      passengers++;
      const { head, parts } = await unlessAborted(takeoff.promise, signal, leave);
      return { head, parts: parts.subscribe(signal, leave) };
    },
  };
}

/** The promise's result, or a rejection as soon as the signal aborts. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined, onAbort: () => void): Promise<T> {
  if (!signal) return promise;
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => {
    onAbort();
    aborted.reject(signal.reason);
  };
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
