import { canonicalHash } from '../base/canonical-hash.ts';
import type { BudgetScope } from './budget-options.ts';
import { createZone, type Zone } from './budget-zone.ts';

/** A window of the calendar in a time zone, or one that rolls. */
export type BudgetSpan =
  | { readonly unit: 'minute' | 'hour' | 'day' | 'week' | 'month'; readonly zone: string }
  | { readonly ms: number };

/** The part of time that a call falls into. */
export interface Period {
  readonly name: string;
  /** Names of other periods that count towards the same limit. */
  readonly others: readonly string[];
  /** Milliseconds since the epoch; of a rolling window when the first of it may be free. */
  readonly resetsAt: number;
  /** When nobody asks for it any more. */
  readonly expiresAt: number;
  /** Names the window for what happens once in it. */
  readonly once: string;
}

/** A rolling window is counted in so many parts. */
const PARTS = 12;
/** Calls that began in a window may be settled after it, and clocks may go wrong or be set back by so much. */
const AFTER_MS = 3_600_000;
const LENGTH_MS = { minute: 60_000, hour: 3_600_000 };
const DAY_MS = 86_400_000;
/** A counter's name is no longer than this, however long the identity is. */
const MAX_NAME = 256;

/** Tells the period of a moment; it remembers the last one, since time zones take microseconds to ask. */
export function periods(span: BudgetSpan): (now: number) => Period {
  if ('ms' in span) return (now) => rolling(span.ms, now);
  const { unit } = span;
  if (unit === 'minute' || unit === 'hour') {
    return (now) => {
      const begin = Math.floor(now / LENGTH_MS[unit]) * LENGTH_MS[unit];
      return calendar(`${unit} ${new Date(begin).toISOString()}`, begin + LENGTH_MS[unit]);
    };
  }
  const zone = createZone(span.zone);
  let known: { readonly from: number; readonly period: Period } | undefined;
  return (now) => {
    if (known && now >= known.from && now < known.period.resetsAt) return known.period;
    known = { from: now, period: inZone(unit, zone, now) };
    return known.period;
  };
}

function inZone(unit: 'day' | 'week' | 'month', zone: Zone, now: number): Period {
  const today = zone.dayAt(now);
  const [first, next] = DAYS[unit](today);
  return calendar(`${unit} ${new Date(first * DAY_MS).toISOString().slice(0, 10)}`, zone.beginOf(next, now));
}

/** The first day of what a day is in, and the first day after it. */
const DAYS = {
  day: (today: number) => [today, today + 1],
  week: (today: number) => {
    const monday = today - ((today + 3) % 7); // day 0 was a Thursday
    return [monday, monday + 7];
  },
  month: (today: number) => {
    const date = new Date(today * DAY_MS);
    const first = (add: number): number =>
      Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + add, 1) / DAY_MS;
    return [first(0), first(1)];
  },
} as const satisfies Record<string, (today: number) => readonly [number, number] | number[]>;

const calendar = (name: string, resetsAt: number): Period => ({
  name,
  others: [],
  resetsAt,
  expiresAt: resetsAt + AFTER_MS,
  once: name,
});

/**
 * The current part and the twelve before it always hold the whole length. The one after it counts too: another process
 * whose clock is ahead, or this one before its clock was set back, may have spent there.
 */
function rolling(ms: number, now: number): Period {
  const part = ms / PARTS;
  const current = Math.floor(now / part);
  const nameOf = (index: number): string => `${ms}ms ${index}`;
  const others = Array.from({ length: PARTS }, (_, index) => nameOf(current - PARTS + index));
  return {
    name: nameOf(current),
    others: [...others, nameOf(current + 1)],
    resetsAt: Math.ceil((current + 1) * part),
    expiresAt: Math.ceil((current + PARTS + 2) * part) + AFTER_MS,
    once: `${ms}ms once ${Math.floor(now / ms)}`,
  };
}

/**
 * Names the counter of a budget, of whom it is for (`undefined` when that is not known) and of a period. No two of them have
 * one name, whatever somebody calls himself.
 */
export function counterName(
  budget: { readonly name: string; readonly per: BudgetScope },
  scope: string | undefined,
  period: string,
): string {
  const kind = typeof budget.per === 'string' ? budget.per : [budget.per.label];
  const name = JSON.stringify([budget.name, kind, period, ...(scope === undefined ? [] : [scope])]);
  return name.length <= MAX_NAME ? name : `#${canonicalHash(name)}`;
}
