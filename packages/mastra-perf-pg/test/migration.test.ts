import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { reasonOf, service, startPostgres, until, untilWorks } from '@mastra-perf/testkit';
import { isPerfError } from 'mastra-perf';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { postgresStore, type PostgresStore } from '../src/index.ts';
import { asAdmin } from './admin.ts';
import { aClaim, anEntry } from './ledger-store.ts';
import { begun, isServed, written } from './sample-writes.ts';

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());

const freshSchema = (): string => `test_${randomUUID()}`;
const admin = (text: string) => asAdmin(postgres.service.connectionString, text);

function open(schema: string, user?: string): PostgresStore {
  const url = new URL(postgres.service.connectionString);
  if (user !== undefined) url.username = user;
  const store = postgresStore({ connectionString: url.href, schema });
  onTestFinished(() => store.close());
  return store;
}

/** A role that may connect, and no more. */
async function aRole(): Promise<string> {
  const role = `role_${randomUUID().replaceAll('-', '')}`;
  await admin(`CREATE ROLE ${role} LOGIN`);
  return role;
}

/** The SQL that an error tells, below the line that begins with these words. */
function sqlIn(error: unknown, from: string): string {
  const text = String(error);
  return text.slice(text.indexOf(from) + from.length);
}

/** With all that it sends, the sweep included. */
async function usesLedger({ ledger }: PostgresStore): Promise<void> {
  await ledger.record(Array.from({ length: 250 }, () => anEntry()));
  expect(await ledger.report({ by: [], from: 0, to: Date.now() + 1 })).toHaveLength(1);
  await ledger.reserve('one', [aClaim('a'), aClaim('b', { also: ['c'] })], 60_000);
  await ledger.reserve('two', [aClaim('a')], 60_000);
  await ledger.settle('one', [aClaim('a', { amount: 3 })]);
  expect(await ledger.budgets(['a', 'b'])).toEqual([
    { spent: 3, held: 10 },
    { spent: 0, held: 0 },
  ]);
  await ledger.release('two');
}

async function usesRates({ rates }: PostgresStore): Promise<void> {
  const claim = { name: randomUUID(), amount: 1, perMinute: 1, burst: 1 };
  expect(await rates.take([claim], 0)).toEqual({ granted: true, waitMs: 0 });
  expect(await rates.take([claim], 0)).toMatchObject({ granted: false });
  await rates.correct([{ ...claim, amount: -1 }]);
  await rates.pause([claim.name], 1);
}

