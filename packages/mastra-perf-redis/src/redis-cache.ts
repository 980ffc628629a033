import type { CacheEntry, CacheStore, CacheWrite } from 'mastra-perf';
import type { Connection } from './connection.ts';
import { isWritable, readEntry, writeEntry } from './entries.ts';
import type { Keys } from './keys.ts';
import { invalidate, invalidateAll, takeStamp } from './mark-scripts.ts';
import { mergeMarks, readMarks, type Marks } from './marks.ts';
import type { Sender } from './sender.ts';

/** Entries spread over the servers, judged by the marks. */
export function redisCache({ ready }: Pick<Connection, 'ready'>, keys: Keys): CacheStore {
  /** Marks of these tags; asked for only where `known` does not have them already. */
  const complete = async (sender: Sender, known: Marks, tags: Iterable<string>): Promise<Marks> => {
    const missing = [...tags].filter((tag) => !known.knows(tag));
    return missing.length > 0 ? mergeMarks(known, await readMarks(sender, keys.marks, missing)) : known;
  };

  /** One round trip where nothing stands yet, or what stands has the same tags; else a second one, to decide. */
  const write = async (sender: Sender, given: CacheWrite, asked: Promise<Marks>): Promise<boolean> => {
    if (!isWritable(given)) return false;
    const key = keys.entry(given.key);
    const standing = await writeEntry(sender, key, given, { boldly: false });
    const marks = await asked;
    if (!marks.isCurrent(given.stamp, given.tags)) return false;
    if (standing === 'written') return true;
    const { mark, claim } = standing;
    if (claim && claim.stamp > given.stamp) {
      const known = await complete(sender, marks, claim.tags);
      if (known.isCurrent(claim.stamp, claim.tags)) return false;
    }
    return (await writeEntry(sender, key, given, { boldly: true, replaces: mark })) === 'written';
  };

  return {
    async getMany(reads) {
      if (reads.length === 0) return [];
      const sender = await ready();
      // One server answers in this order: an invalidation between the two answers counts.
      const entries = Promise.all(reads.map(({ key }) => readEntry(sender, keys.entry(key))));
      const marks = readMarks(
        sender,
        keys.marks,
        reads.flatMap(({ tags = [] }) => tags),
      );
      const [found, asked] = await Promise.all([entries, marks]);
      const known = await complete(sender, asked, new Set(found.flatMap((entry) => entry?.tags ?? [])));
      return reads.map(({ tags = [] }, index): CacheEntry | undefined => {
        const entry = found[index];
        return entry && known.isCurrent(entry.stamp, [...entry.tags, ...tags]) ? entry : undefined;
      });
    },
    async setMany(writes) {
      if (writes.length === 0) return [];
      const sender = await ready();
      // Sent after the writes: what was invalidated meanwhile is not said to stand.
      const { promise: marks, resolve } = Promise.withResolvers<Marks>();
      const results = Promise.all(writes.map((given) => write(sender, given, marks)));
      resolve(
        readMarks(
          sender,
          keys.marks,
          writes.flatMap(({ tags }) => tags),
        ),
      );
      const [stand] = await Promise.all([results, marks]);
      return stand;
    },
    async delete(entryKeys) {
      if (entryKeys.length === 0) return;
      const sender = await ready();
      await Promise.all(entryKeys.map((key) => sender.send('unlink', keys.entry(key))));
    },
    async invalidateTags(tags) {
      if (tags.length > 0) await invalidate(await ready(), keys.marks, tags);
    },
    clear: async () => invalidateAll(await ready(), keys.marks),
    stamp: async () => takeStamp(await ready(), keys.marks),
    async areCurrent(claims) {
      if (claims.length === 0) return [];
      const marks = await readMarks(
        await ready(),
        keys.marks,
        claims.flatMap(({ tags }) => tags),
      );
      return claims.map((claim) => marks.isCurrent(claim.stamp, claim.tags));
    },
  };
}
