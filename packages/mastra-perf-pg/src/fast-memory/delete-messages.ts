import { statement } from '../statement.ts';
import type { Connection } from './connection.ts';
import { domainError } from './domain-error.ts';
import type { MastraCore } from './mastra-core.ts';
import { laterThan, type MemoryTables } from './memory-tables.ts';

/** `deleteMessages()` in one round trip, and in the order of locks that a save has. */
export function messageDeleter(writer: Connection, { threads, messages }: MemoryTables, core: MastraCore) {
  const remove = statement(
    'delete messages',
    `WITH locked AS MATERIALIZED (
  SELECT t.id, ${laterThan('t', 'now()')} AS moment FROM ${threads} t
  WHERE t.id = ANY (ARRAY(SELECT DISTINCT thread_id FROM ${messages} WHERE id = ANY ($1::text[])))
  ORDER BY t.id FOR NO KEY UPDATE
), ready AS MATERIALIZED (
  SELECT count(*) AS threads FROM locked
), touched AS (
  UPDATE ${threads} t SET "updatedAt" = l.moment AT TIME ZONE 'UTC', "updatedAtZ" = l.moment
  FROM locked l WHERE t.id = l.id
)
DELETE FROM ${messages} USING ready WHERE id = ANY ($1::text[]) AND ready.threads >= 0`,
  );

  return async (messageIds: readonly string[]): Promise<void> => {
    if (!messageIds || messageIds.length === 0) return;
    try {
      await writer.ask(remove, [[...messageIds]]);
    } catch (cause) {
      const details = { messageIds: messageIds.join(', ') };
      throw await domainError(core, { operation: 'DELETE_MESSAGES', details, cause });
    }
  };
}
