import type { CallFigures, MetricsBucket, MetricsRange, OperationFigures } from './metrics-types.ts';
import type { RangeQuery } from './metrics-query.ts';
import {
  addCalls,
  callsIn,
  DISTRIBUTIONS,
  emptyCalls,
  type CallsPart,
  type OperationPart,
  type RangePart,
} from './range-part.ts';
import { STEP_MS } from './recorder.ts';

/** As many as a page can show. */
export const MAX_GROUPS = 100;
const MAX_NAMES = 200;

/** What is told of a range. */
export function rangeOf(
  { from, to, step }: RangeQuery,
  part: RangePart,
  covered: Pick<MetricsRange, 'processes' | 'unreadable'>,
): MetricsRange {
  const total = emptyCalls();
  const buckets: MetricsBucket[] = [];
  for (let start = from, at = 0; start < to; start += STEP_MS[step], at++) {
    const calls = part.buckets.get(at) ?? emptyCalls();
    addCalls(total, calls);
    buckets.push({ start, ...figuresOf(calls) });
  }
  return {
    from,
    to,
    step,
    ...covered,
    buckets,
    total: figuresOf(total),
    groups: Array.from(part.groups.values(), ({ agent, model, calls }) => ({
      agent,
      model,
      ...figuresOf(calls),
    }))
      .toSorted((a, b) => b.calls - a.calls)
      .slice(0, MAX_GROUPS),
    operations: operationsOf(part.operations.values()),
    agents: namesOf(part.agents),
    models: namesOf(part.models),
    overflowed: part.overflowed,
  };
}

function figuresOf(calls: CallsPart): CallFigures {
  const figures: Record<string, unknown> = {};
  for (const name of DISTRIBUTIONS) {
    const stats = calls.values[name]?.stats();
    if (stats) figures[name] = stats;
  }
  const { outcomes, errors, aborted } = calls;
  return { calls: callsIn(calls), outcomes: { ...outcomes }, errors, aborted, ...figures };
}

export const operationsOf = (parts: Iterable<OperationPart>): OperationFigures[] =>
  Array.from(parts, ({ operation, name, count, errors, values }) => {
    const stats = values.stats();
    return { operation, name, count, errors, ...(stats && { stats }) };
  }).toSorted((a, b) => (a.operation + a.name < b.operation + b.name ? -1 : 1));

const namesOf = (names: ReadonlySet<string>): string[] => [...names].toSorted().slice(0, MAX_NAMES);
