import { randomUUID } from 'node:crypto';
import type { CacheStore, CacheWrite } from 'mastra-perf';

/** An entry that begins now, ready to be written. */
export async function begun(cache: CacheStore, given: Partial<CacheWrite> = {}): Promise<CacheWrite> {
  const key = randomUUID();
  return { key, value: Buffer.from(key), tags: [], stamp: await cache.stamp(), ttlMs: 60_000, ...given };
}

/** The same, written. */
export async function written(cache: CacheStore, given: Partial<CacheWrite> = {}): Promise<CacheWrite> {
  const entry = await begun(cache, given);
  const [stands] = await cache.setMany([entry]);
  if (!stands) throw new Error('the entry does not stand');
  return entry;
}

export async function isServed(cache: CacheStore, { key }: Pick<CacheWrite, 'key'>): Promise<boolean> {
  const [entry] = await cache.getMany([{ key }]);
  return entry !== undefined;
}
