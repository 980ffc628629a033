import { LEDGER_RETENTION_DAYS } from 'mastra-perf';
import { statement, type Statement } from '../statement.ts';
import { KINDS } from './ledger-kinds.ts';
import { NOW, type LedgerTables } from './ledger-tables.ts';
import { ENTRY_DAYS, ENTRY_STOOD, monthsFunction } from './months-function.ts';

const DAY_MS = 86_400_000;
/** The interval in which the retention ends is kept whole, and longer than the clock of a process may differ from that of the server. */
const DAYS_MORE = { minute: 1, hour: 1, day: 2, month: 32 } as const;

/*
 * What has expired of the ledger. Rows that somebody else has locked are somebody else's to sweep, or not expired any more.
 */

export function usageSweep(tables: LedgerTables): readonly Statement[] {
  const { entries, sums } = tables;
  const before = (days: number): string => `${NOW} - ${days * DAY_MS}`;
  const kinds = KINDS.map(
    (interval, index) => `(${index + 1}, ${before(LEDGER_RETENTION_DAYS[interval] + DAYS_MORE[interval])})`,
  );
  return [
    statement(
      'sweep',
      `WITH gone AS (
  DELETE FROM ${sums} WHERE (kind, start, digest) IN (
    SELECT s.kind, s.start, s.digest FROM (VALUES ${kinds.join(', ')}) k(kind, since) CROSS JOIN LATERAL (
      SELECT * FROM ${sums} WHERE kind = k.kind AND start < k.since ORDER BY start LIMIT $1 FOR UPDATE SKIP LOCKED) s)
  RETURNING 1)
SELECT count(*) AS swept FROM gone`,
    ),
    statement('sweep', `SELECT ${monthsFunction(tables).call}() WHERE $1::int > 0`),
    // What is in the table of a month goes with the table.
    statement(
      'sweep',
      `WITH gone AS (
  DELETE FROM ${entries} WHERE (at, id) IN (
    SELECT at, id FROM ${entries} WHERE at < ${before(ENTRY_DAYS + 31)} AND recorded_at < now() - ${ENTRY_STOOD}
    ORDER BY at, id LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING 1)
SELECT count(*) AS swept FROM gone`,
    ),
  ];
}

export function budgetSweep({ counters, calls, holds }: LedgerTables): readonly Statement[] {
  return [
    statement(
      'sweep',
      `WITH gone AS (
  DELETE FROM ${calls} WHERE id IN (
    SELECT id FROM ${calls} WHERE known_until <= ${NOW} ORDER BY known_until LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING 1)
SELECT count(*) AS swept FROM gone`,
    ),
    // With what was held on it; nobody can hold more while the row is locked, and still expired.
    statement(
      'sweep',
      `WITH gone AS (
  DELETE FROM ${counters} WHERE name IN (
    SELECT name FROM ${counters} WHERE ends_at <= ${NOW} ORDER BY ends_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING name), given_back AS (
  DELETE FROM ${holds} h USING gone WHERE h.counter = gone.name)
SELECT count(*) AS swept FROM gone`,
    ),
  ];
}
