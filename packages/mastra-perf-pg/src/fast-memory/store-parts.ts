import { PerfConfigError } from 'mastra-perf';
import { isPgPool, type PgPool } from '../pg-pool.ts';
import { isIdentifier } from '../tables.ts';

/** What we use of a `PostgresStore`. */
export interface StoreParts {
  readonly stores: Record<string, unknown>;
  readonly memory: MemoryDomain;
  readonly writer: PgPool;
  /** The replica that reads go to, if there is one; else the writer. */
  readonly reader: PgPool;
  readonly schema: string;
}

/** What we use of the memory domain. */
export interface MemoryDomain {
  saveMessages(input: object): Promise<{ messages: object[] }>;
  updateMessages(input: object): Promise<object[]>;
  deleteMessages(messageIds: readonly string[]): Promise<void>;
  getThreadById(input: object): Promise<object | null>;
}

const METHODS = ['saveMessages', 'updateMessages', 'deleteMessages', 'getThreadById', 'listMessages'];
const ACCEPTED = 'a PostgresStore of @mastra/pg, with `pool`, `schema` and `stores.memory`';

/** @throws PerfConfigError if the store has another shape */
export function storeParts(store: unknown): StoreParts {
  const stores = get(store, 'stores');
  const memory = get(stores, 'memory');
  const writer = get(store, 'pool');
  const reader = get(store, 'readPool') ?? writer;
  const schema = get(store, 'schema') ?? 'public';
  if (!isDomain(memory) || !isPgPool(writer) || !isPgPool(reader))
    throw new PerfConfigError('fastPostgres.store', store, ACCEPTED);
  if (!isIdentifier(schema))
    throw new PerfConfigError('fastPostgres.store.schema', schema, 'the name of a schema, of up to 63 bytes');
  return { stores: stores as Record<string, unknown>, memory, writer, reader, schema };
}

function get(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null ? Reflect.get(holder, name) : undefined;
}

function isDomain(value: unknown): value is MemoryDomain {
  return METHODS.every((name) => typeof get(value, name) === 'function');
}
