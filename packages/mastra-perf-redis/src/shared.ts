import type { Connection } from './connection.ts';
import type { Keys } from './keys.ts';

/** Where `mastra-perf-redis/mastra` finds what it shares, also in a store that another copy of this package made. */
export const SHARED: unique symbol = Symbol.for('mastra-perf-redis.shared');

export interface Shared {
  readonly connection: Connection;
  readonly keys: Keys;
}
