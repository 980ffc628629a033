import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';
import type { RedisOptions } from 'ioredis';
import { type OpenAnswering, TTL_MS } from './answering.ts';

/** As its documentation shows it: memory, Redis and bus, grace period with timeout, circuit breaker. */
export const bentocache: OpenAnswering = bentocacheWith({});

/**
 * The same with an ioredis that neither queues nor waits, which its documentation does not ask for. The bus must queue: it
 * subscribes before it is connected, and a rejected subscription ends the process.
 */
export const bentocacheTuned: OpenAnswering = bentocacheWith({
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  commandTimeout: 50,
});

function bentocacheWith(options: RedisOptions): OpenAnswering {
  return ({ url, prefix, model }) => {
    const memory = bentostore().useL1Layer(memoryDriver({ maxSize: '64mb' }));
    const cache = new BentoCache({
      default: 'answers',
      prefix: prefix.replaceAll(':', '-'),
      ttl: TTL_MS,
      grace: '6h',
      timeout: '200ms',
      // Its documentation names no figure; ours tries again every 5 s at the latest.
      l2CircuitBreakerDuration: '5s',
      stores: { answers: url === undefined ? memory : shared(memory, url, options) },
    });
    return {
      ask: (question) => cache.getOrSet({ key: question, factory: () => model(question) }),
      close: () => cache.disconnectAll(),
    };
  };
}

function shared(memory: ReturnType<typeof bentostore>, url: string, options: RedisOptions) {
  const { hostname: host, port } = new URL(url);
  const connection = { host, port: Number(port) };
  return memory
    .useL2Layer(redisDriver({ connection: { ...connection, ...options } }))
    .useBus(redisBusDriver({ connection }));
}
