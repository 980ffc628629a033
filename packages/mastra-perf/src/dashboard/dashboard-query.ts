import { RANGES, type DashboardQuery, type DashboardRange } from './dashboard-data.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long a range is, and how it is cut: a ledger has sums by the minute of a day only, and by the hour of a month. */
const CUTS: Readonly<
  Record<
    DashboardRange,
    { readonly ms: number; readonly bucketMs: number; readonly interval: 'minute' | 'hour' | 'day' }
  >
> = {
  '15m': { ms: 15 * MINUTE, bucketMs: MINUTE, interval: 'minute' },
  '1h': { ms: HOUR, bucketMs: MINUTE, interval: 'minute' },
  '6h': { ms: 6 * HOUR, bucketMs: 5 * MINUTE, interval: 'minute' },
  '24h': { ms: DAY, bucketMs: HOUR, interval: 'hour' },
  '7d': { ms: 7 * DAY, bucketMs: 6 * HOUR, interval: 'hour' },
  '30d': { ms: 30 * DAY, bucketMs: DAY, interval: 'day' },
};

export interface TimeCut {
  readonly from: number;
  readonly to: number;
  readonly bucketMs: number;
  readonly interval: 'minute' | 'hour' | 'day';
}

/** Whole buckets of UTC, the one that `now` lies in included. */
export function cutOf(range: DashboardRange, now: number): TimeCut {
  const { ms, bucketMs, interval } = CUTS[range];
  const to = (Math.floor(now / bucketMs) + 1) * bucketMs;
  return { from: to - ms, to, bucketMs, interval };
}

const MAX_NAME = 500;

/** `undefined` of what is none: another range, a name that is too long, the same twice, a parameter that is not known. */
export function readQuery(parameters: URLSearchParams): DashboardQuery | undefined {
  const given = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (!['range', 'agent', 'model', 'apiKey'].includes(name) || given.has(name) || value.length > MAX_NAME)
      return undefined;
    given.set(name, value);
  }
  const range = RANGES.find((one) => one === (given.get('range') ?? '1h'));
  const [agent, model] = [given.get('agent'), given.get('model')];
  return range && { range, ...(agent && { agent }), ...(model && { model }) };
}
