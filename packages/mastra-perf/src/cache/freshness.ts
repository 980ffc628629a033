import type { ModelCall } from '../pipeline/call.ts';
import type { Freshness } from './answer.ts';
import { CACHE_DEFAULTS, type CacheSettings } from './options.ts';

/** How old an answer may be for this call of an agent. */
export const freshnessOf = (call: ModelCall, settings: CacheSettings): Freshness => ({
  ttlMs: call.overrides.ttlMs ?? settings.ttl ?? CACHE_DEFAULTS.ttl,
  revalidateMs: settings.staleWhileRevalidate ?? CACHE_DEFAULTS.staleWhileRevalidate,
  errorMs: settings.staleIfError ?? CACHE_DEFAULTS.staleIfError,
});
