import { budgetFunctions } from './budget-functions.ts';
import type { LedgerTables } from './ledger-tables.ts';
import { monthsFunction } from './months-function.ts';

/**
 * The tables of the ledger, made where they are not there. They are logged, other than those of the cache: what was spent must
 * outlive a crash.
 */
export function ledgerMigration(tables: LedgerTables): string[] {
  const { entries, rest, sums, counters, calls, holds } = tables;
  const busy = 'autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.1';
  const months = monthsFunction(tables);
  return [
    `CREATE TABLE IF NOT EXISTS ${entries} (
  at bigint NOT NULL,
  id text COLLATE "C" NOT NULL,
  labels jsonb NOT NULL,
  counts jsonb NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (at, id)
) PARTITION BY RANGE (at)`,
    // Costs next to nothing to write, and tells whether something is younger than a month looks.
    `CREATE INDEX IF NOT EXISTS ledger_entries_recorded_at ON ${entries} USING brin (recorded_at)`,
    `CREATE TABLE IF NOT EXISTS ${rest} PARTITION OF ${entries} DEFAULT`,
    `CREATE TABLE IF NOT EXISTS ${sums} (
  kind smallint NOT NULL,
  start bigint NOT NULL,
  digest text COLLATE "C" NOT NULL,
  labels jsonb NOT NULL,
  counts jsonb NOT NULL,
  PRIMARY KEY (kind, start, digest)
) WITH (fillfactor = 60, ${busy})`,
    `CREATE TABLE IF NOT EXISTS ${counters} (
  name text COLLATE "C" PRIMARY KEY,
  spent bigint NOT NULL,
  held bigint NOT NULL,
  ends_at bigint NOT NULL
) WITH (fillfactor = 50, ${busy})`,
    `CREATE INDEX IF NOT EXISTS budget_counters_ends_at ON ${counters} (ends_at)`,
    `CREATE TABLE IF NOT EXISTS ${calls} (
  id text COLLATE "C" PRIMARY KEY,
  what text COLLATE "C" NOT NULL,
  known_until bigint NOT NULL
) WITH (fillfactor = 70, ${busy})`,
    `CREATE INDEX IF NOT EXISTS budget_calls_known_until ON ${calls} (known_until)`,
    `CREATE TABLE IF NOT EXISTS ${holds} (
  id text COLLATE "C" NOT NULL,
  counter text COLLATE "C" NOT NULL,
  amount bigint NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (id, counter)
) WITH (${busy})`,
    `CREATE INDEX IF NOT EXISTS budget_holds_expires_at ON ${holds} (counter, expires_at)`,
    ...[...Object.values(budgetFunctions(tables)), months].map(({ text }) => text),
    `SELECT ${months.call}()`,
  ];
}
