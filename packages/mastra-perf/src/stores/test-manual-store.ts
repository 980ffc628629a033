import { settled, testClock } from '../base/test-clock.ts';
import type { BusListener } from './bus.ts';
import { guardedStore, type GuardedStore, type GuardedStoreDeps } from './guarded-store.ts';
import type { PerfStore } from './perf-store.ts';
import { StoreUnavailable } from './store-unavailable.ts';

/** What a method of the store does: answers, or what is given: a rejection, a call in its place, or nothing until told. */
export type Behaviour = 'answer' | 'hold' | Error | (() => unknown);

export interface StoreCall {
  readonly operation: string;
  readonly args: readonly unknown[];
  /** Settle a call that is held. */
  readonly resolve: (value?: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface ManualStore extends PerfStore {
  readonly leases: NonNullable<PerfStore['leases']>;
  readonly bus: NonNullable<PerfStore['bus']>;
  readonly calls: StoreCall[];
  /** Of these operations, or of all without any. */
  behave(how: Behaviour, ...operations: string[]): void;
  count(operation: string): number;
  last(operation: string): StoreCall;
  /** Listeners of the subscriptions that stand. */
  readonly listeners: Set<BusListener>;
}

/** A store whose every call a test can hold and settle by hand. It answers at once until it is told otherwise. */
function manualStore(): ManualStore {
  const calls: StoreCall[] = [];
  const listeners = new Set<BusListener>();
  let common: Behaviour = 'answer';
  const own = new Map<string, Behaviour>();

  const method =
    <A extends unknown[], T>(operation: string, answer: (...args: A) => T) =>
    (...args: A): Promise<T> => {
      const held = Promise.withResolvers<T>();
      const resolve = (value?: unknown): void => held.resolve((value ?? answer(...args)) as T);
      calls.push({ operation, args, resolve, reject: held.reject });
      const how = own.get(operation) ?? common;
      if (typeof how === 'function') return how() as Promise<T>;
      if (how === 'answer') resolve();
      else if (how !== 'hold') held.reject(how);
      return held.promise;
    };
  const nothing = (): void => undefined;
  const yes = (): boolean => true;

  return {
    name: 'manual',
    calls,
    listeners,
    behave(how, ...operations) {
      for (const operation of operations) own.set(operation, how);
      if (operations.length > 0) return;
      own.clear();
      common = how;
    },
    count: (operation) => calls.filter((call) => call.operation === operation).length,
    last(operation) {
      const call = calls.findLast((one) => one.operation === operation);
      if (!call) throw new Error(`${operation} was not called`);
      return call;
    },
    connect: method('connect', nothing),
    health: method('health', nothing),
    close: method('close', nothing),
    cache: {
      getMany: method('getMany', (reads) => reads.map(() => undefined)),
      setMany: method('setMany', (writes) => writes.map(yes)),
      delete: method('delete', nothing),
      invalidateTags: method('invalidateTags', nothing),
      clear: method('clear', nothing),
      stamp: method('stamp', () => 1),
      areCurrent: method('areCurrent', (claims) => claims.map(yes)),
    },
    leases: {
      acquire: method('acquire', (name) => ({ granted: true, lease: { name, token: 1 } })),
      renew: method('renew', yes),
      release: method('release', yes),
    },
    bus: {
      publish: method('publish', nothing),
      subscribe: method('subscribe', (_topic, listener) => {
        listeners.add(listener);
        return method('unsubscribe', () => void listeners.delete(listener));
      }),
    },
  };
}

/** Shorter than every deadline. */
const STEP_MS = 25;
/** Failures that follow each other sooner count as one. */
const TOGETHER_MS = 50;

/** A guarded store with a clock and a store that the test drives. */
export async function guardUp(
  deps: Omit<GuardedStoreDeps, 'clock' | 'random'>,
  { connected }: { readonly connected: boolean },
) {
  const clock = testClock();
  const store = manualStore();
  const guarded = guardedStore(store, { clock, random: () => 0, ...deps });
  if (connected) await guarded.connect();
  return { clock, store, guarded, ...drivers(clock, store, guarded) };
}

function drivers(clock: ReturnType<typeof testClock>, store: ManualStore, guarded: GuardedStore) {
  const read = () => guarded.cache.getMany([{ key: 'k' }]);
  const check = (state: string): void => {
    if (guarded.state().state !== state) throw new Error(`the store should be ${state} by now`);
  };
  const advance = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= STEP_MS) {
      clock.advance(Math.min(left, STEP_MS));
      await settled();
    }
  };
  return {
    read,
    /** Moves time on in steps, so that what a timer begins is answered before its own time is over. */
    advance,
    /** Takes the store down by three reads that fail one after the other. */
    async takeDown(): Promise<void> {
      store.behave(new Error('gone'), 'getMany', 'health');
      for (let n = 0; n < 3; n++) {
        await advance(TOGETHER_MS);
        await reasonOf(read());
      }
      check('down');
    },
    /** Lets the next probe succeed. */
    async bringUp(): Promise<void> {
      store.behave('answer', 'getMany', 'health');
      await advance(5000);
      check('up');
    },
  };
}

/** Why an operation has no answer; fails when it has one, or another error. */
export async function reasonOf(operation: Promise<unknown>): Promise<string> {
  const error: unknown = await operation.then(
    (value) => new Error(`answered: ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof StoreUnavailable) return error.reason;
  throw error;
}
