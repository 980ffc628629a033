import { statement, type Statement } from '../statement.ts';
import { laterThan, type MemoryTables } from './memory-tables.ts';
import { MESSAGE_COLUMNS } from './message-rows.ts';

/**
 * Writes messages over and touches their threads, in one round trip; returns the messages. Threads are locked first, as
 * `saveStatement` does.
 *
 * $1 are ids, $2 to $7 columns, where NULL leaves what is there; $8 the ids of the threads. Times are read as Mastra sends
 * them: in the zone of the process.
 */
export function updateStatement({ threads, messages }: MemoryTables): Statement {
  return statement(
    'update messages',
    `WITH input AS MATERIALIZED (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamp[])
    AS given (id, content, role, type, thread_id, resource_id, created_at)
), locked AS MATERIALIZED (
  SELECT t.id, ${laterThan('t', 'now()')} AS moment FROM ${threads} t
  WHERE t.id = ANY ($8::text[]) ORDER BY t.id FOR NO KEY UPDATE
), ready AS MATERIALIZED (
  SELECT count(*) AS threads FROM locked
), changed AS (
  UPDATE ${messages} m SET
    content = COALESCE(i.content, m.content), role = COALESCE(i.role, m.role), type = COALESCE(i.type, m.type),
    thread_id = COALESCE(i.thread_id, m.thread_id), "resourceId" = COALESCE(i.resource_id, m."resourceId"),
    "createdAt" = COALESCE(i.created_at, m."createdAt")
  FROM input i, ready WHERE m.id = i.id AND ready.threads >= 0
  RETURNING m.*
), touched AS (
  UPDATE ${threads} t SET "updatedAt" = l.moment AT TIME ZONE 'UTC', "updatedAtZ" = l.moment
  FROM locked l WHERE t.id = l.id
)
SELECT content, ${MESSAGE_COLUMNS} FROM changed`,
  );
}
