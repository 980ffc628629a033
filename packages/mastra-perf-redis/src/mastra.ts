export { redisServerCache, type RedisServerCacheOptions } from './server-cache.ts';
export { fastRedis, type FastRedisTarget } from './fast-store/fast-redis.ts';
