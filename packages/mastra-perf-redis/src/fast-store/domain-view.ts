import type { NodeRedis } from './node-redis.ts';
import { withOwn, type Methods } from './with-own.ts';

/** What is used of the fields of a domain of RedisStore. */
export interface RedisDomain {
  readonly client: NodeRedis;
  readonly db: object;
}

/**
 * A domain as one of its own methods sees it during one call: with answers to some commands that were read beforehand. So every row
 * is parsed, sorted and written by Mastra's code; ours only decides what is asked of the server. Commands without a prepared answer
 * go to the server.
 */
export function viewOf<D extends RedisDomain>(
  domain: D,
  answers: Partial<NodeRedis>,
  own: { readonly db?: Methods; readonly domain?: Methods } = {},
): D {
  const client = withOwn(domain.client, { ...answers });
  const db: object = Object.create(domain.db, described({ client, ...own.db }));
  return Object.create(domain, described({ client, db, ...own.domain })) as D;
}

function described(members: Methods): PropertyDescriptorMap {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name, { value, writable: true, configurable: true }]),
  );
}

/** `mGet` out of rows that were read already; keys that are not among them are asked of the server. */
export function knownRows(client: NodeRedis, rows: ReadonlyMap<string, string | null>): NodeRedis['mGet'] {
  return async (keys) =>
    keys.every((key) => rows.has(key)) ? keys.map((key) => rows.get(key) ?? null) : client.mGet(keys);
}

/** Reads rows at once. Redis refuses an MGET without keys. */
export async function readRows(
  client: NodeRedis,
  keys: readonly string[],
): Promise<Map<string, string | null>> {
  const rows = keys.length > 0 ? await client.mGet(keys) : [];
  return new Map(keys.map((key, at) => [key, rows[at] ?? null]));
}
