import * as z from 'zod/mini';
import type { ByteSize } from '../base/byte-size.ts';
import type { Duration } from '../base/duration.ts';
import { type Normalize, normalizeSchema } from '../base/normalize.ts';
import { byteSize, duration, flag, oneOf, options, positiveInteger } from '../base/schema.ts';
import { encryptionKeys } from '../base/encryption-keys.ts';

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
  /**
   * For how long after its `ttl` an answer is still given, while a new one is fetched beside the call. Off by default.
   */
  readonly staleWhileRevalidate?: Duration;
  /**
   * For how long after its `ttl` an answer is given when the model fails before it has said anything: no connection,
   * a status of 5xx, 408, 409, 425 or 429. Off by default.
   */
  readonly staleIfError?: Duration;
  /**
   * Lets one of the calls shortly before the end of the `ttl` fetch a new answer beside it, so that questions that are asked
   * often never wait for the model.
   * @default false
   */
  readonly earlyRefresh?: boolean;
  /**
   * What of the users' texts does not make another question: nothing (`'exact'`); how words are spaced
   * (`'whitespace'`); that and capitals (`'insensitive'`); or what your function takes away. What differs in code, names or
   * identifiers may be lost: see docs/caching.md.
   * @default 'exact'
   */
  readonly normalize?: Normalize;
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
  /**
   * Size of the largest answer that is stored.
   * @default '1mb'
   */
  readonly maxEntryBytes?: ByteSize;
  /**
   * How long an answer that the store has is given from the memory of this process; up to a tenth is taken off at random.
   * @default '5m'
   */
  readonly memoryTtl?: Duration;
  /**
   * Encrypts answers in the store with AES-256-GCM: 32 bytes each, as base64 or hex. The first key encrypts, all of
   * them decrypt. Names of tags are not encrypted.
   */
  readonly encryptionKeys?: string | readonly string[];
}

export interface CacheSettings {
  readonly ttl?: number;
  readonly scope?: 'resource' | 'agent';
  readonly storeTruncated?: boolean;
  readonly usageOnHit?: 'zero' | 'original';
  readonly staleWhileRevalidate?: number;
  readonly staleIfError?: number;
  readonly earlyRefresh?: boolean;
  readonly normalize?: Normalize;
}

export interface BoundSettings {
  readonly maxBytes?: number;
  readonly maxEntries?: number;
  readonly maxEntryBytes?: number;
  readonly memoryTtl?: number;
  readonly encryptionKeys?: string | readonly string[];
}

/** For a time to live, and for the time after it: together no more than the longest life of an entry in a store. */
const MAX_AGE = '15d';

const perAgent = () => ({
  ttl: z.optional(duration(MAX_AGE)),
  scope: z.optional(oneOf('resource', 'agent')),
  storeTruncated: z.optional(flag()),
  usageOnHit: z.optional(oneOf('zero', 'original')),
  staleWhileRevalidate: z.optional(duration(MAX_AGE)),
  staleIfError: z.optional(duration(MAX_AGE)),
  earlyRefresh: z.optional(flag()),
  normalize: z.optional(normalizeSchema()),
});

/** `more`: what other features have among the options of the cache. */
export const agentCacheSchema = <More extends z.core.$ZodLooseShape>(more: More) =>
  options(() => ({ ...perAgent(), ...more }));
export const cacheSchema = <More extends z.core.$ZodLooseShape>(more: More) =>
  options(() => ({
    ...perAgent(),
    ...more,
    maxBytes: z.optional(byteSize()),
    maxEntries: z.optional(positiveInteger(10_000_000)),
    maxEntryBytes: z.optional(byteSize()),
    memoryTtl: z.optional(duration(MAX_AGE)),
    encryptionKeys: encryptionKeys(),
  }));

export const CACHE_DEFAULTS = {
  ttl: 3_600_000,
  scope: 'resource',
  storeTruncated: false,
  usageOnHit: 'zero',
  staleWhileRevalidate: 0,
  staleIfError: 0,
  earlyRefresh: false,
  normalize: 'exact',
} as const satisfies Required<CacheSettings>;

export const CACHE_BOUNDS: Required<Omit<BoundSettings, 'encryptionKeys'>> = {
  maxBytes: 64 * 1024 ** 2,
  maxEntries: 10_000,
  maxEntryBytes: 1024 ** 2,
  memoryTtl: 300_000,
};
