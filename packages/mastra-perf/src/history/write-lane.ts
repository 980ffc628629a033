import { createBackoff, type Backoff } from '../base/backoff.ts';

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 30_000;

/** A message that was accepted and is not written yet. */
export interface Item<M> {
  readonly message: M;
  readonly bytes: number;
  /** Its place in the order of acceptance of all messages. */
  readonly seq: number;
  /** When it was accepted, on the steady clock. */
  readonly at: number;
  /** The same message in an older version, which waits in another lane and must be written first. */
  after: Place<M> | undefined;
  /** The one that waits for this one. */
  before: Place<M> | undefined;
}

export interface Place<M> {
  readonly item: Item<M>;
  readonly lane: Lane<M>;
}

/** Somebody waits until a lane is written. */
export interface Wait {
  /** Up to this place in the order. */
  readonly until: number;
  /** The last attempt that had begun when the wait did. */
  readonly since: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** What is queued of one thread, oldest first, and how its writes fare. */
export interface Lane<M> {
  readonly threadId: string;
  readonly items: Array<Item<M>>;
  readonly waits: Set<Wait>;
  readonly backoff: Backoff;
  /** The first of its items are in a write: no other one may begin. */
  isWriting: boolean;
  /** It was in a write that failed: until one succeeds it is written apart from others, so as not to hold them up. */
  isAlone: boolean;
  /** So many messages at most in its next write: halved by each failure, until the one that cannot be written is alone. */
  limit: number;
  /** Ends the wait before its next attempt. */
  cancelRest: (() => void) | undefined;
  /** How many writes of others had succeeded when it failed last. */
  successesSeen: number | undefined;
  /** Failures of its first message alone while others were written: how many, and since when. */
  blame: { count: number; readonly since: number } | undefined;
}

export function openLane<M>(threadId: string, random: () => number): Lane<M> {
  return {
    threadId,
    items: [],
    waits: new Set(),
    backoff: createBackoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS, random }),
    isWriting: false,
    isAlone: false,
    limit: Infinity,
    cancelRest: undefined,
    successesSeen: undefined,
    blame: undefined,
  };
}

/** Its first message has changed: what was held against it is forgotten. */
export function forgive<M>(lane: Lane<M>): void {
  lane.isAlone = false;
  lane.limit = Infinity;
  lane.successesSeen = undefined;
  lane.blame = undefined;
  lane.backoff.reset();
}

/** This lane and those that must be written before it. */
export function withLanesBefore<M>(lane: Lane<M>): Set<Lane<M>> {
  const lanes = new Set([lane]);
  // A Set also visits what is added meanwhile.
  for (const one of lanes) for (const { after } of one.items) if (after) lanes.add(after.lane);
  return lanes;
}
