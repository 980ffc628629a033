import { readRows } from './domain-view.ts';
import type { NodeRedis, Scored } from './node-redis.ts';
import { messageKey, threadMessagesKey } from './row-keys.ts';

export interface AskedWindow {
  readonly threadId: string;
  readonly resourceId: string | undefined;
  /** How many messages from one end of the thread. */
  readonly count: number;
  /** From the newest on, or else from the oldest. */
  readonly newest: boolean;
}

export interface MessageWindow {
  /** Ids in the order of the sorted set. */
  readonly ids: readonly string[];
  /** By key. */
  readonly rows: ReadonlyMap<string, string | null>;
  /** These are all messages of the thread. */
  readonly whole: boolean;
}

/**
 * RedisStore scores a message `createdAt * 1000 + index`, the index being its place in the save or clone that wrote it. So a score
 * says the latest time that the message can be of; the earliest follows if no save had more messages than this.
 */
const MAX_INDEX = 100_000;

/**
 * The first `count` messages of a thread and at least one more, read without the rest of the thread. Undefined if what was
 * read does not prove that nothing among the rest belongs before them; then only all messages tell.
 */
export async function readWindow(client: NodeRedis, asked: AskedWindow): Promise<MessageWindow | undefined> {
  const key = threadMessagesKey(asked.threadId);
  const near = asked.newest
    ? await client.zRangeWithScores(key, -asked.count - 1, -1)
    : await client.zRangeWithScores(key, 0, asked.count);
  const rows = await readRows(client, near.map(keyIn(asked)));
  if (near.length <= asked.count) return { ids: idsOf(near), rows, whole: true };

  const edge = edgeOf(near, rows, asked);
  if (edge === undefined) return undefined;
  if (isBefore(near, edge, asked)) return { ids: idsOf(near), rows, whole: false };

  // The boundary is within messages of one time (or, from the oldest on, of nearly one): Mastra orders them by rules of its own.
  const all = asked.newest
    ? await client.zRangeByScoreWithScores(key, edge * 1000, '+inf')
    : await client.zRangeByScoreWithScores(key, '-inf', edge * 1000 + MAX_INDEX);
  const unread = all.map(keyIn(asked)).filter((row) => !rows.has(row));
  for (const [row, text] of await readRows(client, unread)) rows.set(row, text);
  const settled = all.length > asked.count ? edgeOf(all, rows, asked) : undefined;
  // A message that was deleted meanwhile may have moved the edge to where nothing was read.
  if (settled === undefined || (asked.newest ? settled < edge : settled > edge)) return undefined;
  return { ids: idsOf(all), rows, whole: false };
}

/** When the last of the wanted messages is of. Undefined if a row is missing, of another resource, or not scored as above. */
function edgeOf(
  scored: readonly Scored[],
  rows: ReadonlyMap<string, string | null>,
  asked: AskedWindow,
): number | undefined {
  const times: number[] = [];
  for (const member of scored) {
    const text = rows.get(keyIn(asked)(member));
    if (!text) return undefined;
    const row = JSON.parse(text) as { readonly createdAt: string; readonly resourceId?: string };
    const time = new Date(row.createdAt).getTime();
    const index = member.score - time * 1000;
    const isRegular = index >= 0 && index < MAX_INDEX && Number.isSafeInteger(member.score); // false for NaN
    if (!isRegular || (asked.resourceId && row.resourceId !== asked.resourceId)) return undefined;
    times.push(time);
  }
  times.sort((a, b) => (asked.newest ? b - a : a - b));
  return times[asked.count - 1];
}

/** Whether every message that was not read comes after the time of the edge, by its score. */
function isBefore(near: readonly Scored[], edge: number, asked: AskedWindow): boolean {
  const last = (asked.newest ? near[0] : near.at(-1))?.score ?? Number.NaN;
  return asked.newest ? last < edge * 1000 : last - MAX_INDEX > edge * 1000;
}

const keyIn =
  ({ threadId }: AskedWindow) =>
  ({ value }: Scored): string =>
    messageKey(threadId, value);

const idsOf = (scored: readonly Scored[]): string[] => scored.map(({ value }) => value);
