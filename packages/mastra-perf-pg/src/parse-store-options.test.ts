import { PerfConfigError } from 'mastra-perf';
import { describe, expect, it } from 'vitest';
import { parseStoreOptions } from './parse-store-options.ts';
import type { PostgresStoreOptions } from './store-options.ts';

const connectionString = 'postgres://user:secret@host/db';
const pool = { query: async () => ({ rows: [] }), connect: async () => ({}) };

const wrong: ReadonlyArray<readonly [options: unknown, path: string]> = [
  [undefined, 'postgresStore'],
  ['postgres://user:secret@host', 'postgresStore'],
  [{}, 'postgresStore'],
  [{ connectionString, pool }, 'postgresStore'],
  [{ connectionString: undefined }, 'postgresStore.connectionString'],
  [{ connectionString: '' }, 'postgresStore.connectionString'],
  [{ connectionString: 'secret' }, 'postgresStore.connectionString'],
  [{ connectionString: 'redis://user:secret@host' }, 'postgresStore.connectionString'],
  [{ connectionString: { password: 'secret' } }, 'postgresStore.connectionString'],
  [{ connectionString, password: 'secret' }, 'postgresStore.password'],
  [{ connectionString, schema: '' }, 'postgresStore.schema'],
  [{ connectionString, schema: 'a\0b' }, 'postgresStore.schema'],
  [{ connectionString, schema: '\ud800' }, 'postgresStore.schema'],
  [{ connectionString, schema: 'é'.repeat(32) }, 'postgresStore.schema'],
  [{ connectionString, schema: 'pg_perf' }, 'postgresStore.schema'],
  [{ connectionString, schema: 'information_schema' }, 'postgresStore.schema'],
  [{ connectionString, prepare: 'no' }, 'postgresStore.prepare'],
  [{ connectionString, listen: 'secret' }, 'postgresStore.listen'],
  [{ connectionString, options: 5 }, 'postgresStore.options'],
  [{ connectionString, options: { connectionString: 'secret' } }, 'postgresStore.options.connectionString'],
  [{ pool, options: {} }, 'postgresStore.options'],
  [{ pool: {} }, 'postgresStore.pool'],
  [{ pool: 5 }, 'postgresStore.pool'],
];

describe('parseStoreOptions', () => {
  it.each(wrong)('refuses %o as %s, without a password in the error', (options, path) => {
    let error: unknown;
    try {
      parseStoreOptions(options as PostgresStoreOptions);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(PerfConfigError);
    expect(error).toMatchObject({ path });
    expect(JSON.stringify([String(error), error])).not.toContain('secret');
  });

  it('takes a database, a pool, and a function that gives one', async () => {
    const defaults = { schema: 'mastra_perf', prepare: true };
    expect(parseStoreOptions({ connectionString })).toMatchObject(defaults);
    expect(parseStoreOptions({ pool } as never)).toMatchObject(defaults);
    expect(parseStoreOptions({ pool: async () => pool } as never)).toMatchObject(defaults);
    expect(
      parseStoreOptions({ connectionString: 'postgresql:///db?host=/run/pg', schema: 'é'.repeat(31) }),
    ).toBeDefined();
  });

  it('asks a function again that gave no pool', async () => {
    const given: unknown[] = [5, pool];
    const { source } = parseStoreOptions({ pool: async () => given.shift() } as never);
    await expect(source.take()).rejects.toThrow('postgresStore.pool');
    expect(await source.take()).toBe(pool);
    expect(await source.take()).toBe(pool);
  });
});
