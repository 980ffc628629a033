import { createBreaker } from '../base/breaker.ts';
import type { Clock } from '../base/clock.ts';
import { DeadlineExceeded, withDeadline } from '../base/deadline.ts';
import type { PerfStore } from './perf-store.ts';
import { soleAttempt } from './sole-attempt.ts';
import { storeConnection } from './store-connection.ts';
import { StoreUnavailable } from './store-unavailable.ts';

/** A probe whose answer was lost may hold up the next for this long. */
const GIVE_UP_MS = 10_000;

export type StoreOperation =
  | 'connect'
  | 'close'
  | 'getMany'
  | 'setMany'
  | 'delete'
  | 'invalidateTags'
  | 'clear'
  | 'stamp'
  | 'areCurrent'
  | 'acquire'
  | 'renew'
  | 'release'
  | 'publish'
  | 'subscribe'
  | 'unsubscribe'
  | 'record'
  | 'report'
  | 'reserve'
  | 'extend'
  | 'settle'
  | 'releaseHold'
  | 'budgets'
  | 'takeRate'
  | 'correctRate'
  | 'pauseRate';

export interface GuardDeps {
  readonly clock: Clock;
  /**
   * How long a read may take, in ms, and what else a caller waits for: a store whose answers take longer is as good as none.
   */
  readonly readTimeoutMs: number;
  /** Told once per change; it starts as `up`. Must not throw, as `onFailure`. */
  readonly onState: (state: 'up' | 'down', cause?: unknown) => void;
  /** Told of every operation that failed, not of those that were turned away. */
  readonly onFailure: (operation: StoreOperation, reason: 'timeout' | 'error', cause: unknown) => void;
  /** Told how long each operation took that the store was asked. Must not throw. */
  readonly onDone?: (operation: StoreOperation, ms: number, isOk: boolean) => void;
  /** From 0 up to 1. */
  readonly random: () => number;
}

export interface StoreState {
  readonly state: 'up' | 'down';
  /** Since when, in ms since the epoch. */
  readonly since: number;
  /** How often it went down. */
  readonly opened: number;
  /** Operations without an answer in time, and with an error. */
  readonly timeouts: number;
  readonly errors: number;
  /** Operations turned away while it was down or closed: the store was not asked. */
  readonly rejected: number;
}

export interface GuardRules<T> {
  /** Whether a reply is one: what is not counts as an error. */
  readonly accepts?: (reply: T) => boolean;
  /** Given a reply that came too late. Must not throw. */
  readonly onLate?: (reply: T) => void;
  /** An operation can be turned away by the breaker without its failures opening it, or can have nothing to do with it. */
  readonly breaker?: 'counts' | 'heeds' | 'ignores';
}

export interface StoreGuard {
  /** Settles within `limitMs`, the time for a first connection included. Rejects with {@link StoreUnavailable} only. */
  run<T>(
    operation: StoreOperation,
    limitMs: number,
    work: () => Promise<T>,
    rules?: GuardRules<T>,
  ): Promise<T>;
  /** Begins to connect, as the first operation does. Resolves when that has succeeded or failed, within 2 s. */
  connect(): Promise<void>;
  /** Whether the first connection is being made, be it longer than what waited for it. */
  isOpening(): boolean;
  /** Ends the probes and closes the store, within 2 s. Later operations are rejected; those under way settle in their time. */
  close(): Promise<void>;
  state(): StoreState;
}

/** Time limit, circuit breaker, connection and counts of one store. */
export function storeGuard(store: PerfStore, deps: GuardDeps): StoreGuard {
  const { clock, readTimeoutMs, onState, onFailure, onDone, random } = deps;
  const closedError = new StoreUnavailable(store.name, 'closed');
  /** One for all that are turned away while it is down: there may be thousands, and a stack trace costs microseconds. */
  let downError = new StoreUnavailable(store.name, 'open');
  let since = clock.now();
  const counts = { timeouts: 0, errors: 0, rejected: 0 };

  const failed = (operation: StoreOperation, cause: unknown): StoreUnavailable => {
    const reason = cause instanceof DeadlineExceeded ? 'timeout' : 'error';
    counts[reason === 'timeout' ? 'timeouts' : 'errors']++;
    onFailure(operation, reason, cause);
    return new StoreUnavailable(store.name, reason, operation, cause);
  };
  const turnAway = (error: StoreUnavailable): StoreUnavailable => {
    counts.rejected++;
    return error;
  };

  const connection = storeConnection(store, clock, {
    onConnectFailed(cause) {
      if (!connection.isClosed() && !breaker.isOpen()) breaker.trip(failed('connect', cause));
    },
    onCloseFailed: (cause) => void failed('close', cause),
  });
  const health = soleAttempt(clock, GIVE_UP_MS, () => store.health());
  const breaker = createBreaker({
    clock,
    random,
    async probe() {
      if (!connection.isOpen()) await connection.again();
      if (connection.isClosed()) return;
      // An answer to an earlier question would tell that the store works again, but not that it is fast enough.
      if (health.isUnderWay()) throw new DeadlineExceeded(readTimeoutMs);
      await withDeadline(clock, readTimeoutMs, health.join);
    },
    onOpen(cause) {
      since = clock.now();
      downError = new StoreUnavailable(store.name, 'open', undefined, cause);
      onState('down', cause);
    },
    onClose() {
      since = clock.now();
      onState('up');
    },
  });

  /** What comes before the first connection waits for it, as part of its own time. */
  const onceConnected = async <T>(limitMs: number, work: () => Promise<T>, onLate?: (reply: T) => void) => {
    const begun = clock.monotonic();
    await withDeadline(clock, limitMs, connection.first);
    if (connection.isClosed()) throw closedError;
    if (!connection.isOpen()) throw downError;
    return withDeadline(clock, Math.max(0, limitMs - (clock.monotonic() - begun)), work, onLate);
  };

  return {
    run(operation, limitMs, work, { accepts, onLate, breaker: part = 'counts' } = {}) {
      if (connection.isClosed()) return Promise.reject(turnAway(closedError));
      if (breaker.isOpen() && part !== 'ignores') return Promise.reject(turnAway(downError));
      const place = breaker.begin();
      const begun = clock.monotonic();
      const fail = (cause: unknown): StoreUnavailable => {
        if (cause instanceof StoreUnavailable) return turnAway(cause);
        if (connection.isClosed())
          return turnAway(new StoreUnavailable(store.name, 'closed', operation, cause));
        const failure = failed(operation, cause);
        // A first connection may take longer than a read: whether there is one is told by `connect()`, not by who waits for it.
        if (part === 'counts' && connection.isOpen()) breaker.failed(place, failure);
        return failure;
      };
      const reply = connection.isOpen()
        ? withDeadline(clock, limitMs, work, onLate)
        : onceConnected(limitMs, work, onLate);
      return reply.then(
        (value) => {
          if (accepts && !accepts(value)) throw fail(new TypeError('that is no reply to what was asked'));
          // A write may take longer than a read: that it succeeded does not tell that reads would.
          const took = clock.monotonic() - begun;
          if (part === 'counts' && took <= readTimeoutMs) breaker.succeeded();
          onDone?.(operation, took, true);
          return value;
        },
        (error: unknown) => {
          onDone?.(operation, clock.monotonic() - begun, false);
          throw fail(error);
        },
      );
    },
    connect: connection.first,
    isOpening: connection.isOpening,
    close() {
      breaker.stop();
      return connection.close();
    },
    state: () => ({ state: breaker.isOpen() ? 'down' : 'up', since, opened: breaker.opened(), ...counts }),
  };
}
