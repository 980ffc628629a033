import { LEDGER_RETENTION_DAYS, type LedgerInterval, type LedgerQuery } from './ledger.ts';

const FINE_TO_COARSE = ['minute', 'hour', 'day', 'month'] as const satisfies readonly LedgerInterval[];
const DAY_MS = 86_400_000;
const LENGTH_MS = { minute: 60_000, hour: 3_600_000, day: DAY_MS } as const;

/** No time that a ledger has to do with is later: the year 10,000. */
export const END_OF_TIME = Date.UTC(10_000, 0, 1);

/** Begin of the interval in which a moment lies. */
export function intervalStart(at: number, interval: LedgerInterval): number {
  if (interval === 'month') {
    const date = new Date(at);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  }
  return at - (at % LENGTH_MS[interval]);
}

/** Begin of the interval after the one in which a moment lies. */
export function intervalEnd(at: number, interval: LedgerInterval): number {
  if (interval === 'month') {
    const date = new Date(at);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
  }
  return intervalStart(at, interval) + LENGTH_MS[interval];
}

/** Begin of the earliest interval of this length that is kept. */
export const retainedSince = (now: number, interval: LedgerInterval): number =>
  intervalStart(Math.max(0, now - LEDGER_RETENTION_DAYS[interval] * DAY_MS), interval);

/** Begin of the earliest interval of a length that a ledger keeps: {@link retainedSince}, if nothing else. */
export type KeptSince = (interval: LedgerInterval) => number;

/** All intervals of a length that begin in this time. */
export interface LedgerSpan {
  readonly interval: LedgerInterval;
  readonly from: number;
  /** Not included. */
  readonly to: number;
}

/**
 * Which intervals add up to what is asked for: of one length where rows of that length are wanted, else as coarse as they
 * can be, with finer ones at both ends, at most seven spans. None overlaps another, and all of them are kept.
 */
export function ledgerSpans(
  { from: begin, to: end, interval }: Pick<LedgerQuery, 'from' | 'to' | 'interval'>,
  keptSince: KeptSince,
): LedgerSpan[] {
  const [from, to] = [within(begin), within(end)];
  if (!(from < to)) return [];
  if (interval) {
    const since = Math.max(intervalStart(from, interval), keptSince(interval));
    return nonEmpty([{ interval, from: since, to: roundedUp(to, interval) }]);
  }
  const left = Math.max(startOfKept(from, keptSince), keptSince('month'));
  return nonEmpty(composed(left, endOfKept(left, to, keptSince)));
}

function composed(from: number, to: number): LedgerSpan[] {
  const ends: LedgerSpan[] = [];
  let [left, right] = [from, to];
  for (const [index, interval] of FINE_TO_COARSE.entries()) {
    const coarser = FINE_TO_COARSE[index + 1];
    const [innerLeft, innerRight] = coarser
      ? [roundedUp(left, coarser), intervalStart(right, coarser)]
      : [right, right];
    if (!coarser || innerLeft >= innerRight) return [...ends, { interval, from: left, to: right }];
    ends.push({ interval, from: left, to: innerLeft }, { interval, from: innerRight, to: right });
    [left, right] = [innerLeft, innerRight];
  }
  return ends;
}

function startOfKept(from: number, keptSince: KeptSince): number {
  const finest = FINE_TO_COARSE.find((interval) => intervalStart(from, interval) >= keptSince(interval));
  return intervalStart(from, finest ?? 'month');
}

/**
 * Where the interval around the end is kept in finer ones only from its middle on, it is counted whole: its first half
 * would be missing.
 */
function endOfKept(left: number, to: number, keptSince: KeptSince): number {
  let finest: LedgerInterval = 'month';
  for (const interval of ['day', 'hour', 'minute'] as const) {
    if (keptSince(interval) > Math.max(left, intervalStart(to, finest))) break;
    finest = interval;
  }
  return roundedUp(to, finest);
}

const roundedUp = (at: number, interval: LedgerInterval): number =>
  intervalStart(at, interval) === at ? at : intervalEnd(at, interval);
const within = (at: number): number => Math.min(Math.max(at, 0), END_OF_TIME);
const nonEmpty = (spans: readonly LedgerSpan[]): LedgerSpan[] => spans.filter(({ from, to }) => from < to);
