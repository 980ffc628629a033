import { InMemoryServerCache } from '@mastra/core/cache';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { createCache } from 'cache-manager';
import { Cacheable } from 'cacheable';
import { LRUCache } from 'lru-cache';
import { localTier, readParts, systemClock, writeParts } from './inside-mastra-perf.ts';

const TTL_MS = 3_600_000;
const MAX_BYTES = 64 * 1024 ** 2;
const MAX_ENTRIES = 10_000;

/** Looks an answer up, at once or as a promise. */
export interface Lookup {
  readonly name: string;
  readonly get: (key: string) => unknown;
  /** Whether the caller may change what it gets. */
  readonly copies: boolean;
}

type Part = { readonly type: string };

/** Look-ups in memory by everything that is compared; each cache holds `answer` under all `keys`. */
export async function localLookups(
  keys: readonly string[],
  answer: readonly Part[],
): Promise<readonly Lookup[]> {
  const bytes = JSON.stringify(answer).length;
  const lru = new LRUCache<string, readonly Part[]>({
    max: MAX_ENTRIES,
    maxSize: MAX_BYTES,
    sizeCalculation: () => bytes,
    ttl: TTL_MS,
  });
  const mastra = new InMemoryServerCache({ ttlMs: TTL_MS });
  const manager = createCache({ ttl: TTL_MS });
  const bento = new BentoCache({
    default: 'memory',
    ttl: TTL_MS,
    stores: { memory: bentostore().useL1Layer(memoryDriver({ maxSize: MAX_BYTES, maxItems: MAX_ENTRIES })) },
  });
  const able = new Cacheable({ ttl: TTL_MS });
  for (const key of keys) {
    const own = structuredClone(answer);
    lru.set(key, own);
    await mastra.set(key, own);
    await manager.set(key, own);
    await bento.set({ key, value: own });
    await able.set(key, own);
  }
  const [ours, after] = [filledTier(keys, answer), filledTier(keys, answer)];
  after.mark(['tag:something else']);
  const names = new Map(keys.map((key) => [key, namesOf(key)]));
  const entry = (tier: typeof ours, key: string) => tier.get(key, names.get(key) ?? []);

  return [
    { name: 'lru-cache get', get: (key) => lru.get(key), copies: false },
    { name: 'mastra-perf memory tier', get: (key) => entry(ours, key), copies: false },
    {
      name: 'mastra-perf memory tier, after an invalidation',
      get: (key) => entry(after, key),
      copies: false,
    },
    { name: 'Mastra InMemoryServerCache get', get: (key) => mastra.get(key), copies: false },
    { name: 'cache-manager get', get: (key) => manager.get(key), copies: false },
    { name: 'lru-cache get + structuredClone', get: (key) => structuredClone(lru.get(key)), copies: true },
    {
      name: 'mastra-perf memory tier, parts read',
      get: (key) => readParts(entry(ours, key)?.answer.text ?? '').map(({ part }) => part),
      copies: true,
    },
    { name: 'bentocache get', get: (key) => bento.get({ key }), copies: true },
    { name: 'cacheable get', get: (key) => able.get(key), copies: true },
  ];
}

const namesOf = (key: string): string[] => ['agent:model', `key:${key}`];

function filledTier(keys: readonly string[], answer: readonly Part[]) {
  const tier = localTier({ maxBytes: MAX_BYTES, maxEntries: MAX_ENTRIES }, systemClock);
  for (const key of keys) {
    const kept = {
      text: writeParts(answer.map((part) => ({ part }))),
      names: namesOf(key),
      storedAt: Date.now(),
      freshMs: TTL_MS,
      tookMs: 1000,
    };
    tier.set(key, { answer: kept, stamp: tier.stamp() }, TTL_MS);
  }
  return tier;
}
