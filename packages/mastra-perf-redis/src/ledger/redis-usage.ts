import { checkEntries, ledgerSpans, retainedSince, type Ledger, type LedgerInterval } from 'mastra-perf';
import type { Connection } from '../connection.ts';
import type { LedgerKeys } from './ledger-keys.ts';
import { usageBatch } from './usage-batch.ts';
import { packPairs } from './usage-groups.ts';
import { usageRows } from './usage-rows.ts';
import { INTERVALS, recordScript, startsScript, sumsScript } from './usage-scripts.ts';

/** Intervals that a report reads at once: each may be several megabytes. */
const AT_ONCE = 32;

/** The sums of a ledger on a server. */
export function redisUsage(
  { ready }: Pick<Connection, 'ready'>,
  keys: LedgerKeys,
): Pick<Ledger, 'record' | 'report'> {
  return {
    async record(entries) {
      if (entries.length === 0) return;
      checkEntries(entries);
      const batch = usageBatch(entries, keys);
      const sender = await ready();
      await sender.run(recordScript, batch.keys, [batch.json]);
    },
    async report(query) {
      const sender = await ready();
      const [now, ...lists] = (await sender.run(startsScript, INTERVALS.map(keys.starts), [])) as [
        string,
        ...string[][],
      ];
      const startsOf = (interval: LedgerInterval): number[] =>
        (lists[INTERVALS.indexOf(interval)] ?? []).map(Number);
      const keptSince = (interval: LedgerInterval): number => retainedSince(Number(now), interval);
      const wanted = ledgerSpans(query, keptSince).flatMap(({ interval, from, to }) =>
        startsOf(interval)
          .filter((start) => start >= from && start < to)
          .map((start) => ({ start, key: keys.sums(interval, start) })),
      );
      const result = usageRows(query);
      const pairs = packPairs(query.where ?? {});
      for (let at = 0; at < wanted.length; at += AT_ONCE) {
        const some = wanted.slice(at, at + AT_ONCE);
        const replies = await Promise.all(some.map(({ key }) => sender.run(sumsScript, [key], pairs)));
        for (const [index, { start }] of some.entries()) result.add(start, replies[index] as string[]);
      }
      return result.rows();
    },
  };
}
