import type { PoolConfig } from 'pg';
import { PerfConfigError } from 'mastra-perf';
import { connectionUrl } from './connection-url.ts';
import { givenPool } from './given-pool.ts';
import { ownPool } from './own-pool.ts';
import type { PoolSource } from './pool-source.ts';
import type { PostgresStoreOptions } from './store-options.ts';
import { isSchemaName } from './tables.ts';

export interface StoreSettings {
  readonly schema: string;
  readonly prepare: boolean;
  readonly source: PoolSource;
}

type Fields = Readonly<Record<string, unknown>>;

const PLACES = ['connectionString', 'pool'] as const;

/** @throws PerfConfigError */
export function parseStoreOptions(given: PostgresStoreOptions): StoreSettings {
  const fields: unknown = given;
  const accepted = 'an object with one of connectionString, pool';
  if (!isFields(fields)) throw new PerfConfigError('postgresStore', typeof fields, accepted);
  const { schema = 'mastra_perf', prepare = true, listen, options, ...rest } = fields;
  refuseUnknown(rest);
  // A variable of the environment that is not set is a wrong `connectionString`, not none.
  const places = PLACES.filter(
    (name) => rest[name] !== undefined || (name === 'connectionString' && name in rest),
  );
  const [place] = places;
  if (place === undefined || places.length > 1) throw new PerfConfigError('postgresStore', places, accepted);
  if (!isSchemaName(schema))
    throw new PerfConfigError(
      'postgresStore.schema',
      schema,
      'the name of a schema: 1 to 63 bytes, not information_schema nor pg_…',
    );
  if (typeof prepare !== 'boolean')
    throw new PerfConfigError('postgresStore.prepare', prepare, 'true or false');
  const ears = listen === undefined ? undefined : connectionUrl(listen, 'postgresStore.listen');
  if (place === 'pool') {
    if (options !== undefined)
      throw new PerfConfigError('postgresStore.options', typeof options, 'nothing: a given pool has its own');
    return { schema, prepare, source: givenPool(rest['pool'], ears) };
  }
  const config = {
    ...poolConfig(options),
    connectionString: connectionUrl(rest['connectionString'], 'postgresStore.connectionString'),
  };
  return { schema, prepare, source: ownPool(config, { listen: ears, session: prepare }) };
}

function poolConfig(options: unknown = {}): PoolConfig {
  if (!isFields(options)) throw new PerfConfigError('postgresStore.options', typeof options, 'an object');
  for (const name of ['connectionString', 'Client', 'Promise', 'pipeline'])
    if (options[name] !== undefined)
      throw new PerfConfigError(`postgresStore.options.${name}`, typeof options[name], 'nothing');
  return options;
}

/** The value is not told: it may be a password. */
function refuseUnknown(fields: Fields): void {
  const unknown = Object.keys(fields).find((name) => !PLACES.some((place) => place === name));
  if (unknown === undefined) return;
  const accepted = `no such option: there are ${PLACES.join(', ')}, schema, prepare, listen and options`;
  throw new PerfConfigError(`postgresStore.${unknown}`, typeof fields[unknown], accepted);
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
