import type { DelayProxy } from '@mastra-perf/testkit';
import { PostgresStore } from '@mastra/pg';
import { Pool } from 'pg';

export interface PostgresServers {
  readonly connectionString: string;
  /** In front of it. */
  readonly proxy: DelayProxy;
}

export interface CountedStore extends AsyncDisposable {
  readonly store: PostgresStore;
  readonly pool: Pool;
  /** Statements since the last time, BEGIN and COMMIT included. */
  statements(): number;
}

/** A store of Mastra in a schema of its own, behind the proxy, and what it sends. */
export async function aPostgresStore(
  { connectionString, proxy }: PostgresServers,
  schemaName: string,
): Promise<CountedStore> {
  const url = new URL(connectionString);
  url.host = `${proxy.host}:${proxy.port}`;
  const pool = new Pool({ connectionString: url.href, max: 20 });
  let sent = 0;
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = ((...args: unknown[]) => {
      sent++;
      return query(...args);
    }) as never;
  });
  await pool.query(`CREATE SCHEMA IF NOT EXISTS ${schemaName}`);
  const store = new PostgresStore({ id: schemaName, pool, schemaName });
  await store.init();
  return {
    store,
    pool,
    statements() {
      const count = sent;
      sent = 0;
      return count;
    },
    [Symbol.asyncDispose]: () => pool.end(),
  };
}
