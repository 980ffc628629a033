import { startDelayProxy, startPostgres } from '@mastra-perf/testkit';
import { onOwnRedis } from './own-redis.ts';
import { callsOnPostgres } from './storage/calls-on-postgres.ts';
import { callsOnRedis } from './storage/calls-on-redis.ts';
import { pagesOfThread } from './storage/pages-of-thread.ts';
import { savesPerSecond } from './storage/saves-per-second.ts';
import type { Table } from './table.ts';

/** What the storage adds to an agent call, and how fast it takes and gives messages. */
export async function storage(): Promise<readonly Table[]> {
  const tables: Table[] = [];
  {
    await using postgres = await startPostgres();
    await using proxy = await startDelayProxy({ target: postgres });
    const servers = { connectionString: postgres.connectionString, proxy };
    tables.push(await callsOnPostgres(servers), await savesPerSecond(servers), await pagesOfThread(servers));
  }
  tables.push(...(await onOwnRedis('Agent calls on Redis', async (redis) => [await callsOnRedis(redis)])));
  return tables;
}
