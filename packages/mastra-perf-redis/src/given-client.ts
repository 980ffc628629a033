import { PerfConfigError } from 'mastra-perf';
import type { ClientSource } from './client-source.ts';
import { isCluster, isRedisClient, type RedisClient } from './redis-client.ts';

const PATH = 'redisStore.client';

/**
 * A client that somebody else opens and closes.
 *
 * @throws PerfConfigError
 */
export function givenClient(value: unknown): ClientSource {
  if (typeof value === 'function') return { owned: false, take: async () => usable(await value()) };
  const client = usable(value);
  return { owned: false, take: () => client };
}

function usable(client: unknown): RedisClient {
  if (!isRedisClient(client))
    throw new PerfConfigError(
      PATH,
      typeof client,
      'a client of ioredis 5 or 6 (Redis or Cluster), or a function that gives one',
    );
  const scaleReads = isCluster(client) ? client.options?.scaleReads : undefined;
  // A replica may not have heard of an invalidation.
  if (scaleReads !== undefined && scaleReads !== 'master')
    throw new PerfConfigError(`${PATH}.options.scaleReads`, scaleReads, '"master"');
  return client;
}
