import * as z from 'zod/mini';
import type { ByteSize } from '../base/byte-size.ts';
import type { Duration } from '../base/duration.ts';
import { byteSize, duration, flag, oneOf, options, positiveInteger } from '../base/schema.ts';

/** The response cache: an equal question of the same agent and scope is answered without asking the model. */
export interface CacheOptions {
  /**
   * How long an answer is served. The clock starts when the answer is complete.
   * @default '1h'
   */
  readonly ttl?: Duration;
  /**
   * Who shares answers: `'resource'` keeps those of each resource id (user, tenant) apart, `'agent'` shares them between
   * all callers of an agent. Choose `'agent'` only where answers do not depend on who asks.
   * @default 'resource'
   */
  readonly scope?: 'resource' | 'agent';
  /**
   * Also keep answers that were cut off by the limit on output tokens.
   * @default false
   */
  readonly storeTruncated?: boolean;
  /**
   * What a hit reports as its usage: `'zero'`, since nothing was spent, or the `'original'` figures.
   * @default 'zero'
   */
  readonly usageOnHit?: 'zero' | 'original';
}

/** Bounds of the cache in this process; they hold for all agents together. */
export interface CacheBounds {
  /**
   * Memory that stored answers may take; the least recently used go first.
   * @default '64mb'
   */
  readonly maxBytes?: ByteSize;
  /**
   * Number of stored answers, at most ten million: room for their places is taken at once.
   * @default 10_000
   */
  readonly maxEntries?: number;
}

export interface CacheSettings {
  readonly ttl?: number;
  readonly scope?: 'resource' | 'agent';
  readonly storeTruncated?: boolean;
  readonly usageOnHit?: 'zero' | 'original';
}

const perAgent = {
  ttl: z.optional(duration()),
  scope: z.optional(oneOf('resource', 'agent')),
  storeTruncated: z.optional(flag()),
  usageOnHit: z.optional(oneOf('zero', 'original')),
};

export const agentCacheSchema = options(perAgent);
export const cacheSchema = options({
  ...perAgent,
  maxBytes: z.optional(byteSize()),
  maxEntries: z.optional(positiveInteger(10_000_000)),
});

export const CACHE_DEFAULTS = {
  ttl: 3_600_000,
  scope: 'resource',
  storeTruncated: false,
  usageOnHit: 'zero',
} as const satisfies Required<CacheSettings>;

export const CACHE_BOUNDS = { maxBytes: 64 * 1024 ** 2, maxEntries: 10_000 } as const;
