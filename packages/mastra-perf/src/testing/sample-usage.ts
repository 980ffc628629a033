import assert from 'node:assert/strict';
import type { Ledger, LedgerEntry, LedgerQuery, LedgerRow } from '../stores/ledger.ts';
import type { PerfStore } from '../stores/perf-store.ts';
import { fresh } from './fresh-names.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export function ledgerOf({ ledger }: PerfStore): Ledger {
  assert.ok(ledger, 'the store has no ledger; if that is meant, say so with capabilities: { ledger: false }');
  return ledger;
}

/** Entries that reports can tell from those of others, who may use the same place. */
export interface Account {
  /** A call of this moment, if nothing else is said. */
  entry(over?: Partial<LedgerEntry>): LedgerEntry;
  /** Rows of these entries, by default one of this hour, in one order and without what is zero. */
  rows(store: PerfStore, query?: Partial<LedgerQuery>): Promise<LedgerRow[]>;
}

export function anAccount(now: number): Account {
  const run = fresh('run');
  return {
    entry: ({ group, ...over } = {}) => ({
      id: fresh('entry'),
      at: now,
      counts: { calls: 1 },
      ...over,
      group: { ...group, run },
    }),
    async rows(store, { by = [], ...query } = {}) {
      const all = await ledgerOf(store).report({
        by: [...by, 'run'],
        from: now - HOUR_MS,
        to: now + HOUR_MS,
        ...query,
      });
      const own = all.filter(({ group }) => group['run'] === run);
      return sorted(own.map((row) => ({ ...row, group: without(row.group, 'run') })));
    },
  };
}

/** What a report must give of these entries. */
export function summed(
  entries: readonly LedgerEntry[],
  by: readonly string[],
  startOf?: (at: number) => number,
): LedgerRow[] {
  const rows = new Map<string, { group: LedgerRow['group']; start?: number; counts: Map<string, number> }>();
  for (const entry of entries) {
    const group = Object.fromEntries(
      Object.entries(entry.group)
        .filter(([name]) => by.includes(name))
        .toSorted(byName),
    );
    const start = startOf && { start: startOf(entry.at) };
    const key = JSON.stringify([start, group]);
    const row = rows.get(key) ?? { group, ...start, counts: new Map<string, number>() };
    rows.set(key, row);
    for (const [name, count] of Object.entries(entry.counts))
      row.counts.set(name, (row.counts.get(name) ?? 0) + count);
  }
  return sorted([...rows.values()].map((row) => ({ ...row, counts: Object.fromEntries(row.counts) })));
}

function sorted(rows: readonly LedgerRow[]): LedgerRow[] {
  return rows
    .map(({ group, counts, ...start }) => ({
      ...start,
      group: Object.fromEntries(Object.entries(group).toSorted(byName)),
      counts: Object.fromEntries(
        Object.entries(counts)
          .filter(([, count]) => count !== 0)
          .toSorted(byName),
      ),
    }))
    .filter(({ counts }) => Object.keys(counts).length > 0)
    .toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

const orderOf = ({ start, group }: Pick<LedgerRow, 'start' | 'group'>): string =>
  JSON.stringify([start ?? 0, Object.entries(group)]);
const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);
const without = (group: LedgerRow['group'], name: string): LedgerRow['group'] =>
  Object.fromEntries(Object.entries(group).filter(([own]) => own !== name));
