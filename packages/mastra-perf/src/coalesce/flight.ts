import { broadcast, type Broadcast } from '../pipeline/broadcast.ts';
import type { Reply } from '../pipeline/call.ts';

/**
 * One call to the model on behalf of all who ask the same. It belongs to none of them: it has an abort signal of its own
 * and ends early only when nobody is left.
 */
export interface Flight {
  /**
   * A place on the flight. Resolves when the model has begun to answer; rejects when it refused, or with the reason of
   * `signal` when this passenger gave up, while the others fly on.
   */
  board(passenger: Passenger): Promise<Place>;
  /** Calls the model with the call of somebody aboard, unless one is on its way. */
  start(): void;
  started(): boolean;
}

export interface Passenger {
  readonly signal: AbortSignal | undefined;
  /** Whether the answer is to be streamed: only an answer that is streamed can be shared live. */
  readonly streams: boolean;
  /** Calls the model with this passenger's call, under the signal of the flight. */
  readonly ask: (signal: AbortSignal) => Promise<Reply>;
}

export interface Place {
  readonly reply: Reply;
  /** True for the one whose call reached the model. */
  readonly isPilot: boolean;
  /** Milliseconds that the model had been at work when this passenger came. */
  readonly savedMs: number;
}

interface Seat extends Passenger {
  takeOff(head: Reply['head'], parts: Broadcast): void;
  refuse(error: unknown): void;
}

/** `onOver` is called when the answer has ended or failed, or when nobody waits for it any more; `now` tells ms. */
export function flight(now: () => number, onOver: () => void): Flight {
  const upstream = new AbortController();
  const aboard = new Set<Seat>();
  let started = false;
  let tries = 0;
  let pilot: Seat | undefined;
  let begun = 0;
  let answer: { readonly head: Reply['head']; readonly parts: Broadcast } | undefined;

  const abandon = (): void => {
    started = true; // nobody may start it now
    onOver();
    upstream.abort(new DOMException('Nobody waits for this answer any more', 'AbortError'));
  };

  const call = async (): Promise<void> => {
    const seats = [...aboard];
    pilot = seats.find(({ streams }) => streams) ?? seats[0];
    if (!pilot) return;
    tries++;
    begun = now();
    try {
      const { head, parts } = await pilot.ask(upstream.signal);
      const stop = (): void => void parts.cancel(upstream.signal.reason).catch(() => undefined); // nobody is left to be told
      if (upstream.signal.aborted) stop();
      else upstream.signal.addEventListener('abort', stop, { once: true }); // not every model heeds the signal itself
      answer = { head, parts: broadcast(parts) };
    } catch (error) {
      refused(error);
      return;
    }
    for (const seat of aboard) seat.takeOff(answer.head, answer.parts);
    await answer.parts.ended;
    onOver();
  };

  /** The pilot has got the answer to its call. The others ask once more, with one call for all of them. */
  const refused = (error: unknown): void => {
    if (pilot && aboard.delete(pilot)) pilot.refuse(error);
    if (tries < 2 && aboard.size > 0) return void call();
    onOver();
    for (const seat of aboard) seat.refuse(error);
  };

  return {
    start() {
      if (started) return;
      started = true;
      void call();
    },
    started: () => started,
    board(passenger) {
      const { signal } = passenger;
      const place = Promise.withResolvers<Place>();
      const came = now();
      const leave = (): void => {
        if (aboard.delete(seat) && aboard.size === 0) abandon();
      };
      const abort = (): void => {
        place.reject(signal?.reason);
        leave();
      };
      const seat: Seat = {
        ...passenger,
        takeOff(head, parts) {
          signal?.removeEventListener('abort', abort); // from here on the reader listens
          const reply = { head, parts: parts.subscribe(signal, leave) };
          place.resolve({ reply, isPilot: seat === pilot, savedMs: Math.max(0, came - begun) });
        },
        refuse(error) {
          signal?.removeEventListener('abort', abort);
          place.reject(error);
        },
      };
      aboard.add(seat);
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
      if (answer && aboard.has(seat)) seat.takeOff(answer.head, answer.parts);
      return place.promise;
    },
  };
}
