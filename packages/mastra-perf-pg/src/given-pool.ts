import { PerfConfigError } from 'mastra-perf';
import { breakClient } from './end-client.ts';
import { openListener } from './own-pool.ts';
import { isPgPool, type PgPool } from './pg-pool.ts';
import type { PoolSource } from './pool-source.ts';

/**
 * A pool that somebody else opens and closes.
 *
 * @throws PerfConfigError
 */
export function givenPool(value: unknown, listen: string | undefined): PoolSource {
  const isLazy = typeof value === 'function';
  let taken = isLazy ? undefined : usable(value);
  const take = async (): Promise<PgPool> => (taken ??= usable(isLazy ? await value() : value));
  return {
    take,
    async listen() {
      if (listen !== undefined) return openListener(listen);
      const client = await (await take()).connect();
      client.on('error', () => undefined); // a pool hears only those that it has
      let over = false;
      return {
        client,
        end(broken) {
          if (over) return; // a pool throws at who gives back twice
          over = true;
          if (broken) breakClient(client);
          client.release(true);
        },
      };
    },
    end: async () => undefined,
  };
}

function usable(pool: unknown): PgPool {
  if (isPgPool(pool)) return pool;
  throw new PerfConfigError(
    'postgresStore.pool',
    typeof pool,
    'a Pool of pg 8 (with query and connect), or a function that gives one',
  );
}
