import type { Clock } from '../base/clock.ts';
import { nextBatch, type BatchLimits, type Part } from './write-batch.ts';
import { openLane, type Lane, type Place } from './write-lane.ts';

/** All that is queued, thread by thread. */
export interface Lanes<M> {
  accept(message: M, bytes: number): void;
  /** Takes the next write out of what is ready; its lanes wait until they are given back. */
  take(isAllowed: (lane: Lane<M>) => boolean): Array<Part<M>>;
  /** The write has ended; the lane is ready if it holds something. */
  giveBack(lane: Lane<M>): void;
  /** Removes what was written or is lost. */
  remove(part: Part<M>): void;
  /** The write has ended; the lane is ready after `ms`, and then is called. */
  rest(lane: Lane<M>, ms: number, then: () => void): void;
  /** Ends a rest. */
  wake(lane: Lane<M>): void;
  get(threadId: string): Lane<M> | undefined;
  all(): Iterable<Lane<M>>;
  clear(): void;
}

export function createLanes<M extends { readonly id: string; readonly threadId?: string | undefined }>(
  clock: Clock,
  random: () => number,
  limits: BatchLimits,
): Lanes<M> {
  const lanes = new Map<string, Lane<M>>();
  /** In the order in which their turn comes. */
  const ready = new Set<Lane<M>>();
  /** The last version of each message, and where it waits. */
  const latest = new Map<string, Place<M>>();
  let accepted = 0;

  const offer = (lane: Lane<M>): void => {
    if (!lane.isWriting && !lane.cancelRest && lane.items.length > 0) ready.add(lane);
  };
  const wake = (lane: Lane<M>): void => {
    lane.cancelRest?.();
    lane.cancelRest = undefined;
    offer(lane);
  };
  const giveBack = (lane: Lane<M>): void => {
    lane.isWriting = false;
    if (lane.items.length === 0) lanes.delete(lane.threadId);
    offer(lane);
  };

  return {
    accept(message, bytes) {
      const threadId = message.threadId ?? '';
      const lane = lanes.get(threadId) ?? openLane<M>(threadId, random);
      lanes.set(threadId, lane);
      const version = latest.get(message.id);
      // A message that moves to another thread: the order of its versions counts as well.
      const after = version?.lane === lane ? undefined : version;
      const at = clock.monotonic();
      const place: Place<M> = {
        lane,
        item: { message, bytes, seq: ++accepted, at, after, before: undefined },
      };
      if (after) after.item.before = place;
      latest.set(message.id, place);
      lane.items.push(place.item);
      offer(lane);
    },
    take(isAllowed) {
      const parts = nextBatch(ready, limits, isAllowed);
      for (const { lane } of parts) {
        lane.isWriting = true;
        ready.delete(lane);
      }
      return parts;
    },
    giveBack,
    remove({ lane, items }) {
      lane.items.splice(0, items.length);
      for (const item of items) {
        if (latest.get(item.message.id)?.item === item) latest.delete(item.message.id);
        if (!item.before) continue;
        item.before.item.after = undefined;
        offer(item.before.lane);
      }
    },
    rest(lane, ms, then) {
      lane.isWriting = false;
      lane.cancelRest = clock.after(ms, () => {
        wake(lane);
        then();
      });
    },
    wake,
    get: (threadId) => lanes.get(threadId),
    all: () => lanes.values(),
    clear() {
      for (const lane of lanes.values()) lane.cancelRest?.();
      lanes.clear();
      ready.clear();
      latest.clear();
    },
  };
}
