import {
  checkEntries,
  intervalStart,
  ledgerSpans,
  retainedSince,
  type Clock,
  type Ledger,
  type LedgerEntry,
} from 'mastra-perf';
import type { Database } from '../database.ts';
import { storedName } from '../names.ts';
import type { SweepWhenWritten } from '../sweep-when-written.ts';
import { readName, readNames, writtenGroup, writtenName } from './ledger-names.ts';
import { KINDS, kindOf } from './ledger-kinds.ts';
import type { LedgerTables } from './ledger-tables.ts';
import { usageStatements } from './usage-statements.ts';

export interface PgUsageDeps {
  readonly database: Pick<Database, 'ask'>;
  readonly sweep: Pick<SweepWhenWritten, 'wrote'>;
  readonly now: Clock['now'];
}

/** What was used. */
export function pgUsage(
  { database, sweep, now }: PgUsageDeps,
  tables: LedgerTables,
): Pick<Ledger, 'record' | 'report'> {
  const sql = usageStatements(tables);
  return {
    async record(entries) {
      checkEntries(entries);
      const rows = rowsOf(entries);
      if (rows.length === 0) return;
      const text = JSON.stringify(rows);
      await database.ask(sql.record, [text], text.length);
      sweep.wrote(rows.length * 2); // of which each may have made a row of each kind
    },
    async report({ by, where = {}, ...query }) {
      const time = now();
      const spans = ledgerSpans(query, (interval) => retainedSince(time, interval));
      if (spans.length === 0) return [];
      const asked = spans.map(({ interval, from, to }) => ({
        kind: kindOf(interval),
        since: from,
        until: to,
      }));
      const wanted = JSON.stringify(writtenGroup(where).labels);
      const values = [JSON.stringify(asked), by.map(writtenName), query.interval !== undefined, wanted];
      return (await database.ask(sql.report, values)).map((row) => ({
        group: readNames(JSON.parse(String(row['labels'])) as Record<string, string>, readName),
        ...(query.interval && { start: Number(row['start']) }),
        counts: readNames(JSON.parse(String(row['counts'])) as Record<string, number>, (count) => count),
      }));
    },
  };
}

/** Each once: a statement cannot insert a row twice. */
function rowsOf(entries: readonly LedgerEntry[]) {
  const rows = entries.map(({ id, at, group, counts }) => ({
    id: storedName(id),
    at,
    starts: KINDS.map((interval) => intervalStart(at, interval)),
    ...writtenGroup(group),
    counts: Object.fromEntries(
      Object.entries(counts).flatMap(([name, count]) => (count > 0 ? [[writtenName(name), count]] : [])),
    ),
  }));
  return [...new Map(rows.toReversed().map((row) => [`${row.at} ${row.id}`, row])).values()];
}
