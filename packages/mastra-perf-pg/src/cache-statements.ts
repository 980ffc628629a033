import { statement, type Statement } from './statement.ts';
import type { Tables } from './tables.ts';

/**
 * The clock is a sequence: a stamp is its next number, and so is the moment of an invalidation, which `marks` keeps for each
 * tag and `floor` for everything. An entry is served while its stamp is later than the floor and than the marks of its tags
 * and of the reader's.
 *
 * Numbers are handed out in the order of time, whatever becomes of the transaction that asks. So, with an invalidation that
 * is called at C, takes number n at N, is committed at V and resolves at R, which come in this order:
 * - What was begun before C has a stamp below n. A read that begins after R sees the mark, for its snapshot is younger than
 *   V, and does not serve it; it makes no difference when that was written, nor that the writer, whose snapshot may be older
 *   than V, was told that it stands. So nothing that began before an invalidation is served after it.
 * - A stamp that is taken between N and R is above n: its work began after C, so it has seen the change for the sake of
 *   which somebody invalidates. For the cache, N is when the invalidation takes place.
 * - Of two invalidations of one tag, the one with the earlier number may come to write later: the mark keeps the larger one.
 * Reads go to the primary: a replica may not have the mark yet.
 */
export interface CacheStatements {
  readonly stamp: Statement;
  readonly getMany: Statement;
  readonly setMany: Statement;
  readonly areCurrent: Statement;
  readonly delete: Statement;
  readonly invalidate: Statement;
  readonly clear: Statement;
}

/** Nothing is later than this: while there is no floor, nothing is served. */
const NEVER = '9223372036854775807';

export function cacheStatements({ entries, marks, state, clock }: Tables): CacheStatements {
  const floor = `COALESCE((SELECT s.floor FROM ${state} s), ${NEVER})`;
  // As sub-selects, which are looked up by index for each entry: a join may be planned as a scan of the whole table.
  const isCurrent = (stamp: string, tags: string): string =>
    `${stamp} > ${floor} AND ${stamp} > COALESCE((SELECT max(m.at) FROM ${marks} m WHERE m.tag = ANY(${tags})), 0)`;
  return {
    stamp: statement('stamp', `SELECT nextval(${clock}) AS stamp FROM ${state}`),
    getMany: statement(
      'getMany',
      `SELECT r.i, encode(e.value, 'hex') AS value, array_to_json(e.tags)::text AS tags, e.names, e.stamp
FROM jsonb_to_recordset($1::jsonb) AS r(i int, key text, tags text[])
CROSS JOIN LATERAL (SELECT * FROM ${entries} WHERE key = r.key AND expires_at > now() OFFSET 0) e
WHERE ${isCurrent('e.stamp', 'e.tags || r.tags')}`,
    ),
    // Values come as one run of bytes, which pg sends as it is; an array of them would go as text, twice as long.
    setMany: statement(
      'setMany',
      `WITH valid AS MATERIALIZED (
  SELECT DISTINCT ON (g.key) g.*
  FROM jsonb_to_recordset($1::jsonb) AS g(i int, key text, tags text[], names text, stamp bigint, ttl float8, at int, size int)
  WHERE ${isCurrent('g.stamp', 'g.tags')}
  ORDER BY g.key, g.stamp DESC, g.i DESC
), stored AS (
  INSERT INTO ${entries} AS e (key, value, tags, names, stamp, expires_at)
  SELECT v.key, substring($2::bytea FROM v.at FOR v.size), v.tags, v.names, v.stamp, now() + v.ttl * interval '1 millisecond'
  FROM valid v ORDER BY v.key COLLATE "C"
  ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, tags = EXCLUDED.tags, names = EXCLUDED.names,
    stamp = EXCLUDED.stamp, expires_at = EXCLUDED.expires_at
  WHERE e.stamp <= EXCLUDED.stamp OR e.expires_at <= now()
  RETURNING e.key)
SELECT v.i FROM valid v JOIN stored USING (key)`,
    ),
    areCurrent: statement(
      'areCurrent',
      `SELECT c.i FROM jsonb_to_recordset($1::jsonb) AS c(i int, stamp bigint, tags text[])
WHERE ${isCurrent('c.stamp', 'c.tags')}`,
    ),
    // Rows are locked in the order in which writers lock them: two who meet wait for each other, and never both.
    delete: statement(
      'delete',
      `WITH gone AS (SELECT key FROM ${entries} WHERE key = ANY($1::text[]) ORDER BY key FOR UPDATE)
DELETE FROM ${entries} e USING gone WHERE e.key = gone.key`,
    ),
    invalidate: statement(
      'invalidateTags',
      `WITH moment AS MATERIALIZED (SELECT nextval(${clock}) AS at)
INSERT INTO ${marks} AS m (tag, at, marked_at)
SELECT t.tag, moment.at, now() FROM (SELECT DISTINCT unnest($1::text[]) AS tag) t CROSS JOIN moment
ORDER BY t.tag COLLATE "C"
ON CONFLICT (tag) DO UPDATE SET at = GREATEST(m.at, EXCLUDED.at), marked_at = EXCLUDED.marked_at`,
    ),
    clear: statement(
      'clear',
      `UPDATE ${state} SET floor = GREATEST(floor, nextval(${clock})) RETURNING floor`,
    ),
  };
}
