import type { Bus, BusListener } from '../stores/bus.ts';
import type { CacheEntry, CacheStore } from '../stores/cache-store.ts';
import type { Leases } from '../stores/leases.ts';
import type { Ledger } from '../stores/ledger.ts';
import type { PerfStore } from '../stores/perf-store.ts';
import type { Rates } from '../stores/rates.ts';

export type StoreOperation =
  | 'connect'
  | 'health'
  | 'close'
  | `cache.${keyof CacheStore}`
  | `leases.${keyof Leases}`
  | `bus.${keyof Bus}`
  | `ledger.${keyof Ledger}`
  | `rates.${keyof Rates}`;

/** Stands between a caller and an operation: what it resolves with is the answer, `proceed` does what was asked. */
export type Interception = (proceed: () => Promise<unknown>) => Promise<unknown>;

/** Calls that wait until a test lets them go on. */
export interface Hold {
  /** Number of calls that wait. */
  waiting(): number;
  /** Lets them go on, and heals the operation. */
  release(): void;
}

/**
 * A store that does what it is told to go wrong. `'*'` means every operation that is not named by itself. What was said
 * last about an operation holds; calls under way are not affected.
 */
export interface ChaosStore extends PerfStore {
  /** Number of calls so far, those that went wrong included. */
  calls(operation: StoreOperation): number;
  /** Never answers, and nothing is done. */
  hang(operation: StoreOperation | '*'): void;
  /**
   * Answers only when the test says so: the `'request'` arrives late, or it is done at once and the `'answer'` arrives late.
   * @default 'request'
   */
  hold(operation: StoreOperation | '*', what?: 'request' | 'answer'): Hold;
  /** Rejects, and nothing is done. */
  fail(operation: StoreOperation | '*', error?: Error): void;
  /** Does what was asked and rejects: the connection broke before the answer arrived. */
  loseAnswer(operation: StoreOperation | '*', error?: Error): void;
  /** Resolves with nothing, and nothing is done: `swallow('bus.publish')` loses messages. */
  swallow(operation: StoreOperation | '*'): void;
  /** Reads give other bytes than were written (`'garbage'`) or only the first half of them. */
  corrupt(how: 'garbage' | 'truncated'): void;
  /** Anything else. */
  intercept(operation: StoreOperation | '*', how: Interception): void;
  /** Tells all listeners that messages may have been missed. */
  gap(): void;
  /** Works as before; without an operation, all do. */
  heal(operation?: StoreOperation | '*'): void;
}

/**
 * Wraps a store so that its operations can be made to go wrong, to hang or to wait, and counts them.
 *
 * @example
 * const chaos = chaosStore(memoryStore());
 * const reads = chaos.hold('cache.getMany');
 * // … calls are made, and reads.waiting() of them stand still …
 * reads.release();
 */
export function chaosStore(store: PerfStore): ChaosStore {
  const counts = new Map<StoreOperation, number>();
  const interceptions = new Map<StoreOperation | '*', Interception>();
  const listeners = new Set<{ readonly listener: BusListener }>();

  const run = (operation: StoreOperation, proceed: () => Promise<unknown>): Promise<unknown> => {
    counts.set(operation, (counts.get(operation) ?? 0) + 1);
    const how = interceptions.get(operation) ?? interceptions.get('*');
    return how ? how(proceed) : proceed();
  };
  const intercept: ChaosStore['intercept'] = (operation, how) => void interceptions.set(operation, how);
  const heal: ChaosStore['heal'] = (operation) => {
    if (operation === undefined) interceptions.clear();
    else interceptions.delete(operation);
  };

  return {
    name: store.name,
    cache: intercepted('cache', store.cache, run),
    ...(store.leases && { leases: intercepted('leases', store.leases, run) }),
    ...(store.bus && { bus: intercepted('bus', overheard(store.bus, listeners), run) }),
    ...(store.ledger && { ledger: intercepted('ledger', store.ledger, run) }),
    ...(store.rates && { rates: intercepted('rates', store.rates, run) }),
    connect: () => run('connect', () => store.connect()) as Promise<void>,
    health: () => run('health', () => store.health()) as Promise<void>,
    close: () => run('close', () => store.close()) as Promise<void>,

    calls: (operation) => counts.get(operation) ?? 0,
    hang: (operation) => intercept(operation, () => new Promise(() => {})),
    hold(operation, what = 'request') {
      const { promise: released, resolve } = Promise.withResolvers<void>();
      let waiting = 0;
      const held: Interception = async (proceed) => {
        const answer = what === 'answer' ? await proceed() : undefined;
        waiting++;
        await released;
        waiting--;
        return what === 'answer' ? answer : proceed();
      };
      intercept(operation, held);
      return {
        waiting: () => waiting,
        release() {
          if (interceptions.get(operation) === held) heal(operation);
          resolve();
        },
      };
    },
    fail: (operation, error = new Error(`${operation} failed`)) =>
      intercept(operation, () => Promise.reject(error)),
    loseAnswer: (operation, error = new Error(`the answer of ${operation} was lost`)) =>
      intercept(operation, async (proceed) => {
        await proceed();
        throw error;
      }),
    swallow: (operation) => intercept(operation, async () => undefined),
    corrupt: (how) =>
      intercept('cache.getMany', async (proceed) => {
        const entries = (await proceed()) as Array<CacheEntry | undefined>;
        return entries.map((entry) => entry && { ...entry, value: corrupted(entry.value, how) });
      }),
    intercept,
    gap() {
      for (const { listener } of [...listeners]) listener.gap();
    },
    heal,
  };
}

type Run = (operation: StoreOperation, proceed: () => Promise<unknown>) => Promise<unknown>;

/** The same object, each method of which is run by `run`. */
function intercepted<T extends object>(
  group: 'cache' | 'leases' | 'bus' | 'ledger' | 'rates',
  target: T,
  run: Run,
): T {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function' || typeof name === 'symbol') return member;
      return (...args: unknown[]) =>
        run(`${group}.${name}` as StoreOperation, async () => Reflect.apply(member, target, args));
    },
  });
}

/** A bus whose listeners are known. */
function overheard(bus: Bus, listeners: Set<{ readonly listener: BusListener }>): Bus {
  return {
    publish: (topic, text) => bus.publish(topic, text),
    async subscribe(topic, listener) {
      const end = await bus.subscribe(topic, listener);
      const entry = { listener };
      listeners.add(entry);
      return async () => {
        listeners.delete(entry);
        await end();
      };
    },
  };
}

/** Never empty where there was something, and never what it was. */
function corrupted(value: Uint8Array, how: 'garbage' | 'truncated'): Uint8Array {
  return how === 'truncated' ? value.slice(0, value.length >> 1) : value.map((byte) => byte ^ 0xa5);
}
