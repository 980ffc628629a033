/** Durations in ms; `p50` and its like are at most 2.5 % away from the real ones. */
export interface DurationStats {
  readonly count: number;
  readonly totalMs: number;
  readonly maxMs: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface Histogram {
  record(ms: number): void;
  stats(): DurationStats;
}

/** Buckets grow by 5 % from 10 µs on: 450 of them reach ten hours. */
const GROWTH = Math.log(1.05);
const SMALLEST_MS = 0.01;
const BUCKETS = 450;

export function createHistogram(): Histogram {
  const counts = new Uint32Array(BUCKETS);
  let [count, totalMs, maxMs] = [0, 0, 0];
  const at = (share: number): number => {
    let left = Math.ceil(share * count);
    const bucket = counts.findIndex((some) => (left -= some) <= 0);
    return count === 0 ? 0 : Math.min(maxMs, SMALLEST_MS * Math.exp(GROWTH * (bucket - 0.5)));
  };
  return {
    record(given) {
      const ms = Math.max(0, given);
      const bucket = Math.ceil(Math.log(Math.max(ms, SMALLEST_MS) / SMALLEST_MS) / GROWTH);
      const place = Math.min(bucket, BUCKETS - 1);
      counts[place] = (counts[place] ?? 0) + 1;
      count++;
      totalMs += ms;
      maxMs = Math.max(maxMs, ms);
    },
    stats: () => ({ count, totalMs, maxMs, p50: at(0.5), p95: at(0.95), p99: at(0.99) }),
  };
}
