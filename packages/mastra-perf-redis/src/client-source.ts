import type { RedisClient } from './redis-client.ts';

/** Where the client of a store comes from. */
export interface ClientSource {
  /** Whether it is ours: then we listen to its errors, and close it. */
  readonly owned: boolean;
  /** A client, connected or not. Asked again when the one before has ended for good. */
  take(): RedisClient | Promise<RedisClient>;
}
