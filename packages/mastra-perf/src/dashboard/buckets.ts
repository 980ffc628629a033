import type { DashboardBucket } from './dashboard-data.ts';
import type { ReportRow } from './sources.ts';

export interface BucketRange {
  readonly from: number;
  readonly to: number;
  readonly bucketMs: number;
}

type Sums = Omit<DashboardBucket, 'at'>;

/** Rows of intervals, summed up to equal buckets; also those in which nothing happened. */
export function bucketsOf(
  rows: readonly ReportRow[],
  { from, to, bucketMs }: BucketRange,
): readonly DashboardBucket[] {
  const buckets: Array<{ at: number; sums: Record<keyof Sums, number> }> = [];
  for (let at = from; at < to; at += bucketMs) buckets.push({ at, sums: { ...NOTHING } });
  for (const row of rows) {
    const start = Date.parse(row.start ?? '');
    // The interval that `from` lies in counts whole, so it may begin before it.
    const bucket = buckets[Math.max(0, Math.floor((start - from) / bucketMs))];
    if (!bucket) continue;
    const { sums } = bucket;
    for (const name of ['misses', 'hits', 'stale', 'shared', 'bypassed', 'errors'] as const)
      sums[name] += row[name];
    sums.tokens += row.spent.inputTokens + row.spent.outputTokens;
    sums.usd += nano(row.spent.usd);
    sums.savedUsd += nano(row.saved.usd);
  }
  return buckets.map(({ at, sums }) => ({
    at,
    ...sums,
    usd: sums.usd / 1e9,
    savedUsd: sums.savedUsd / 1e9,
  }));
}

/** Whole numbers, as the ledger has them: sums of fractions would depend on their order. */
const nano = (usd: number): number => Math.round(usd * 1e9);

const NOTHING: Sums = {
  misses: 0,
  hits: 0,
  stale: 0,
  shared: 0,
  bypassed: 0,
  errors: 0,
  tokens: 0,
  usd: 0,
  savedUsd: 0,
};
