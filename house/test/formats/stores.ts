import { randomUUID } from 'node:crypto';
import {
  service,
  startPostgres,
  startRedis,
  type PostgresServer,
  type RedisServer,
} from '@mastra-perf/testkit';
import { Redis } from 'ioredis';
import { memoryStore, type PerfStore } from 'mastra-perf';
import { monitoredPool, postgresStore } from 'mastra-perf-pg';
import { redisStore } from 'mastra-perf-redis';
import { onTestFinished } from 'vitest';
import { postgresOfVersion1 } from './postgres-version-1.ts';
import { redisOfVersion1 } from './redis-version-1.ts';

/** A place in which stores find what others have left. */
export interface Place {
  /** A store on it, as a process of its own has one. */
  open(): PerfStore;
}

export interface FilledPlace {
  /** As version 1 has left it. */
  filled(now: number): Promise<Place>;
}

export interface Kind {
  readonly name: string;
  readonly skip: string | undefined;
  empty(): Place;
}

const memory: Kind = {
  name: 'memory',
  skip: undefined,
  empty() {
    const store = memoryStore();
    return { open: () => store };
  },
};

export async function redisKind(): Promise<Kind & FilledPlace & { stop(): Promise<void> }> {
  const redis = await service(startRedis, 'Redis');
  const placeOf = (server: RedisServer, prefix: string): Place => ({
    open: () => redisStore({ url: server.url, prefix }),
  });
  const freshPrefix = () => `${redis.service.prefix}${randomUUID()}`;
  return {
    name: 'Redis',
    skip: redis.skip,
    empty: () => placeOf(redis.service, freshPrefix()),
    async filled(now) {
      const prefix = freshPrefix();
      const client = new Redis(redis.service.url);
      const life = /run_id:(\w+)/.exec(await client.info('server'))?.[1] ?? '';
      for (const [command, ...args] of redisOfVersion1(prefix, life, now))
        await client.call(
          String(command),
          ...args.map((arg) => (typeof arg === 'object' ? Buffer.from(arg) : arg)),
        );
      client.disconnect();
      return placeOf(redis.service, prefix);
    },
    stop: async () => void (redis.skip ?? (await redis.service.stop())),
  };
}

/** With a hand on its tables. */
export interface Tables extends Place {
  /** `$` stands for the schema. */
  sql(text: string): Promise<void>;
}

export async function postgresKind(): Promise<
  Kind & FilledPlace & { tables(): Tables; stop(): Promise<void> }
> {
  const postgres = await service(startPostgres, 'Postgres');
  const tablesIn = ({ connectionString }: PostgresServer, schema: string): Tables => ({
    open: () => postgresStore({ connectionString, schema }),
    async sql(text) {
      const pool = monitoredPool({ connectionString, max: 1 });
      onTestFinished(() => pool.end());
      await pool.query(text.replaceAll('$', `"${schema}"`));
    },
  });
  const freshSchema = () => `test_${randomUUID()}`;
  return {
    name: 'Postgres',
    skip: postgres.skip,
    empty: () => tablesIn(postgres.service, freshSchema()),
    tables: () => tablesIn(postgres.service, freshSchema()),
    async filled(now) {
      const schema = freshSchema();
      const tables = tablesIn(postgres.service, schema);
      await tables.sql(postgresOfVersion1(schema, now));
      return tables;
    },
    stop: async () => void (postgres.skip ?? (await postgres.service.stop())),
  };
}

export const memoryKind = (): Kind => memory;
