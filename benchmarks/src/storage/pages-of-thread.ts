import type { MastraDBMessage } from '@mastra/core/agent';
import { fastPostgres } from 'mastra-perf-pg';
import { medians } from '../measure.ts';
import type { Table } from '../table.ts';
import { aPostgresStore, type PostgresServers } from './a-postgres.ts';

const MESSAGES = 100_000;
const PER_PAGE = 40;
const PAGES = [1, 100, 1000];

/** Pages of a long thread, by number as in Mastra and by cursor. */
export async function pagesOfThread(servers: PostgresServers): Promise<Table> {
  await using counted = await aPostgresStore(servers, 'pages');
  const memory = await fastPostgres(counted.store).getStore('memory');
  if (!memory) throw new Error('the store has no memory');
  const now = new Date();
  await memory.saveThread({
    thread: { id: 't', resourceId: 'user', title: '', createdAt: now, updatedAt: now },
  });
  await memory.bulkUpsertMessages(
    Array.from({ length: MESSAGES }, (_, index): MastraDBMessage => ({
      id: `m${index}`,
      threadId: 't',
      resourceId: 'user',
      role: 'user',
      createdAt: new Date(now.getTime() + index),
      content: { format: 2, parts: [{ type: 'text', text: 'x'.repeat(900) }] },
    })),
  );
  await memory.ensureIndexes();
  await counted.pool.query('ANALYZE pages.mastra_messages');

  const cursors = new Map<number, string | undefined>();
  let cursor: string | undefined;
  for (let page = 1; page <= Math.max(...PAGES); page++) {
    if (PAGES.includes(page)) cursors.set(page, cursor);
    ({ nextCursor: cursor } = await memory.listMessagesPage({
      threadId: 't',
      limit: PER_PAGE,
      ...(cursor !== undefined && { cursor }),
    }));
  }
  const rows: string[][] = [];
  for (const page of PAGES) {
    const at = cursors.get(page);
    const shape = {
      threadId: 't',
      page: page - 1,
      perPage: PER_PAGE,
      orderBy: { field: 'createdAt', direction: 'DESC' },
    } as const;
    const result = await medians(
      [
        { name: 'total', run: () => memory.listMessages(shape) },
        { name: 'number', run: () => memory.listMessages({ ...shape, includeTotal: false }) },
        {
          name: 'cursor',
          run: () =>
            memory.listMessagesPage({
              threadId: 't',
              limit: PER_PAGE,
              ...(at !== undefined && { cursor: at }),
            }),
        },
      ],
      { warm: 5, measured: 20 },
    );
    const ms = (name: string) => (result.get(name) ?? Number.NaN).toFixed(2);
    rows.push([`page ${page}`, ms('total'), ms('number'), ms('cursor')]);
  }
  return {
    title: `${PER_PAGE} messages of a thread of ${MESSAGES.toLocaleString('en')}, newest first: median ms`,
    columns: ['', 'Mastra', 'Mastra, without total', 'listMessagesPage()'],
    rows,
    notes: [],
  };
}
