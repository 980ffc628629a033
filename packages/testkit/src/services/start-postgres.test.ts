import { Client } from 'pg';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { service } from './service.ts';
import { startPostgres } from './start-postgres.ts';

const postgres = await service(startPostgres, 'Postgres');
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => postgres.skip ?? postgres.service.stop());

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

test.skipIf(postgres.skip)('select 1; kill and restart keep the data directory', async () => {
  const server = postgres.service;
  expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  if (!server.owned) return;
  await query(server.connectionString, 'create table kept as select 7 as n');
  await query(server.connectionString, 'checkpoint');
  server.kill();
  await server.restart();
  expect(await query(server.connectionString, 'select n from kept')).toEqual([{ n: 7 }]);
});

test.skipIf(postgres.skip)(
  'DATABASE_URL gives each caller a database of its own, dropped by stop',
  async () => {
    const { connectionString } = postgres.service;
    vi.stubEnv('DATABASE_URL', connectionString);
    const [first, second] = await Promise.all([startPostgres(), startPostgres()]);
    await query(first.connectionString, 'create table mine (id int)');
    expect(await query(second.connectionString, "select to_regclass('mine') as found")).toEqual([
      { found: null },
    ]);
    expect(() => first.kill()).toThrow('not started here');
    await Promise.all([first.stop(), second.stop()]);
    const names = [first, second].map((server) => `'${new URL(server.connectionString).pathname.slice(1)}'`);
    expect(
      await query(connectionString, `select datname from pg_database where datname in (${names.join()})`),
    ).toEqual([]);
  },
);
