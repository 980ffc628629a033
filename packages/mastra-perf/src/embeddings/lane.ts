import type { Clock } from '../base/clock.ts';
import type { EmbedCall, EmbedReply } from '../pipeline/embedder-proxy.ts';
import type { Stamp } from '../stores/cache-store.ts';
import { askBatch } from './ask-batch.ts';
import { createFlight, type Flight, type Waiter } from './flight.ts';
import type { Desk } from './desk.ts';
import { fits, likelyTokens, type RequestLimits } from './request-limits.ts';
import type { Embedded } from './vector.ts';
import type { StoredVector, VectorStore } from './vector-store.ts';

/** What a batch was begun with. */
export interface Begun {
  readonly stamp: number;
  readonly storeStamp: Stamp | undefined;
}

export interface LaneDeps {
  readonly space: string;
  readonly clock: Clock;
  readonly store: VectorStore | undefined;
  readonly desk: Desk;
  readonly count: (call: EmbedCall, ask: () => PromiseLike<EmbedReply>) => Promise<EmbedReply>;
  /** This moment in this process. */
  readonly stamp: () => number;
  /** A vector was found in the store; `false` if it is of no use. */
  readonly found: (key: string, vector: StoredVector, stamp: number) => boolean;
  /** The model has made a vector. */
  readonly made: (key: string, embedded: Embedded, begun: Begun) => void;
  /** Work that nobody waits for. */
  readonly background: (work: Promise<void>) => void;
  readonly idle: () => void;
  readonly fault: (error: unknown) => void;
}

/**
 * The texts of one model and one space on their way: those that are asked for at the same time are looked up in the store together,
 * and wait a little for each other before the model is asked.
 */
export interface Lane {
  /** A text that is under way already is not asked for again. */
  want(waiter: Waiter, key: string, text: string): Flight;
  /** What was wanted is on its way from now on, and waits for others so long. */
  depart(waitMs: number): void;
  leave(waiter: Waiter, flight: Flight): void;
}

