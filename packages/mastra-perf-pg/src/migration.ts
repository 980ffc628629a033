import { ledgerMigration } from './ledger/ledger-migration.ts';
import { ledgerTables } from './ledger/ledger-tables.ts';
import { lockKeys } from './migration-lock.ts';
import { takeFunction } from './take-function.ts';
import type { Tables } from './tables.ts';

/**
 * All that we keep, as one text: the server runs it as one transaction. It changes nothing where everything is there.
 *
 * The tables of the cache, and those of leases and rates, are UNLOGGED: half the cost of a write, and after a crash of the server, or on a replica that took over, they
 * are empty, all of them together. So an invalidation is never lost while an entry that it concerns is still there. What
 * began before the crash and is written after it is kept out by `born`, see `bornText`.
 */
export function migrationText(tables: Tables, { withSchema }: { readonly withSchema: boolean }): string {
  const { entries, marks, state, leases, rates, moments } = tables;
  const busy = 'autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.1';
  return [
    // Processes that start at the same time wait for each other: CREATE ... IF NOT EXISTS alone may fail then.
    lockText(tables),
    ...(withSchema ? [`CREATE SCHEMA IF NOT EXISTS ${tables.schema}`] : []),
    // A cache of numbers per connection would hand them out in another order than they are asked for.
    `CREATE SEQUENCE IF NOT EXISTS ${moments} AS bigint CACHE 1`,
    `CREATE UNLOGGED TABLE IF NOT EXISTS ${entries} (
  key text COLLATE "C" PRIMARY KEY,
  value bytea NOT NULL,
  tags text[] COLLATE "C" NOT NULL,
  names text,
  stamp bigint NOT NULL,
  expires_at timestamptz NOT NULL
) WITH (fillfactor = 85, ${busy}, toast.autovacuum_vacuum_scale_factor = 0.05)`,
    // Values are compressed already.
    `ALTER TABLE ${entries} ALTER COLUMN value SET STORAGE EXTERNAL`,
    `CREATE INDEX IF NOT EXISTS cache_entries_expires_at ON ${entries} (expires_at)`,
    `CREATE UNLOGGED TABLE IF NOT EXISTS ${marks} (
  tag text COLLATE "C" PRIMARY KEY,
  at bigint NOT NULL,
  marked_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 85, ${busy})`,
    `CREATE INDEX IF NOT EXISTS cache_marks_marked_at ON ${marks} (marked_at)`,
    `CREATE UNLOGGED TABLE IF NOT EXISTS ${state} (
  id int PRIMARY KEY CHECK (id = 1),
  floor bigint NOT NULL
) WITH (fillfactor = 50)`,
    `CREATE UNLOGGED TABLE IF NOT EXISTS ${leases} (
  name text COLLATE "C" PRIMARY KEY,
  token bigint NOT NULL,
  expires_at timestamptz NOT NULL
) WITH (fillfactor = 70, ${busy})`,
    // No index but by name: rows change with every call, and those whose indexed columns do not, change in place.
    `CREATE UNLOGGED TABLE IF NOT EXISTS ${rates} (
  name text COLLATE "C" PRIMARY KEY,
  owed numeric(40, 12) NOT NULL,
  paused numeric(40, 12) NOT NULL
) WITH (fillfactor = 50, ${busy})`,
    takeFunction(tables).text,
    insertState(tables),
    ...ledgerMigration(ledgerTables(tables)),
  ].join(';\n');
}

/**
 * More than the moments that a crash, or a replica that took over, can have lost: Postgres writes a sequence ahead to its log,
 * and what had been handed out from it may be handed out again.
 */
const LEAP = 1_000_000_000;
/**
 * A schema that was dropped and made again has a new sequence. The clock therefore begins with the time in microseconds,
 * and a minute ahead, for a server that took over from one whose time was later. No clock is asked so often that it keeps up.
 */
const NOW_US = '(extract(epoch FROM clock_timestamp()) * 1000000)::bigint + 60000000';

/**
 * The row of `state` holds the floor: what is not later counts as invalid. It is lost with the entries and the marks, and
 * while it is not there nothing is served and nothing stored. Whoever notices writes it anew, and lets the clock leap, so that
 * the new floor is later than everything that was begun before the loss.
 */
export const bornText = (tables: Tables): string => `${lockText(tables)};\n${insertState(tables)}`;

/** Under the lock: of two who leap at once, the slower would set the clock back. */
const insertState = ({ state, clock }: Tables): string =>
  `INSERT INTO ${state} (id, floor)
SELECT 1, setval(${clock}, GREATEST(nextval(${clock}) + ${LEAP}, ${NOW_US}))
WHERE NOT EXISTS (SELECT FROM ${state})
ON CONFLICT (id) DO NOTHING`;

const lockText = ({ schema }: Tables): string => `SELECT pg_advisory_xact_lock(${lockKeys(schema)})`;
