import * as z from 'zod/mini';
import { parseOptions } from '../base/parse-options.ts';
import { name, oneOf, options } from '../base/schema.ts';
import { PerfConfigError } from '../errors.ts';
import type { MetricsQuery } from './metrics-types.ts';
import { KEPT, STEP_MS, type Step } from './recorder.ts';

/** A query in whole minutes or hours, the same for all processes. `from` is the begin of the first bucket, `to` the end of the last one. */
export interface RangeQuery {
  readonly from: number;
  readonly to: number;
  readonly step: Step;
  readonly agent?: string | undefined;
  readonly model?: string | undefined;
}

const time = () =>
  z.custom<Date | number | string>((value) => timeOf(value) !== undefined, {
    error: 'a Date, milliseconds since the epoch or an ISO 8601 text',
  });

const schema = options(() => ({
  from: z.optional(time()),
  to: z.optional(time()),
  step: z.optional(oneOf('minute', 'hour')),
  agent: z.optional(name()),
  model: z.optional(name()),
}));

/** What is older than is kept, or still to come, is left out. @throws PerfConfigError */
export function rangeQuery(given: MetricsQuery | undefined, now: number): RangeQuery {
  const { from: begin, to: end, agent, model, ...rest } = parseOptions(schema, given ?? {}, 'metrics.range');
  const last = Math.min(timeOf(end) ?? now, now);
  const first = timeOf(begin);
  const step = rest.step ?? (first === undefined || first >= now - 61 * STEP_MS.minute ? 'minute' : 'hour');
  if (first !== undefined && first > last)
    throw new PerfConfigError('metrics.range.from', begin, 'a moment before `to` and before now');
  const ms = STEP_MS[step];
  const to = floor(last, ms) + ms;
  const earliest = to - KEPT[step] * ms;
  const from = Math.max(floor(first ?? earliest, ms), earliest);
  return { from, to, step, ...(agent !== undefined && { agent }), ...(model !== undefined && { model }) };
}

/** One that another process has sent; `undefined` for anything else. */
export function readRangeQuery(given: unknown): RangeQuery | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const { from, to, step, agent, model } = given as Record<string, unknown>;
  if (step !== 'minute' && step !== 'hour') return undefined;
  const ms = STEP_MS[step];
  if (!isWhole(from, ms) || !isWhole(to, ms) || from >= to || to - from > KEPT[step] * ms) return undefined;
  if (!isName(agent) || !isName(model)) return undefined;
  return { from, to, step, agent, model };
}

const isWhole = (value: unknown, ms: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) % ms === 0;
const isName = (value: unknown): value is string | undefined =>
  value === undefined || (typeof value === 'string' && value.length <= 200);
const floor = (value: number, ms: number): number => value - (value % ms);

function timeOf(value: unknown): number | undefined {
  const text = typeof value === 'string' && /^\d{4}-\d\d/.test(value) ? Date.parse(value) : Number.NaN;
  const at = value instanceof Date ? value.getTime() : typeof value === 'number' ? value : text;
  return at >= 0 && at < Number.MAX_SAFE_INTEGER ? Math.floor(at) : undefined;
}
