import {
  busReceiver,
  systemClock,
  type Bus,
  type Leases,
  type Ledger,
  type PerfStore,
  type Rates,
} from 'mastra-perf';
import { openBusConnection } from './bus-connection.ts';
import { createConnection } from './connection.ts';
import { keysOf } from './keys.ts';
import { redisLedger } from './ledger/redis-ledger.ts';
import { parseStoreOptions } from './parse-store-options.ts';
import { redisBus } from './redis-bus.ts';
import { redisCache } from './redis-cache.ts';
import { redisLeases } from './redis-leases.ts';
import { redisRates } from './redis-rates.ts';
import { SHARED, type Shared } from './shared.ts';
import type { RedisStoreOptions } from './store-options.ts';

/** A store on Redis or Valkey 6.2 and later: standalone, Cluster or behind Sentinel. */
export interface RedisStore extends PerfStore {
  readonly leases: Leases;
  readonly bus: Bus;
  readonly ledger: Ledger;
  readonly rates: Rates;
}

/**
 * The cache, the leases, the messages, the ledger and the rates of all processes that use the same server and the same `prefix`.
 * Nothing is opened before it is needed.
 *
 * @throws PerfConfigError that names the wrong option, what was given and what is accepted.
 * @example
 * createPerf({ store: redisStore({ url: process.env.REDIS_URL }) });
 */
export function redisStore(options: RedisStoreOptions): RedisStore {
  const { prefix, source } = parseStoreOptions(options);
  const keys = keysOf(prefix);
  const connection = createConnection(source, { after: systemClock.after, random: Math.random });
  const receiver = busReceiver({ name: 'redisStore', open: openBusConnection(connection.subscriber) });
  const store: RedisStore = {
    name: 'redis',
    cache: redisCache(connection, keys),
    leases: redisLeases(connection, keys),
    bus: redisBus(connection, receiver, keys),
    ledger: redisLedger(connection, prefix),
    rates: redisRates(connection, keys),
    connect: connection.connect,
    async health() {
      await connection.revive();
      const sender = await connection.ready();
      await sender.send('exists', keys.marks);
    },
    async close() {
      await Promise.all([connection.close(), receiver.close()]);
    },
  };
  return Object.defineProperty(store, SHARED, { value: { connection, keys } satisfies Shared });
}