export function createLane(deps: LaneDeps): Lane {
  const { space, clock, store, desk, count, stamp, found, made, background, idle, fault } = deps;
  const flights = new Map<string, Flight>();
  let wanted: Flight[] = [];
  let isReading = false;
  let readingWaitMs = Infinity;
  const queue: Flight[] = [];
  /** So many at the head of the queue wait for nothing but a slot. */
  let released = 0;
  let claims = 0;
  let due: { readonly at: number; readonly cancel: () => void } | undefined;

  const remove = (flight: Flight): void => {
    if (flights.get(flight.key) === flight) flights.delete(flight.key);
    if (flights.size === 0) idle();
  };
  const abandon = (flight: Flight): void => {
    remove(flight);
    flight.settle('left');
  };

  const release = (): void => {
    due?.cancel();
    due = undefined;
    released = queue.length;
    void claim().catch(fault);
  };
  const claim = async (): Promise<void> => {
    const { limits, slots } = desk.open ?? (await desk.ready);
    const bytes = queue.slice(0, released).reduce((sum, flight) => sum + flight.bytes, 0);
    const needed = Math.max(
      Math.ceil(released / limits.texts),
      Math.ceil(likelyTokens(bytes) / limits.tokens),
      Math.ceil(bytes / limits.bytes),
    );
    while (claims < Math.min(needed, limits.parallel)) {
      claims++;
      slots.run(async () => {
        claims--;
        await send(take(limits));
        if (released > 0) await claim();
      });
    }
  };
  /** Whoever has come meanwhile goes along. */
  const take = (limits: RequestLimits): Flight[] => {
    if (released === 0) return [];
    const batch: Flight[] = [];
    let bytes = 0;
    let passed = 0;
    for (const flight of queue) {
      if (flight.waiters.size > 0) {
        if (!fits(limits, { texts: batch.length, bytes }, flight.bytes)) break;
        batch.push(flight);
        bytes += flight.bytes;
      }
      passed++;
    }
    queue.splice(0, passed);
    released = Math.max(0, released - passed);
    return batch;
  };
  const send = async (batch: readonly Flight[]): Promise<void> => {
    if (batch.length === 0) return;
    for (const flight of batch) flight.isTaken = true;
    try {
      const begun = { stamp: stamp(), storeStamp: await store?.stamp() };
      const vectors: { readonly key: string; readonly space: string; readonly embedded: Embedded }[] = [];
      const ttlMs = Math.max(...batch.flatMap(({ waiters }) => [...waiters].map((one) => one.ttlMs)), 1);
      await askBatch(batch, {
        count,
        now: clock.now,
        landed(flight, embedded) {
          made(flight.key, embedded, begun);
          remove(flight);
          vectors.push({ key: flight.key, space, embedded });
        },
        gone: remove,
      });
      if (!store || begun.storeStamp === undefined || vectors.length === 0) return;
      const written = store.write(vectors, begun.storeStamp, ttlMs);
      background(written);
      await written; // no more is asked for than the store takes
    } catch (error) {
      fault(error);
      for (const flight of batch) {
        remove(flight);
        flight.settle({ failed: { error, isOwn: false } }); // does nothing to those that are settled
      }
    }
  };

  const enqueue = (some: readonly Flight[], waitMs: number): void => {
    queue.push(...some);
    if (queue.length - released >= (desk.open?.limits.texts ?? Infinity)) return release();
    const at = clock.monotonic() + waitMs;
    if (due && due.at <= at) return;
    due?.cancel();
    due = { at, cancel: waitMs > 0 ? clock.after(waitMs, release, 'keeps-alive') : soon(clock, release) };
  };

  const read = async (from: VectorStore): Promise<void> => {
    isReading = true;
    await clock.settled();
    isReading = false;
    const [some, waitMs] = [wanted, readingWaitMs];
    [wanted, readingWaitMs] = [[], Infinity];
    const begun = stamp();
    try {
      const vectors = await from.read(some.map(({ key }) => ({ key, space })));
      const missing = unknownOf(some, vectors, begun);
      if (missing.length > 0) enqueue(missing, waitMs);
    } catch (error) {
      fault(error);
      enqueue(some, waitMs);
    }
  };
  const unknownOf = (
    some: readonly Flight[],
    vectors: readonly (StoredVector | undefined)[],
    begun: number,
  ): Flight[] =>
    some.filter((flight, at) => {
      const vector = vectors[at];
      if (flight.waiters.size === 0) return false;
      if (vector && isYoung(vector, flight, clock.now()) && found(flight.key, vector, begun)) {
        remove(flight);
        flight.settle({ landed: { embedded: vector } });
        return false;
      }
      return true;
    });

  return {
    want(waiter, key, text) {
      let flight = flights.get(key);
      if (!flight) {
        flight = createFlight(key, text);
        flights.set(key, flight);
        wanted.push(flight);
      }
      flight.waiters.add(waiter);
      return flight;
    },
    depart(waitMs) {
      if (wanted.length === 0) return;
      if (!store) return enqueue(wanted.splice(0), waitMs);
      readingWaitMs = Math.min(readingWaitMs, waitMs);
      if (!isReading) void read(store);
    },
    leave(waiter, flight) {
      flight.waiters.delete(waiter);
      if (flight.waiters.size > 0) return;
      const { upstream } = flight;
      if (upstream?.flights.every(({ waiters }) => waiters.size === 0)) {
        for (const one of upstream.flights) abandon(one);
        upstream.controller.abort();
      } else if (!flight.isTaken) abandon(flight);
    },
  };
}

const isYoung = ({ madeAt }: Embedded, { waiters }: Flight, now: number): boolean =>
  [...waiters].every(({ ttlMs }) => now - madeAt < ttlMs);

/** When everything has run that can. */
function soon(clock: Clock, then: () => void): () => void {
  let isCancelled = false;
  void clock.settled().then(() => isCancelled || then());
  return () => (isCancelled = true);
}
