import { randomUUID } from 'node:crypto';
import type { PostgresServer } from './start-postgres.ts';
import { ServiceUnavailableError } from './service-unavailable-error.ts';

/** A new database on a server that we did not start; `stop` drops it. */
export async function givenPostgres(url: string): Promise<PostgresServer> {
  const database = `mastra_perf_test_${randomUUID().replaceAll('-', '')}`;
  await run(url, `CREATE DATABASE ${database}`).catch((error: unknown) => {
    throw new ServiceUnavailableError(
      `DATABASE_URL is set, but no database could be created there (${String(error)}). Its role needs CREATEDB.`,
      { cause: error },
    );
  });
  const own = new URL(url);
  own.pathname = database;
  const notOurs = () => {
    throw new Error(
      'The server of DATABASE_URL was not started here, so it is not killed or restarted here. Unset DATABASE_URL for this test.',
    );
  };
  let stopped: Promise<unknown> | undefined;
  const stop = async () => {
    await (stopped ??= run(url, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`));
  };
  return {
    connectionString: own.href,
    host: own.hostname,
    port: Number(own.port || 5432),
    owned: false,
    kill: notOurs,
    restart: async () => notOurs(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function run(connectionString: string, sql: string): Promise<void> {
  const { Client } = (await import('pg')).default;
  const client = new Client({ connectionString, connectionTimeoutMillis: 5000 });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
