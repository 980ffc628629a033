export { redisServerCache, type RedisServerCacheOptions } from './server-cache.ts';
