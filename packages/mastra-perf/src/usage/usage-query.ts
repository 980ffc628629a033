import * as z from 'zod/mini';
import { parseDuration, type Duration } from '../base/duration.ts';
import { parseOptions } from '../base/parse-options.ts';
import { name, oneOf, options } from '../base/schema.ts';
import type { LedgerInterval, LedgerQuery } from '../stores/ledger.ts';
import type { UsageDimension, UsageNames } from './usage-figures.ts';
import { labelName } from './usage-group.ts';
import { usageName } from './usage-name.ts';

/** A moment: a date, milliseconds since the epoch, ISO 8601, or how long ago (`'7d'`). */
export type UsageTime = Date | number | string;

/** What `perf.usage.report()` is to tell. */
export interface UsageQuery {
  /**
   * What makes a row; `[]` for one row.
   * @default ['agent', 'model']
   */
  readonly by?: readonly UsageDimension[];
  /**
   * The minute, hour, day or month in which it lies is counted whole: what is older than a day is kept by the hour, than 35 days by
   * the day, than 400 days by the month.
   * @default '30d'
   */
  readonly from?: UsageTime;
  /** @default now */
  readonly to?: UsageTime;
  /** A row for each interval of UTC, not one for the whole time. */
  readonly interval?: LedgerInterval;
  /** Only what has these values. */
  readonly where?: UsageNames;
}

const DIMENSIONS = ['agent', 'model', 'purpose', 'resource', 'user', 'via'] as const;
const BY_DEFAULT: readonly UsageDimension[] = ['agent', 'model'];
const FROM_DEFAULT: Duration = '30d';

const dimension = () =>
  z.union([oneOf(...DIMENSIONS), options(() => ({ label: name() }))], {
    error: "'agent', 'model', 'purpose', 'resource', 'user', 'via' or { label: 'team' }",
  });
const time = () =>
  z.custom<UsageTime>((value) => isTime(value), {
    error: "a Date, milliseconds since the epoch, ISO 8601 or how long ago, such as '7d'",
  });

/** Ids of resources may be of any length. */
const wanted = () =>
  z.custom<string>((given) => typeof given === 'string' && given !== '', {
    error: 'a text that is not empty',
  });

const querySchema = options(() => ({
  by: z.optional(z.array(dimension(), { error: "an array such as ['agent', 'model']" })),
  from: z.optional(time()),
  to: z.optional(time()),
  interval: z.optional(oneOf('minute', 'hour', 'day', 'month')),
  where: z.optional(
    options(() => ({
      agent: z.optional(wanted()),
      model: z.optional(wanted()),
      purpose: z.optional(wanted()),
      resource: z.optional(wanted()),
      user: z.optional(wanted()),
      via: z.optional(wanted()),
      labels: z.optional(z.record(name(), wanted(), { error: 'an object of names' })),
    })),
  ),
}));

/**
 * The same in terms of a ledger.
 *
 * @throws PerfConfigError
 */
export function usageQuestion(given: UsageQuery | undefined, now: number): LedgerQuery {
  const {
    by = BY_DEFAULT,
    from,
    to,
    interval,
    where = {},
  } = parseOptions(querySchema, given ?? {}, 'usage.report');
  const { labels = {}, ...names } = where;
  return {
    by: [...new Set(by.map((one) => (typeof one === 'string' ? one : usageName(labelName(one.label)))))],
    from: timeOf(from ?? FROM_DEFAULT, now) ?? 0,
    to: timeOf(to, now) ?? now + 1,
    ...(interval && { interval }),
    where: Object.fromEntries(
      [...Object.entries(names), ...Object.entries(labels).map(([label, is]) => [labelName(label), is])].map(
        ([one = '', is = '']) => [usageName(one), usageName(is)],
      ),
    ),
  };
}

const isTime = (value: unknown): boolean => timeOf(value, Date.UTC(2000)) !== undefined;

function timeOf(value: unknown, now: number): number | undefined {
  const ago = typeof value === 'string' ? parseDuration(value) : undefined;
  if (ago !== undefined) return Math.max(0, now - ago);
  const text = typeof value === 'string' && /^\d{4}-\d\d/.test(value) ? Date.parse(value) : Number.NaN;
  const at = value instanceof Date ? value.getTime() : typeof value === 'number' ? value : text;
  return at >= 0 && at < Number.MAX_SAFE_INTEGER ? Math.floor(at) : undefined;
}
