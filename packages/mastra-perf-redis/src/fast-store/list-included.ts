import type { StorageListMessagesInput, StorageListMessagesOutput } from '@mastra/core/storage';
import { knownRows, readRows, viewOf } from './domain-view.ts';
import type { MemoryDomain } from './domains.ts';
import type { NodeRedis } from './node-redis.ts';
import { messageIndexKey, messageKey, threadMessagesKey } from './row-keys.ts';

type Included = NonNullable<StorageListMessagesInput['include']>[number];

interface Around {
  /** By the key of a thread's sorted set: the ids by their rank in it. */
  readonly ranked: ReadonlyMap<string, ReadonlyMap<number, string>>;
  /** By key: the messages, and to which thread each of those belongs that were asked for. */
  readonly rows: ReadonlyMap<string, string | null>;
}

/**
 * The messages around those that a semantic recall found. For each of them Mastra reads its whole thread, to skip what other resources
 * wrote in it; here only the messages around it are read. Undefined where one of these is missing or of another resource.
 */
export async function listIncluded(
  domain: MemoryDomain,
  args: StorageListMessagesInput,
): Promise<StorageListMessagesOutput | undefined> {
  const { include, resourceId } = args;
  if (!include?.length || !resourceId || !include.every(isPlain)) return undefined;
  const { client } = domain;
  const around = await readAround(client, include, resourceId);
  if (!around) return undefined;
  const view = viewOf(domain, {
    async get(key) {
      return around.rows.get(key) ?? client.get(key);
    },
    async zRange(key, start, stop) {
      const ids = start === 0 && stop === -1 ? around.ranked.get(key) : undefined;
      if (!ids) return client.zRange(key, start, stop);
      return [...ids].toSorted(([a], [b]) => a - b).map(([, id]) => id);
    },
    mGet: knownRows(client, around.rows),
  });
  return view.listMessages(args);
}

async function readAround(
  client: NodeRedis,
  include: readonly Included[],
  resourceId: string,
): Promise<Around | undefined> {
  const indexes = await readRows(
    client,
    include.map(({ id }) => messageIndexKey(id)),
  );
  const threads = include.map(({ id }) => indexes.get(messageIndexKey(id)) ?? undefined);
  if (!threads.every((thread) => thread !== undefined)) return undefined;
  const sets = threads.map(threadMessagesKey);

  const ranks = await Promise.all(include.map(({ id }, at) => client.zRank(sets[at] ?? '', id)));
  if (!ranks.every((rank) => rank !== null)) return undefined;
  const starts = include.map(({ withPreviousMessages = 0 }, at) =>
    Math.max(0, (ranks[at] ?? 0) - withPreviousMessages),
  );
  const windows = await Promise.all(
    include.map(({ withNextMessages = 0 }, at) =>
      client.zRange(sets[at] ?? '', starts[at] ?? 0, (ranks[at] ?? 0) + withNextMessages),
    ),
  );

  const ranked = new Map<string, Map<number, string>>();
  const keys = new Set<string>();
  for (const [at, ids] of windows.entries()) {
    const set = sets[at] ?? '';
    const byRank = ranked.get(set) ?? new Map<number, string>();
    ranked.set(set, byRank);
    for (const [place, id] of ids.entries()) {
      const rank = (starts[at] ?? 0) + place;
      if ((byRank.get(rank) ?? id) !== id) return undefined; // somebody wrote between the reads
      byRank.set(rank, id);
      keys.add(messageKey(threads[at] ?? '', id));
    }
    if (byRank.get(ranks[at] ?? 0) !== include[at]?.id) return undefined;
  }
  const rows = await readRows(client, [...keys]);
  for (const text of rows.values()) if (!text || ownerOf(text) !== resourceId) return undefined;
  return { ranked, rows: new Map([...rows, ...indexes]) };
}

const ownerOf = (row: string): unknown => (JSON.parse(row) as { readonly resourceId?: unknown }).resourceId;

function isPlain({ id, withPreviousMessages = 0, withNextMessages = 0 }: Included): boolean {
  return typeof id === 'string' && [withPreviousMessages, withNextMessages].every(isCount);
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
