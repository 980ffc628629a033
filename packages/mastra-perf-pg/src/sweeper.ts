import type { Clock } from 'mastra-perf';
import type { Database } from './database.ts';
import { statement } from './statement.ts';
import type { Tables } from './tables.ts';

/** Takes away what has expired, in small parts and behind the scenes. Whatever it fails at is left to the next time. */
export interface Sweeper {
  /** So many rows were written. Twice as many are looked for, so the tables cannot grow faster than they are swept. */
  wrote(rows: number): void;
  /** Everything up to this moment is invalid. */
  cleared(floor: number): void;
  stop(): void;
}

export interface SweeperDeps {
  readonly database: Pick<Database, 'ask'>;
  readonly after: Clock['after'];
}

/** Rows written before the next sweep, and how long after the first of them it comes at the latest. */
const SWEEP_AFTER_ROWS = 500;
const SWEEP_AFTER_MS = 60_000;
const BATCH = 1000;
/** Longer than any entry lives. */
const REMEMBERED = `interval '31 days'`;

export function createSweeper({ database, after }: SweeperDeps, tables: Tables): Sweeper {
  const sql = sweepStatements(tables);
  let pending = 0;
  let cancel: (() => void) | undefined;
  let sweeping = false;
  let stopped = false;
  const goesOn = (): boolean => !stopped;

  /** Until there is nothing left, or as much as is due was taken away. */
  const sweep = async (): Promise<void> => {
    let due = 2 * Math.max(pending, SWEEP_AFTER_ROWS);
    pending = 0;
    while (due > 0 && goesOn()) {
      const [row] = await database.ask(sql.entries, [Math.min(due, BATCH)]);
      due = Number(row?.['swept']) < BATCH ? 0 : due - BATCH;
    }
    if (goesOn()) await database.ask(sql.marks, [BATCH]);
    if (goesOn()) await database.ask(sql.leases, [BATCH]);
  };
  /** By key, from the first to the last. */
  const drain = async (floor: number): Promise<void> => {
    let last: string | null | undefined = '';
    while (last != null && goesOn())
      [{ last } = { last: null }] = await database.ask(sql.drain, [last, floor, BATCH]);
  };
  const begin = (): void => {
    cancel?.();
    cancel = undefined;
    if (sweeping || stopped) return;
    sweeping = true;
    sweep()
      .catch(() => undefined) // what is left expires all the same, and is taken away the next time
      .finally(() => {
        sweeping = false;
      });
  };

  return {
    wrote(rows) {
      pending += rows;
      if (pending >= SWEEP_AFTER_ROWS) begin();
      else if (!stopped) cancel ??= after(SWEEP_AFTER_MS, begin);
    },
    cleared(floor) {
      drain(floor).catch(() => undefined); // invalid they are already, and they expire
    },
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}

/** Rows that somebody else has locked are somebody else's to sweep, or not expired any more. */
function sweepStatements({ entries, marks, state, leases }: Tables) {
  return {
    entries: statement(
      'sweep',
      `WITH gone AS (
  DELETE FROM ${entries} WHERE key IN (
    SELECT key FROM ${entries} WHERE expires_at <= now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING 1)
SELECT count(*) AS swept FROM gone`,
    ),
    drain: statement(
      'drain',
      `WITH old AS (
  SELECT key FROM ${entries} WHERE key > $1 AND stamp <= $2 ORDER BY key LIMIT $3 FOR UPDATE SKIP LOCKED), gone AS (
  DELETE FROM ${entries} e USING old WHERE e.key = old.key)
SELECT max(key) AS last FROM old`,
    ),
    // What is forgotten counts as invalidated when it last was, for all entries; in one step, so that nobody reads between.
    marks: statement(
      'sweep',
      `WITH gone AS (
  DELETE FROM ${marks} WHERE tag IN (
    SELECT tag FROM ${marks} WHERE marked_at <= now() - ${REMEMBERED} ORDER BY marked_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING at), latest AS (SELECT max(at) AS at FROM gone)
UPDATE ${state} s SET floor = latest.at FROM latest WHERE latest.at > s.floor`,
    ),
    leases: statement(
      'sweep',
      `DELETE FROM ${leases} WHERE name IN (
  SELECT name FROM ${leases} WHERE expires_at <= now() - interval '1 hour' LIMIT $1 FOR UPDATE SKIP LOCKED)`,
    ),
  };
}
