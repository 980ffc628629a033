import * as z from 'zod/mini';
import { duration, name, oneOf, options } from '../base/schema.ts';
import type { ModelLike } from '../pipeline/model-proxy.ts';
import type { BudgetLimit, BudgetUnit } from './budget-options.ts';

/* Schemas of single fields of a budget. */

/** In nano-dollars, 9 million dollars are the most that sums hold exactly; the same for tokens and calls. */
const MOST: Readonly<Record<BudgetUnit, number>> = { usd: 9_000_000, tokens: 9e15, calls: 9e15 };
const SAYS: Readonly<Record<BudgetUnit, string>> = {
  usd: 'dollars from 0 to 9000000',
  tokens: 'a whole number of tokens from 0 to 9e15',
  calls: 'a whole number of calls from 0 to 9e15',
};
const CALENDAR = ['minute', 'hour', 'day', 'week', 'month'] as const;
const SCOPES = ['total', 'resource', 'user', 'agent', 'model'] as const;
const MINUTE_MS = 60_000;

/** Whether a limit is one, also one that a function has returned. */
export const isLimit = (value: unknown, unit: BudgetUnit): value is number =>
  value === Infinity ||
  (typeof value === 'number' &&
    value >= 0 &&
    value <= MOST[unit] &&
    (unit === 'usd' || Number.isSafeInteger(value)));

export const limit = (unit: BudgetUnit) =>
  z.custom<BudgetLimit>((value) => typeof value === 'function' || isLimit(value, unit), {
    error: `${SAYS[unit]}, Infinity for none, or a function that returns one`,
  });

export const timezone = () =>
  z.custom<string>(isZone, { error: "an IANA time zone such as 'Europe/Berlin'" });

function isZone(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: value }));
  } catch {
    return false; // a RangeError: the question was whether there is one
  }
}

const rolling = () =>
  z.pipe(
    duration('366d'),
    z.custom<number>((ms) => (ms as number) >= MINUTE_MS),
  );
export const budgetWindow = () =>
  z.union([z.custom<(typeof CALENDAR)[number]>((value) => CALENDAR.includes(value as 'day')), rolling()], {
    error: "'minute', 'hour', 'day', 'week', 'month', or a duration from '1m' to '366d' for a rolling window",
  });

export const scope = () =>
  z.union([oneOf(...SCOPES), options(() => ({ label: name() }))], {
    error: "'total', 'resource', 'user', 'agent', 'model' or { label: '…' }",
  });

const isModel = (value: unknown): value is ModelLike => {
  if (typeof value !== 'object' || value === null) return false;
  const { doGenerate, doStream, provider, modelId } = value as Partial<ModelLike>;
  return (
    typeof doGenerate === 'function' &&
    typeof doStream === 'function' &&
    typeof provider === 'string' &&
    typeof modelId === 'string'
  );
};
export const degrade = () =>
  z.custom<ModelLike | 'only-if-cached'>((value) => value === 'only-if-cached' || isModel(value), {
    error: "'only-if-cached' or a language model with doGenerate and doStream",
  });

const thresholdsError = 'an array of at most 20 numbers above 0, up to 10 (1 is the whole limit)';
export const thresholds = () =>
  z
    .array(
      z.custom<number>((value) => typeof value === 'number' && value > 0 && value <= 10, {
        error: thresholdsError,
      }),
      { error: thresholdsError },
    )
    .check(z.maxLength(20, { error: thresholdsError }));

export const timesUsual = () =>
  z.custom<number>((value) => typeof value === 'number' && value > 1 && value <= 1000, {
    error: 'a number above 1, up to 1000 (3 tells of an hour that has cost three times the usual)',
  });
