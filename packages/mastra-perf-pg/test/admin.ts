import { Client, type QueryResult } from 'pg';

/** Asks over a connection of its own. */
export async function asAdmin<T extends Record<string, unknown>>(
  connectionString: string,
  text: string,
  values: unknown[] = [],
): Promise<T[]> {
  const client = new Client({ connectionString, application_name: 'admin' });
  await client.connect();
  try {
    const { rows }: QueryResult<T> = await client.query<T>(text, values);
    return rows;
  } finally {
    await client.end();
  }
}

/** Ends the connections of this name that listen, or all of them, and tells how many there were. */
export async function killBackends(
  connectionString: string,
  applicationName: string,
  which: 'listeners' | 'all' = 'all',
): Promise<number> {
  const rows = await asAdmin(
    connectionString,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = $1 AND ($2 = 'all' OR query LIKE 'LISTEN%' OR query = 'SELECT 1')`,
    [applicationName, which],
  );
  return rows.length;
}
