import { isObject } from '../../base/record.ts';
import { field, isPool, layersOf, textField, type PoolLike } from './shapes.ts';

/** A `PostgresStore` of @mastra/pg, alone or as the default of a composed storage. */
export interface PostgresStorage {
  readonly where: string;
  readonly pool: PoolLike;
  /** Where reads go, if not to `pool`. */
  readonly readPool: PoolLike | undefined;
  readonly schema: string;
  /** Its memory domain; absent when messages are kept elsewhere. */
  readonly memory: object | undefined;
}

export function postgresStorage(where: string, storage: object): PostgresStorage | undefined {
  for (const layer of layersOf(storage)) {
    const pool = field(layer, 'pool');
    const own = field(field(layer, 'stores'), 'memory');
    if (!isPool(pool) || !isObject(field(layer, 'db')) || !isObject(own)) continue;
    const readPool = field(layer, 'readPool');
    const memory = field(field(storage, 'stores'), 'memory');
    return {
      where,
      pool,
      readPool: isPool(readPool) && readPool !== pool ? readPool : undefined,
      schema: textField(layer, 'schema') ?? 'public',
      memory: memory === own ? own : undefined,
    };
  }
  return undefined;
}
