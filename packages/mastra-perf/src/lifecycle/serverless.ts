import type { PerfOptions } from '../options.ts';
import type { PerfStore } from '../stores/perf-store.ts';

/** An instance of a function has little memory, and there are many of them. */
const MEMORY = { maxBytes: '16mb', maxEntries: 1_000 } as const;
/** How old an answer in memory may be that was taken away by another instance. */
const MEMORY_TTL = '10s';

/**
 * Options for processes that are frozen between invocations, or end after them: nothing is needed of a process that sleeps. There are no
 * messages from other processes, so answers stay in memory for 10 s only, the rest of their time in the store; and there is less memory.
 * What you set wins. Hand `perf.flush()` to the platform (`waitUntil`) at the end of each invocation.
 *
 * @example
 * export const perf = createPerf(serverless({ store: redisStore({ url: process.env.REDIS_URL }) }));
 */
export function serverless(options: PerfOptions = {}): PerfOptions {
  const { store, cache, embeddings } = options;
  return {
    ...options,
    ...(store !== undefined && { store: withoutBus(store) }),
    cache: over({ ...MEMORY, ...(store !== undefined && { memoryTtl: MEMORY_TTL }) }, cache),
    embeddings: over({ maxBytes: MEMORY.maxBytes }, embeddings),
  };
}

function over<T extends object>(preset: T, given: boolean | T | undefined): boolean | T {
  if (given === undefined || given === true) return preset;
  return typeof given === 'object' && given !== null ? { ...preset, ...given } : given;
}

/** A connection that only listens is asked for a sign of life now and then, and a frozen process misses what it is told. */
function withoutBus(store: PerfStore): PerfStore {
  if (typeof store !== 'object' || store === null) return store; // createPerf() says what is wrong with it
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = name === 'bus' ? undefined : Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
    has: (target, name) => name !== 'bus' && name in target,
  });
}
