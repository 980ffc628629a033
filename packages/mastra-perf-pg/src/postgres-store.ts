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
import { createDatabase } from './database.ts';
import { ledgerTables } from './ledger/ledger-tables.ts';
import { pgLedger } from './ledger/pg-ledger.ts';
import { parseStoreOptions } from './parse-store-options.ts';
import { pgBus } from './pg-bus.ts';
import { pgCache } from './pg-cache.ts';
import { pgLeases } from './pg-leases.ts';
import { pgRates } from './pg-rates.ts';
import type { PostgresStoreOptions } from './store-options.ts';
import { createSweeper } from './sweeper.ts';
import { tablesOf } from './tables.ts';

/** A store on Postgres 13 and later. */
export interface PostgresStore extends PerfStore {
  readonly leases: Leases;
  readonly bus: Bus;
  readonly ledger: Ledger;
  readonly rates: Rates;
}

/**
 * The cache, the leases, the messages, the ledger and the rates of all processes that use the same database and the same
 * `schema`. Nothing is opened before it is needed; the tables are made at the first connect.
 *
 * @throws PerfConfigError that names the wrong option, what was given and what is accepted.
 * @example
 * createPerf({ store: postgresStore({ connectionString: process.env.DATABASE_URL }) });
 */
export function postgresStore(options: PostgresStoreOptions): PostgresStore {
  const { schema, prepare, source } = parseStoreOptions(options);
  const tables = tablesOf(schema);
  const { after, now } = systemClock;
  const database = createDatabase(source, tables, { prepare, after });
  const sweeper = createSweeper({ database, after }, tables);
  const { ledger, stop } = pgLedger({ database, after, now }, ledgerTables(tables));
  const receiver = busReceiver({ name: 'postgresStore', open: openBusConnection(source.listen) });
  return {
    name: 'postgres',
    cache: pgCache(database, sweeper, tables),
    leases: pgLeases(database, tables),
    bus: pgBus(database, receiver, schema),
    ledger,
    rates: pgRates(database, sweeper, tables),
    connect: database.connect,
    health: database.health,
    async close() {
      sweeper.stop();
      stop();
      await Promise.all([receiver.close(), database.close()]);
    },
  };
}
