import { Cluster, Redis, type ClusterOptions, type RedisOptions } from 'ioredis';
import type { RedisClient } from './redis-client.ts';
import type { RedisAddress } from './store-options.ts';

/** What a client is opened to. */
export type Place =
  | { readonly server: RedisOptions; readonly options: RedisOptions }
  | { readonly nodes: readonly RedisAddress[]; readonly options: ClusterOptions };

/** Of every connection. The options of the user come after them. */
const TIMES = {
  connectTimeout: 2000,
  // Also ends the handshake with a server that takes connections and answers nothing.
  socketTimeout: 5000,
  disconnectTimeout: 250,
  maxLoadingRetryTime: 500,
} as const;

/** What our promises rest on, whatever the options say: a command is sent now or fails now, and is not sent again. */
const FIXED = {
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  replyMapping: 'legacy',
} as const;

/** How long ioredis waits before the nth next attempt, the first being 1. */
const backoffMs = (attempt: number): number => Math.min(50 * 2 ** (attempt - 1), 1000);

/** A client of ours, not connected yet. */
export function openClient(place: Place): RedisClient {
  return 'nodes' in place
    ? new Cluster([...place.nodes], clusterOptions(place.options))
    : new Redis(redisOptions({ ...place.server, ...place.options }));
}

function redisOptions(options: RedisOptions) {
  return {
    ...TIMES,
    retryStrategy: backoffMs,
    sentinelCommandTimeout: 2000,
    sentinelRetryStrategy: backoffMs,
    // From a master that has become a replica, to the one that sentinels name now.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    ...options,
    ...FIXED,
    lazyConnect: true,
    enableOfflineQueue: false,
    // A replica may not have heard of an invalidation.
    role: 'master' as const,
  };
}

function clusterOptions(options: ClusterOptions) {
  return {
    clusterRetryStrategy: backoffMs,
    ...options,
    lazyConnect: true,
    enableOfflineQueue: false,
    scaleReads: 'master' as const,
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    redisOptions: { ...TIMES, ...options.redisOptions, ...FIXED },
  };
}
