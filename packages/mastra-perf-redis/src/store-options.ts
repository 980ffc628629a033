import type { ClusterOptions, RedisOptions } from 'ioredis';
import type { RedisClient } from './redis-client.ts';

interface Shared {
  /**
   * Begins every key and channel: stores with another prefix, or in another database, see nothing of each other. Letters,
   * digits and `. _ - : /`.
   * @default 'mastra-perf'
   */
  readonly prefix?: string;
}

export interface RedisAddress {
  readonly host: string;
  /** @default 6379, of a sentinel 26379 */
  readonly port?: number;
}

/** One server, by its address. */
export interface RedisUrlOptions extends Shared {
  /** `redis://` or, with TLS, `rediss://`; with user, password and database: `rediss://user:password@host:6379/0`. */
  readonly url: string | undefined;
  /** For the client that is opened: TLS, timeouts, address family. What decides how it queues and retries stays ours. */
  readonly options?: RedisOptions;
}

/** A client that exists already. It is used as it is, and never closed. */
export interface RedisClientOptions extends Shared {
  /** Of ioredis 5 or 6, `Redis` or `Cluster`; or a function that gives it when it is needed. */
  readonly client: RedisClient | (() => RedisClient | Promise<RedisClient>);
}

/** A Redis Cluster. */
export interface RedisClusterOptions extends Shared {
  /** Nodes to begin with; the others are found through them. */
  readonly cluster: readonly RedisAddress[];
  /** For the client that is opened: `redisOptions` (user, password, TLS), `natMap`, `dnsLookup`. */
  readonly options?: ClusterOptions;
}

/** A master that sentinels watch. */
export interface RedisSentinelOptions extends Shared {
  /** Who knows where the master is. */
  readonly sentinel: {
    /** What the sentinels call the master. */
    readonly name: string;
    /** As many as are known; the others are found through them. */
    readonly sentinels: readonly RedisAddress[];
    /** User at the sentinels. */
    readonly sentinelUsername?: string;
    /** Password at the sentinels. */
    readonly sentinelPassword?: string;
  };
  /** For the client that is opened: user, password and database of the master, TLS, `natMap`. */
  readonly options?: RedisOptions;
}

export type RedisStoreOptions =
  | RedisUrlOptions
  | RedisClientOptions
  | RedisClusterOptions
  | RedisSentinelOptions;
