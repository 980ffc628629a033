import { isObject } from '../../base/record.ts';
import { field, hasMethods, layersOf } from './shapes.ts';

/** What is used of a client of the package `redis`. */
export interface RedisClientLike {
  readonly isReady?: unknown;
  dbSize(): Promise<unknown>;
}

/** A `RedisStore` of @mastra/redis. */
export interface RedisStorage {
  readonly where: string;
  readonly client: RedisClientLike;
  readonly memory: object;
  readonly workflows: object;
}

export function redisStorage(where: string, storage: object): RedisStorage | undefined {
  const memory = field(field(storage, 'stores'), 'memory');
  const workflows = field(field(storage, 'stores'), 'workflows');
  // Not getClient(): behind the proxy that Mastra puts around a storage, every call of a method makes tables first.
  const client = layersOf(storage)
    .map((layer) => field(layer, 'client'))
    .find((found) => hasMethods(found, 'scan', 'mGet', 'zRange', 'dbSize'));
  if (!client || !isObject(memory) || !isObject(workflows)) return undefined;
  return { where, client: client as RedisClientLike, memory, workflows };
}
