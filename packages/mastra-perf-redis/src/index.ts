export { redisStore, type RedisStore } from './redis-store.ts';
export type {
  RedisAddress,
  RedisClientOptions,
  RedisClusterOptions,
  RedisSentinelOptions,
  RedisStoreOptions,
  RedisUrlOptions,
} from './store-options.ts';
export type { RedisClient, RedisClusterClient, RedisNodeClient } from './redis-client.ts';
