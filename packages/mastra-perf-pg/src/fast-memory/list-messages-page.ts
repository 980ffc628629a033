import { PerfConfigError } from 'mastra-perf';
import { statement, type Statement } from '../statement.ts';
import type { Asker, Row } from './connection.ts';
import type { MastraCore } from './mastra-core.ts';
import { fastFailure } from './fast-failure.ts';
import type { MemoryTables } from './memory-tables.ts';
import { MESSAGE_COLUMNS, messageOfRow } from './message-rows.ts';
import { cursorOf, placeOf, type PagePlace } from './page-cursor.ts';

export interface MessagesPageQuery {
  readonly threadId: string;
  /** Only messages of this resource. */
  readonly resourceId?: string | undefined;
  /** Where another page ended: its `nextCursor`. Without it the page is the first. */
  readonly cursor?: string | undefined;
  /** Messages of a page, 1 to 1000. @default 40 */
  readonly limit?: number;
  /** `backward` begins with the newest message, `forward` with the oldest. @default 'backward' */
  readonly direction?: 'backward' | 'forward';
  /** Without it, messages come without `content`, which is most of what is sent. @default true */
  readonly includeContent?: boolean;
}

export interface MessagesPage<M> {
  readonly messages: M[];
  /** There are more: the `cursor` of the next page in the same direction. */
  readonly nextCursor: string | undefined;
}

const MAX_LIMIT = 1000;
/** The same letters whatever the settings of the session. */
const PLACE = `to_char("createdAt", 'YYYY-MM-DD"T"HH24:MI:SS.US') AS place`;

/**
 * Pages by the place where the last one ended, so that page 1,000 costs what page 1 costs, and that each message comes once
 * while others are saved. Messages are in the order of their time, and of their ids where that is the same.
 */
export function pageLister(reader: Asker, tables: MemoryTables, core: MastraCore) {
  const texts = new Map<string, Statement>();
  const statementOf = (query: MessagesPageQuery, place: PagePlace | undefined): Statement => {
    const text = pageText(tables, query, place !== undefined);
    const known = texts.get(text) ?? statement('list a page of messages', text);
    texts.set(text, known); // one of sixteen
    return known;
  };

  return async <M>(query: MessagesPageQuery): Promise<MessagesPage<M>> => {
    const { threadId, resourceId, cursor, limit = 40 } = checked(query);
    const place = cursor === undefined ? undefined : placeOf(cursor);
    const mastra = await core.load();
    const values = [threadId, limit + 1, ...(place ? [place.createdAt, place.id] : []), resourceId];
    if (resourceId === undefined) values.pop();
    const asked = reader.ask(statementOf(query, place), values);
    const rows = await asked.catch((error: unknown) => {
      throw fastFailure('list a page of messages', error);
    });
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    const isWhole = query.includeContent ?? true;
    return {
      messages: page.map((row) => (isWhole ? messageOfRow(row, mastra) : withoutContent(row))) as M[],
      nextCursor: last && cursorOf({ createdAt: String(last['place']), id: String(last['id']) }),
    };
  };
}

function pageText({ messages }: MemoryTables, query: MessagesPageQuery, hasPlace: boolean): string {
  const { direction = 'backward', includeContent = true, resourceId } = query;
  const [order, beyond] = direction === 'backward' ? ['DESC', '<'] : ['ASC', '>'];
  const conditions = [
    'thread_id = $1',
    ...(hasPlace ? [`("createdAt", id) ${beyond} ($3::timestamp, $4)`] : []),
    ...(resourceId === undefined ? [] : [`"resourceId" = $${hasPlace ? 5 : 3}`]),
  ];
  return `SELECT ${includeContent ? 'content, ' : ''}${MESSAGE_COLUMNS}, ${PLACE} FROM ${messages}
WHERE ${conditions.join(' AND ')} ORDER BY "createdAt" ${order}, id ${order} LIMIT $2`;
}

/** Such a message is not given to Mastra, which has none without content. */
function withoutContent(row: Row): object {
  const { content: _, ...message } = messageOfRow(row, undefined) as Record<string, unknown>;
  return message;
}

function checked(query: MessagesPageQuery): MessagesPageQuery {
  const { threadId, resourceId, limit = 1, direction = 'forward', includeContent = true } = query;
  const wrong = (name: string, given: unknown, accepted: string): PerfConfigError =>
    new PerfConfigError(`listMessagesPage.${name}`, given, accepted);
  if (typeof threadId !== 'string' || threadId === '')
    throw wrong('threadId', threadId, 'the id of a thread');
  // An empty one, or null, is a caller who believes to have asked for a user.
  if (resourceId !== undefined && (typeof resourceId !== 'string' || resourceId === ''))
    throw wrong('resourceId', resourceId, 'the id of a resource, or undefined');
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw wrong('limit', limit, `a whole number from 1 to ${MAX_LIMIT}`);
  if (direction !== 'backward' && direction !== 'forward')
    throw wrong('direction', direction, "'backward' or 'forward'");
  if (typeof includeContent !== 'boolean') throw wrong('includeContent', includeContent, 'true or false');
  return query;
}