describe.skipIf(postgres.skip)('the tables', () => {
  test('are made once by ten processes that start at the same time', async () => {
    const schema = freshSchema();
    const program = fileURLToPath(new URL('fixtures/connect-once.ts', import.meta.url));
    const children = Array.from({ length: 10 }, () =>
      spawn(process.execPath, [program, postgres.service.connectionString, schema]),
    );
    const outputs = children.map(() => '');
    for (const [index, child] of children.entries())
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (outputs[index] += chunk.toString()));
    const exits = children.map((child) => once(child, 'exit'));
    await until('all are ready', () => outputs.every((output) => output.startsWith('ready\n')));
    for (const child of children) child.stdin.write('go\n');
    for (const [code] of await Promise.all(exits)) expect([code, outputs]).toEqual([0, outputs]);
    const stamps = outputs.map((output) => Number(output.split('\n')[1]));
    expect(new Set(stamps).size).toBe(10);
    // One leap of the clock: nobody was born twice.
    expect(Math.max(...stamps) - Math.min(...stamps)).toBeLessThan(1000);
  });

  test('are made once by many stores of one process, and a later connect changes nothing', async () => {
    const schema = freshSchema();
    const stores = Array.from({ length: 12 }, () => open(schema));
    await Promise.all(stores.map((store) => store.connect()));
    const entry = await written(stores[0]!.cache);
    await open(schema).connect();
    expect(await isServed(stores[1]!.cache, entry)).toBe(true);
  });

  test('of the cache, leases and rates are UNLOGGED, those of the ledger are not, and values are not compressed again', async () => {
    const schema = freshSchema();
    await open(schema).connect();
    const rows = await admin(
      `SELECT relname, relpersistence FROM pg_class WHERE relnamespace = '"${schema}"'::regnamespace AND relkind IN ('r', 'p') AND relname !~ '[0-9]' ORDER BY 1`,
    );
    const logged = [
      ...['budget_calls', 'budget_counters', 'budget_holds'],
      ...['ledger_entries', 'ledger_entries_rest', 'ledger_sums'],
    ];
    expect(rows).toEqual([
      ...logged.slice(0, 3).map((relname) => ({ relname, relpersistence: 'p' })),
      ...['cache_entries', 'cache_marks', 'cache_state', 'leases'].map((relname) => ({
        relname,
        relpersistence: 'u',
      })),
      ...logged.slice(3).map((relname) => ({ relname, relpersistence: 'p' })),
      { relname: 'rates', relpersistence: 'u' },
    ]);
    const [value] = await admin(
      `SELECT attstorage FROM pg_attribute WHERE attrelid = '"${schema}".cache_entries'::regclass AND attname = 'value'`,
    );
    expect(value).toEqual({ attstorage: 'e' });
  });

  test('of the ledger and the rates are made where those of the cache are there already', async () => {
    const schema = freshSchema();
    const before = open(schema);
    await before.connect();
    const entry = await written(before.cache);
    await admin(`DROP TABLE "${schema}".ledger_entries, "${schema}".ledger_sums, "${schema}".budget_counters,
      "${schema}".budget_calls, "${schema}".budget_holds, "${schema}".rates`);
    const functions = await admin(
      `SELECT proname FROM pg_proc WHERE pronamespace = '"${schema}"'::regnamespace ORDER BY 1`,
    );
    expect(functions).toHaveLength(8);
    for (const { proname } of functions) await admin(`DROP FUNCTION "${schema}".${proname}`);
    const after = open(schema);
    await after.connect();
    expect(await isServed(after.cache, entry)).toBe(true);
    await usesLedger(after);
    await usesRates(after);
    // Whoever has connected before makes nothing, and finds all.
    await before.ledger.release('three');
  });

  test('that somebody removed are made again when the store is asked how it is', async () => {
    const schema = freshSchema();
    const store = open(schema);
    await store.connect();
    const before = await begun(store.cache);
    await admin(`DROP SCHEMA "${schema}" CASCADE`);
    await expect(store.cache.stamp()).rejects.toThrow('does not exist');
    await untilWorks('it is well', () => store.health());
    // Invalidations since then are lost with the tables.
    expect(await store.cache.setMany([before])).toEqual([false]);
    const entry = await written(store.cache);
    expect(await isServed(store.cache, entry)).toBe(true);
  });
});

describe.skipIf(postgres.skip)('a role without rights', () => {
  test('is told which one it lacks, and the schema that an administrator makes for it is enough', async () => {
    const [schema, role] = [freshSchema(), await aRole()];
    const store = open(schema, role);
    const error = await reasonOf(store.connect());
    expect(isPerfError(error) && error.code).toBe('MASTRA_PERF_STORE');
    expect(String(error)).toContain('permission denied for database');
    expect(String(error)).toContain(`The role ${role} may not create`);
    const sql = sqlIn(error, 'make its tables itself:');
    await admin(sql.slice(0, sql.indexOf(';') + 1));
    await store.connect();
    expect(await isServed(store.cache, await written(store.cache))).toBe(true);
  });

  test('needs none to create where an administrator has made the tables', async () => {
    const [schema, role] = [freshSchema(), await aRole()];
    const store = open(schema, role);
    await admin(sqlIn(await reasonOf(store.connect()), 'or make them for it:'));
    await store.connect();
    expect(await isServed(store.cache, await written(store.cache, { tags: ['a'] }))).toBe(true);
    await store.cache.invalidateTags(['a']);
    await store.cache.clear();
    const attempt = await store.leases.acquire('a', 1000);
    expect(attempt.granted && (await store.leases.release(attempt.lease))).toBe(true);
    await store.bus.subscribe('a', { message() {}, gap() {} });
    await store.bus.publish('a', 'text');
    await usesLedger(store);
    await usesRates(store);
    const [owned] = await admin(
      `SELECT count(*)::int AS count FROM pg_tables WHERE schemaname = '${schema}' AND tableowner = '${role}'`,
    );
    expect(owned).toEqual({ count: 0 });
  });

  test('to use the tables is told what to grant', async () => {
    const [schema, role] = [freshSchema(), await aRole()];
    await open(schema).connect();
    const store = open(schema, role);
    const error = await reasonOf(store.connect());
    expect(String(error)).toContain('permission denied for schema');
    await admin(sqlIn(error, 'run:'));
    await store.connect();
    expect(await store.cache.stamp()).toBeGreaterThan(0);
    await usesLedger(store);
    await usesRates(store);
  });
});
