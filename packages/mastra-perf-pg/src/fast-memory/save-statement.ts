import { statement, type Statement } from '../statement.ts';
import { laterThan, type MemoryTables } from './memory-tables.ts';
import { THREAD_COLUMNS } from './thread-rows.ts';

/**
 * Checks that the threads are there, writes messages, touches the threads and returns them, in one round trip. Where a thread
 * is missing nothing is written.
 *
 * Threads are locked before anything else, in the order of their ids, so that savers wait for each other and never for one
 * that waits for them; a lock also brings the row as it is after the wait. Messages are written in the order of theirs.
 *
 * $1 to $7 are the columns of the messages, $8 ids of threads without repetition, $9 the time, $10 whether to touch. Content
 * is text, never JSON of the server: it has no NUL, and would write the bytes anew.
 */
export function saveStatement({ threads, messages }: MemoryTables): Statement {
  const columns = THREAD_COLUMNS.map((name) => `t."${name}"`).join(', ');
  return statement(
    'save messages',
    `WITH input AS MATERIALIZED (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::text[])
    AS given (id, thread_id, content, created_at, role, type, resource_id)
), homes AS MATERIALIZED (
  SELECT DISTINCT m.thread_id FROM input i JOIN ${messages} m ON m.id = i.id WHERE m.thread_id <> i.thread_id
), locked AS MATERIALIZED (
  SELECT t.id, t.xmin::text AS before, t.id = ANY ($8::text[]) AS asked, ${laterThan('t', '$9::timestamptz')} AS moment
  FROM ${threads} t
  WHERE t.id = ANY ($8::text[] || ARRAY(SELECT thread_id FROM homes))
  ORDER BY t.id FOR NO KEY UPDATE
), ready AS MATERIALIZED (
  SELECT count(*) FILTER (WHERE asked) = cardinality($8::text[]) AS ok FROM locked
), saved AS (
  INSERT INTO ${messages} (id, thread_id, content, "createdAt", "createdAtZ", role, type, "resourceId")
  SELECT i.id, i.thread_id, i.content, i.created_at AT TIME ZONE 'UTC', i.created_at, i.role, i.type, i.resource_id
  FROM input i, ready WHERE ready.ok ORDER BY i.id
  ON CONFLICT (id) DO UPDATE SET
    thread_id = EXCLUDED.thread_id, content = EXCLUDED.content, role = EXCLUDED.role, type = EXCLUDED.type,
    "resourceId" = EXCLUDED."resourceId"
  RETURNING id, xmax::text <> '0' AS updated
), touched AS (
  UPDATE ${threads} t SET
    "updatedAt" = CASE WHEN l.asked THEN l.moment AT TIME ZONE 'UTC' ELSE t."updatedAt" END,
    "updatedAtZ" = CASE WHEN l.asked THEN l.moment ELSE t."updatedAtZ" END
  FROM locked l, ready WHERE t.id = l.id AND ready.ok AND (NOT l.asked OR $10)
  RETURNING ${columns}, t.xmin::text AS version
)
SELECT ready.ok, l.id AS "threadId", l.before, t.*,
  CASE WHEN row_number() OVER () = 1 THEN ARRAY(SELECT id FROM saved WHERE updated) END AS overwritten
FROM ready LEFT JOIN locked l ON l.asked LEFT JOIN touched t ON t.id = l.id`,
  );
}
