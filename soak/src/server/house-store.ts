import type { PerfStore } from 'mastra-perf';
import { postgresStore, type MonitoredPool } from 'mastra-perf-pg';
import { redisStore } from 'mastra-perf-redis';
import type { ServerConfig } from './config.ts';

interface Places extends Pick<ServerConfig, 'redis' | 'schema' | 'prefix'> {
  readonly pool: MonitoredPool;
}

/** Answers, leases, news and rates in Redis, which may forget them; money in Postgres, which must not. */
export function houseStore({ redis, schema, prefix, pool }: Places): PerfStore {
  const quick = redisStore({ ...redis, prefix });
  const safe = postgresStore({ pool, schema: `${schema}_perf` });
  const both = async (work: (store: PerfStore) => Promise<void>): Promise<void> => {
    await Promise.all([work(quick), work(safe)]);
  };
  return {
    ...quick,
    name: 'redis and postgres',
    ledger: safe.ledger,
    connect: () => both((store) => store.connect()),
    health: () => both((store) => store.health()),
    close: () => both((store) => store.close()),
  };
}
