import type { CacheStore, CacheWrite } from '../stores/cache-store.ts';
import { fresh } from './fresh-names.ts';

/** Long enough not to expire while a test runs. */
export const LONG_MS = 600_000;

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (value: Uint8Array | undefined): string | undefined =>
  value && new TextDecoder().decode(value);

/** An entry that holds its key, which is a new one, and was begun now. */
export async function anEntry(cache: CacheStore, over: Partial<CacheWrite> = {}): Promise<CacheWrite> {
  const key = over.key ?? fresh('key');
  const stamp = over.stamp ?? (await cache.stamp());
  return { key, value: bytes(key), tags: [], stamp, ttlMs: LONG_MS, ...over };
}

/** The same, written. */
export async function written(cache: CacheStore, over: Partial<CacheWrite> = {}): Promise<CacheWrite> {
  const entry = await anEntry(cache, over);
  await cache.setMany([entry]);
  return entry;
}

/** What is served under these keys, as text. */
export async function textsAt(
  cache: CacheStore,
  keys: readonly string[],
  tags?: readonly string[],
): Promise<Array<string | undefined>> {
  const found = await cache.getMany(keys.map((key) => ({ key, ...(tags && { tags }) })));
  return found.map((entry) => text(entry?.value));
}

/** Whether anything is served there. */
export async function isServed(cache: CacheStore, { key }: Pick<CacheWrite, 'key'>): Promise<boolean> {
  const [entry] = await cache.getMany([{ key }]);
  return entry !== undefined;
}
