import type { CacheStore } from './cache-store.ts';
import type { Bus } from './bus.ts';
import { guardedBus } from './guarded-bus.ts';
import { guardedLedger } from './guarded-ledger.ts';
import { guardedRates } from './guarded-rates.ts';
import type { LeaseAttempt, Leases } from './leases.ts';
import type { Ledger } from './ledger.ts';
import type { PerfStore } from './perf-store.ts';
import type { Rates } from './rates.ts';
import { storeGuard, type GuardDeps, type StoreGuard, type StoreState } from './store-guard.ts';

const READ_TIMEOUT_MS = 50;
const WRITE_MS = 1_000;
const INVALIDATE_MS = 2_000;

/**
 * A store as the plugin uses it: every operation settles in its time, and rejects only with `StoreUnavailable`; while the
 * store is down it rejects at once and the store is not asked.
 */
export interface GuardedStore {
  readonly name: string;
  readonly cache: CacheStore;
  readonly leases?: Leases;
  /** `subscribe` never fails but when closed: it takes effect when the store is there, and `gap` tells of it. */
  readonly bus?: Bus;
  readonly ledger?: Ledger;
  readonly rates?: Rates;
  /** Connects in the background, as the first operation would. Resolves when that has succeeded or failed, within 2 s. */
  connect(): Promise<void>;
  /** See {@link StoreGuard.isOpening}. */
  isOpening(): boolean;
  /** Later operations are rejected, those under way settle in their time. Never rejects; takes 2 s at most. */
  close(): Promise<void>;
  state(): StoreState;
}

export interface GuardedStoreDeps extends Omit<GuardDeps, 'readTimeoutMs'> {
  /** See {@link GuardDeps}; 50 by default. */
  readonly readTimeoutMs?: number;
}

/** Puts time limits, a circuit breaker and a connection that is made in the background between the plugin and a store. */
export function guardedStore(store: PerfStore, deps: GuardedStoreDeps): GuardedStore {
  const { clock, random, readTimeoutMs: readMs = READ_TIMEOUT_MS } = deps;
  const guard = storeGuard(store, {
    ...deps,
    readTimeoutMs: readMs,
    onState(state, cause) {
      deps.onState(state, cause);
      if (state === 'up') bus?.resume();
    },
  });
  const bus = store.bus && guardedBus({ clock, random, guard, bus: store.bus });
  return {
    name: store.name,
    cache: guardedCache(store.cache, guard, readMs),
    ...(store.leases && { leases: guardedLeases(store.leases, guard, readMs) }),
    ...(bus && { bus }),
    ...(store.ledger && { ledger: guardedLedger(store.ledger, guard) }),
    ...(store.rates && { rates: guardedRates(store.rates, guard, readMs) }),
    connect: guard.connect,
    isOpening: guard.isOpening,
    async close() {
      bus?.stop();
      await guard.close();
    },
    state: guard.state,
  };
}

function guardedCache(cache: CacheStore, guard: StoreGuard, readMs: number): CacheStore {
  return {
    getMany: (reads) =>
      guard.run('getMany', readMs, () => cache.getMany(reads), { accepts: isListOf(reads.length) }),
    setMany: (writes) =>
      guard.run('setMany', WRITE_MS, () => cache.setMany(writes), { accepts: isAnswerTo(writes) }),
    delete: (keys) => guard.run('delete', INVALIDATE_MS, () => cache.delete(keys)),
    invalidateTags: (tags) => guard.run('invalidateTags', INVALIDATE_MS, () => cache.invalidateTags(tags)),
    clear: () => guard.run('clear', INVALIDATE_MS, () => cache.clear()),
    stamp: () => guard.run('stamp', readMs, () => cache.stamp(), { accepts: Number.isFinite }),
    areCurrent: (claims) =>
      guard.run('areCurrent', readMs, () => cache.areCurrent(claims), { accepts: isAnswerTo(claims) }),
  };
}

function guardedLeases(leases: Leases, guard: StoreGuard, readMs: number): Leases {
  const release: Leases['release'] = (lease) =>
    guard.run('release', readMs, () => leases.release(lease), { accepts: isBoolean });
  return {
    acquire: (name, ttlMs) =>
      guard.run('acquire', readMs, () => leases.acquire(name, ttlMs), {
        accepts: isAttempt,
        // Nobody knows that it is held: others would wait for somebody who does nothing until it expires.
        onLate(reply) {
          if (isAttempt(reply) && reply.granted) release(reply.lease).catch(() => undefined); // then it does expire
        },
      }),
    renew: (lease, ttlMs) =>
      guard.run('renew', readMs, () => leases.renew(lease, ttlMs), { accepts: isBoolean }),
    release,
  };
}

/** A reply of another length could not be told apart from the reply to another question. */
const isListOf =
  (length: number) =>
  (reply: unknown): boolean =>
    Array.isArray(reply) && reply.length === length;
const isAnswerTo =
  (asked: readonly unknown[]) =>
  (reply: unknown): boolean =>
    Array.isArray(reply) && reply.length === asked.length && reply.every(isBoolean);
const isBoolean = (reply: unknown): boolean => typeof reply === 'boolean';
const isAttempt = (reply: LeaseAttempt | undefined): boolean => typeof reply?.granted === 'boolean';
