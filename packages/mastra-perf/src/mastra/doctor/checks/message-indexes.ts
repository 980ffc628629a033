import { defineCheck } from '../check.ts';
import { hasIndexOn, indexesOf, quoted, type IndexedTable } from '../pg-indexes.ts';
import type { PostgresStorage } from '../postgres-storage.ts';
import { NotApplicable } from '../reason.ts';
import type { Finding, FindingCode } from '../report.ts';

interface Wanted {
  readonly code: FindingCode;
  readonly severity: Finding['severity'];
  readonly table: string;
  readonly columns: readonly string[];
  readonly what: string;
}

/**
 * The first two are Mastra's own. An app can switch them off; that making them failed is only logged; and with a schema whose name is
 * longer than about 20 characters Mastra makes none, as their names get too long. Without the others it works, slower the more there
 * is: 84 ms for the messages of a resource among 100,000, a sort for messages of the same moment.
 */
const WANTED: readonly Wanted[] = [
  {
    code: 'MASTRA_PERF_PG_THREAD_INDEX',
    severity: 'problem',
    table: 'mastra_messages',
    columns: ['thread_id', 'createdAt'],
    what: 'Reading the last messages of a thread reads the messages of all threads',
  },
  {
    code: 'MASTRA_PERF_PG_THREAD_LIST_INDEX',
    severity: 'problem',
    table: 'mastra_threads',
    columns: ['resourceId', 'createdAt'],
    what: 'Listing the threads of a resource reads the threads of all resources',
  },
  {
    code: 'MASTRA_PERF_PG_PAGE_INDEX',
    severity: 'advice',
    table: 'mastra_messages',
    columns: ['thread_id', 'createdAt', 'id'],
    what: 'Messages are listed by time and id, and no index has both: each page is sorted anew, and pages by cursor have nothing to start from',
  },
  {
    code: 'MASTRA_PERF_PG_RESOURCE_INDEX',
    severity: 'advice',
    table: 'mastra_messages',
    columns: ['resourceId'],
    what: 'Reading the messages of a resource, as observational memory does, reads the messages of all',
  },
];

/** Indexes that Mastra's memory on Postgres needs. */
export const messageIndexes = defineCheck({
  name: 'message-indexes',
  absent: 'no storage on Postgres that keeps messages',
  subjects: ({ postgres }) => postgres.filter(({ memory }) => memory !== undefined),
  async examine({ where, pool, schema }: PostgresStorage) {
    const names = [...new Set(WANTED.map(({ table }) => table))];
    const tables = await indexesOf(pool, schema, names);
    if (tables.size === 0) throw new NotApplicable('its tables are not made yet');
    return WANTED.flatMap((wanted) => {
      const table = tables.get(wanted.table);
      return table && !hasIndexOn(table, ...wanted.columns) ? [findingOf(wanted, where, schema, table)] : [];
    });
  },
});

function findingOf(wanted: Wanted, storage: string, schema: string, { rows }: IndexedTable): Finding {
  const { code, severity, table, columns, what } = wanted;
  const list = columns.map((column) => quoted(column)).join(', ');
  const sql = `CREATE INDEX CONCURRENTLY ON ${quoted(schema, table)} (${list});`;
  const about = rows < 0 ? 'a number of rows that is not known yet' : `about ${rows} rows`;
  return {
    code,
    severity,
    where: `${storage}, table ${table}`,
    what: `${what}: there is no index on (${list}) of a table with ${about}.`,
    fix:
      table === 'mastra_messages'
        ? `${sql} or fastPostgres(storage), of mastra-perf-pg, before new Mastra(), and once (await storage.getStore('memory')).ensureIndexes()`
        : sql,
  };
}
