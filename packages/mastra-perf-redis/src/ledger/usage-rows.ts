import type { LedgerQuery, LedgerRow } from 'mastra-perf';
import { NAMES_FIELD } from './usage-scripts.ts';
import { unpackGroup, unpackName, type GroupPairs } from './usage-groups.ts';

/** Adds up what intervals have in common. */
export interface UsageRows {
  /** `fields` are names and values in turn, as the hash of an interval has them. */
  add(start: number, fields: readonly string[]): void;
  rows(): LedgerRow[];
}

interface Row {
  readonly group: GroupPairs;
  readonly start: number;
  readonly counts: Map<string, number>;
}

export function usageRows({
  by,
  interval,
  where = {},
}: Pick<LedgerQuery, 'by' | 'interval' | 'where'>): UsageRows {
  const names = new Set(by);
  const conditions = Object.entries(where);
  const rows = new Map<string, Row>();

  const isWanted = (pairs: GroupPairs): boolean =>
    conditions.every(([name, value]) => pairs.some((pair) => pair[0] === name && pair[1] === value));
  const rowOf = (start: number, pairs: GroupPairs): Row => {
    const group = pairs.filter(([name]) => names.has(name));
    const key = JSON.stringify(interval ? [start, group] : group);
    const row = rows.get(key) ?? { group, start, counts: new Map() };
    rows.set(key, row);
    return row;
  };

  return {
    add(start, fields) {
      if (fields.length === 0) return;
      const pairs = Array.from(
        { length: fields.length / 2 },
        (_, index) => [fields[2 * index] ?? '', fields[2 * index + 1] ?? ''] as const,
      );
      const [, lines = ''] = pairs.find(([field]) => field === NAMES_FIELD) ?? [];
      const columns = lines.split('\n').filter(Boolean).map(unpackName);
      for (const [field, sums] of pairs) {
        if (field === NAMES_FIELD) continue;
        const group = unpackGroup(field);
        if (!group || !isWanted(group)) continue;
        const { counts } = rowOf(start, group);
        for (const [column, sum] of sums.split(' ').slice(1).entries()) {
          const name = columns[column];
          if (name !== undefined && sum !== '0') counts.set(name, (counts.get(name) ?? 0) + Number(sum));
        }
      }
    },
    rows: () =>
      [...rows.values()].map(({ group, start, counts }) => ({
        group: Object.fromEntries(group),
        ...(interval && { start }),
        counts: Object.fromEntries(counts),
      })),
  };
}
