import { canonicalHash } from '../../base/canonical-hash.ts';
import type { ModelRequest } from '../../pipeline/call.ts';
import { recordIn } from '../../base/record.ts';

/** OpenAI refuses a request with a longer key. */
const MAX_LENGTH = 64;
const PREFIX = 'mastra-perf:';

/** OpenAI sends requests that begin alike and have one key to the same machines; the same key for each call of an agent. */
export function cacheKeyOf(agent: string): string {
  const plain = PREFIX + agent;
  return plain.length <= MAX_LENGTH && /^[\x21-\x7e]+$/.test(agent) ? plain : PREFIX + canonicalHash(agent);
}

/**
 * The request with the key, or as it is where it has one of its own. Models at Azure take the options named `azure` in place of those
 * named `openai` where there are any, so there it goes to both; `azure` is not made, or what is under `openai` would count no more.
 */
export function withCacheKey(request: ModelRequest, key: string): ModelRequest {
  const options = request.providerOptions;
  const [openai, azure] = [recordIn(options, 'openai'), recordIn(options, 'azure')];
  if (openai?.promptCacheKey !== undefined || azure?.promptCacheKey !== undefined) return request;
  return {
    ...request,
    providerOptions: {
      ...options,
      openai: { ...openai, promptCacheKey: key },
      ...(azure && { azure: { ...azure, promptCacheKey: key } }),
    },
  };
}
