import type { Clock } from '../base/clock.ts';
import { intervalEnd, intervalStart, ledgerSpans, retainedSince } from './ledger-intervals.ts';
import type { LedgerEntry, LedgerInterval, LedgerQuery, LedgerRow } from './ledger.ts';

export interface UsageSumsBounds {
  /** Groups that are told apart in one interval; what comes later is folded into `'(other)'`. */
  readonly groupsPerInterval: number;
  /** Groups of all intervals. Beyond it the earliest of the finest intervals go, and reports of their time are coarser. */
  readonly groupsInAll: number;
}

export interface UsageSums {
  add(entry: LedgerEntry): void;
  report(query: LedgerQuery): LedgerRow[];
}

/** Stands for every name of a group that was folded. */
const OTHER = '(other)';

interface Sum {
  readonly group: LedgerEntry['group'];
  /** By the columns of {@link columnsOf}: objects and maps take several times the memory. */
  readonly counts: number[];
}

interface Series {
  readonly interval: LedgerInterval;
  readonly sums: Map<number, Map<string, Sum>>;
  /** Begin of the interval after the last one that is gone. */
  goneUntil: number;
}

/** What was used, added up for each interval and group. */
export function usageSums(clock: Clock, bounds: UsageSumsBounds): UsageSums {
  const minute = newSeries('minute');
  const hour = newSeries('hour');
  const day = newSeries('day');
  const month = newSeries('month');
  const allSeries: Record<LedgerInterval, Series> = { minute, hour, day, month };
  const columns = columnsOf();
  let groups = 0;

  /** What is current is always kept; so a clock that was wrong and is set right leaves no hole that stays. */
  const keptSince = (interval: LedgerInterval): number => {
    const now = clock.now();
    const { goneUntil } = allSeries[interval];
    return Math.max(retainedSince(now, interval), Math.min(goneUntil, intervalStart(now, interval)));
  };
  const remove = (series: Series, start: number): void => {
    groups -= series.sums.get(start)?.size ?? 0;
    series.sums.delete(start);
    series.goneUntil = Math.max(series.goneUntil, intervalEnd(start, series.interval));
  };
  const removeWhatIsOver = (series: Series): void => {
    const since = retainedSince(clock.now(), series.interval);
    for (const start of series.sums.keys()) if (start < since) remove(series, start);
  };
  const makeRoom = (): void => {
    for (const series of [minute, hour, day, month]) {
      const current = intervalStart(clock.now(), series.interval);
      while (groups > bounds.groupsInAll) {
        const earliest = Math.min(...series.sums.keys());
        if (!(earliest < current)) break;
        remove(series, earliest);
      }
    }
  };
  const sumsAt = (series: Series, start: number): Map<string, Sum> => {
    const standing = series.sums.get(start);
    if (standing) return standing;
    removeWhatIsOver(series);
    const sums = new Map<string, Sum>();
    series.sums.set(start, sums);
    return sums;
  };
  const sumOf = (sums: Map<string, Sum>, group: LedgerEntry['group'], key: string): Sum => {
    const standing = sums.get(key);
    if (standing) return standing;
    const isFull = sums.size >= bounds.groupsPerInterval && !isOther(group);
    if (isFull) return sumOf(sums, ...folded(group));
    const sum = { group, counts: [] };
    sums.set(key, sum);
    groups++;
    return sum;
  };

  return {
    add({ at, group: given, counts }) {
      const [group, key] = ownGroup(given);
      const cells = Object.entries(counts).map(([name, count]) => [columns.of(name), count] as const);
      for (const series of Object.values(allSeries)) {
        const sums = sumsAt(series, intervalStart(at, series.interval));
        addTo(sumOf(sums, group, key).counts, cells);
      }
      makeRoom();
    },
    report(query) {
      const rows = new Map<string, Sum & { readonly start?: number }>();
      const conditions = Object.entries(query.where ?? {});
      for (const { interval, from, to } of ledgerSpans(query, keptSince)) {
        for (const [start, sums] of allSeries[interval].sums) {
          if (start < from || start >= to) continue;
          for (const sum of sums.values()) {
            if (!conditions.every(([name, value]) => sum.group[name] === value)) continue;
            const [group, groupKey] = ownGroup(sum.group, new Set(query.by));
            const key = query.interval ? `${start} ${groupKey}` : groupKey;
            const row = rows.get(key) ?? { group, counts: [], ...(query.interval && { start }) };
            rows.set(key, row);
            addTo(row.counts, sum.counts.entries());
          }
        }
      }
      return [...rows.values()].map(({ counts, ...row }) => ({ ...row, counts: columns.named(counts) }));
    },
  };
}

const newSeries = (interval: LedgerInterval): Series => ({ interval, sums: new Map(), goneUntil: 0 });

/** Names of what is counted, each with a place of its own. */
function columnsOf() {
  const places = new Map<string, number>();
  return {
    of(name: string): number {
      const place = places.get(name) ?? places.size;
      places.set(name, place);
      return place;
    },
    /** Without those that nothing was counted of. */
    named: (counts: readonly number[]): Record<string, number> =>
      Object.fromEntries(
        [...places].flatMap(([name, place]) => (counts[place] ? [[name, counts[place]]] : [])),
      ),
  };
}

function addTo(counts: number[], cells: Iterable<readonly [place: number, count: number]>): void {
  for (const [place, count] of cells) {
    while (counts.length <= place) counts.push(0);
    counts[place] = (counts[place] ?? 0) + count;
  }
}

/** A copy of a group, of these names or all, and what tells it from others. */
function ownGroup(
  group: LedgerEntry['group'],
  names?: ReadonlySet<string>,
): [group: LedgerEntry['group'], key: string] {
  const parts = Object.entries(group)
    .filter(([name]) => !names || names.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [Object.fromEntries(parts), JSON.stringify(parts)];
}

const isOther = (group: LedgerEntry['group']): boolean =>
  Object.values(group).every((value) => value === OTHER);
const folded = (group: LedgerEntry['group']): ReturnType<typeof ownGroup> =>
  ownGroup(Object.fromEntries(Object.keys(group).map((name) => [name, OTHER])));
