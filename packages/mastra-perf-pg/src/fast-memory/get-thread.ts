import { statement } from '../statement.ts';
import type { Asker } from './connection.ts';
import { domainError } from './domain-error.ts';
import type { MastraCore } from './mastra-core.ts';
import type { MemoryTables } from './memory-tables.ts';
import { THREAD_COLUMNS, type ThreadRows } from './thread-rows.ts';

export interface ThreadQuery {
  readonly threadId: string;
  readonly resourceId?: string | undefined;
}

/** `getThreadById()` that reads the version with the row. */
export function threadGetter(reader: Asker, tables: MemoryTables, rows: ThreadRows, core: MastraCore) {
  const columns = THREAD_COLUMNS.map((name) => `"${name}"`).join(', ');
  const text = `SELECT ${columns}, xmin::text AS version FROM ${tables.threads} WHERE id = $1`;
  const ofAnybody = statement('get thread', text);
  const ofResource = statement('get thread', `${text} AND "resourceId" = $2`);

  return async ({ threadId, resourceId }: ThreadQuery): Promise<object | null> => {
    try {
      const [row] =
        resourceId === undefined
          ? await reader.ask(ofAnybody, [threadId])
          : await reader.ask(ofResource, [threadId, resourceId]);
      return row ? rows.read(row) : null;
    } catch (cause) {
      throw await domainError(core, { operation: 'GET_THREAD_BY_ID', details: { threadId }, cause });
    }
  };
}
