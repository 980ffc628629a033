import { RATE_MOMENT } from './rate-moment.ts';
import { statement } from './statement.ts';
import {
  SWEEP_BATCH,
  sweepWhenWritten,
  type SweepDeps,
  type SweepWhenWritten,
} from './sweep-when-written.ts';
import type { Tables } from './tables.ts';

/** Takes away what has expired of the cache, the leases and the rates. */
export interface Sweeper extends SweepWhenWritten {
  /** Everything up to this moment is invalid. */
  cleared(floor: number): void;
}

/** Longer than any entry lives. */
const REMEMBERED = `interval '31 days'`;

export function createSweeper(deps: SweepDeps, tables: Tables): Sweeper {
  const { drain: drainSome, ...sweeps } = sweepStatements(tables);
  const sweep = sweepWhenWritten(deps, Object.values(sweeps));
  let stopped = false;
  const goesOn = (): boolean => !stopped;

  /** By key, from the first to the last. */
  const drain = async (floor: number): Promise<void> => {
    let last: string | null | undefined = '';
    while (last != null && goesOn())
      [{ last } = { last: null }] = await deps.database.ask(drainSome, [last, floor, SWEEP_BATCH]);
  };

  return {
    wrote: sweep.wrote,
    cleared(floor) {
      drain(floor).catch(() => undefined); // invalid they are already, and they expire
    },
    stop() {
      stopped = true;
      sweep.stop();
    },
  };
}

/** Rows that somebody else has locked are somebody else's to sweep, or not expired any more. */
function sweepStatements({ entries, marks, state, leases, rates }: Tables) {
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
    rates: statement(
      'sweep',
      `WITH gone AS (
  DELETE FROM ${rates} WHERE name IN (
    SELECT name FROM ${rates} WHERE GREATEST(owed, paused) <= ${RATE_MOMENT} - 3600000 LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING 1)
SELECT count(*) AS swept FROM gone`,
    ),
  };
}
