import { MAX_TTL_MS, type CacheEntry, type CacheStore } from 'mastra-perf';
import { cacheStatements } from './cache-statements.ts';
import type { Database, Row } from './database.ts';
import { failure } from './failures.ts';
import { asciiJson, storedName, storedNames } from './names.ts';
import type { Sweeper } from './sweeper.ts';
import type { Tables } from './tables.ts';

export function pgCache(
  database: Pick<Database, 'ask' | 'bear'>,
  sweeper: Pick<Sweeper, 'wrote' | 'cleared'>,
  tables: Tables,
): CacheStore {
  const sql = cacheStatements(tables);
  return {
    async getMany(reads) {
      if (reads.length === 0) return [];
      const asked = reads.map(({ key, tags = [] }, i) => ({
        i,
        key: storedName(key),
        tags: tags.map(storedName),
      }));
      const entries = Array<CacheEntry | undefined>(reads.length).fill(undefined);
      for (const row of await database.ask(sql.getMany, [JSON.stringify(asked)]))
        entries[Number(row['i'])] = entryOf(row);
      return entries;
    },
    async setMany(writes) {
      const results = writes.map(() => false);
      const values: Uint8Array[] = [];
      let at = 1; // Postgres counts bytes from one
      const given = writes.flatMap(({ key, value, tags, stamp, ttlMs }, i) => {
        if (!Number.isSafeInteger(stamp) || !(ttlMs > 0)) return [];
        const size = value.byteLength;
        values.push(value);
        at += size;
        const ttl = Math.min(ttlMs, MAX_TTL_MS);
        return [{ i, key: storedName(key), ...storedNames(tags), stamp, ttl, at: at - size, size }];
      });
      if (given.length === 0) return results;
      const bytes = Buffer.concat(values); // a copy: a caller may change what it gave
      const stored = await database.ask(sql.setMany, [JSON.stringify(given), bytes], bytes.length);
      for (const { i } of stored) results[Number(i)] = true;
      sweeper.wrote(given.length);
      return results;
    },
    async delete(keys) {
      if (keys.length > 0) await database.ask(sql.delete, [keys.map(storedName)]);
    },
    async invalidateTags(tags) {
      if (tags.length === 0) return;
      await database.ask(sql.invalidate, [tags.map(storedName)]);
      sweeper.wrote(tags.length);
    },
    async clear() {
      // Without a floor everything counts as invalid already.
      const [row] = await database.ask(sql.clear);
      if (row) sweeper.cleared(Number(row['floor']));
    },
    async stamp() {
      const ask = () => database.ask(sql.stamp);
      let [row] = await ask();
      if (!row) {
        await database.bear();
        [row] = await ask();
      }
      const stamp = Number(row?.['stamp'] ?? Number.NaN);
      if (!Number.isSafeInteger(stamp)) throw failure('stamp: the clock is lost');
      return stamp;
    },
    async areCurrent(claims) {
      const results = claims.map(() => false);
      const asked = claims.flatMap(({ stamp, tags }, i) =>
        Number.isSafeInteger(stamp) ? [{ i, stamp, tags: tags.map(storedName) }] : [],
      );
      if (asked.length === 0) return results;
      for (const { i } of await database.ask(sql.areCurrent, [asciiJson(asked)])) results[Number(i)] = true;
      return results;
    },
  };
}

function entryOf(row: Row): CacheEntry {
  const tags = JSON.parse(String(row['names'] ?? row['tags'])) as string[];
  return { value: Buffer.from(String(row['value']), 'hex'), tags, stamp: Number(row['stamp']) };
}
