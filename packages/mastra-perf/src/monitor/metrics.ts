import type { Clock } from '../base/clock.ts';
import { PerfConfigError } from '../errors.ts';
import type { Gather } from './gather.ts';
import { rangeQuery } from './metrics-query.ts';
import type { LatencySeries, PerfMetrics, Stats } from './metrics-types.ts';
import { promFamilies, type PromFigure } from './prometheus-families.ts';
import { addToRegistry } from './prometheus-registry.ts';
import { promText } from './prometheus-text.ts';
import { operationsOf, rangeOf } from './range-of.ts';
import { addOperation, collectRange, emptyPart, isFromCache, OF_CALLS } from './range-part.ts';
import type { Recorder } from './recorder.ts';
import { Sketch } from './sketch.ts';
import { timed } from './timed.ts';
import type { UsageCounters } from './usage-counters.ts';

export interface MetricsDeps {
  readonly recorder: Recorder;
  /** Records, and tells whoever else wants to know. */
  readonly record: Recorder['record'];
  readonly usage: UsageCounters;
  readonly clock: Clock;
  readonly gather: Pick<Gather, 'ask'>;
  readonly legacyCalls: () => number;
  readonly figures: () => readonly PromFigure[];
}

const MEASURED: ReadonlySet<string> = new Set([
  ...OF_CALLS,
  'provider',
  'embedding',
  'cache_read',
  'store',
  'storage',
  'queue',
]);

/** Everything that can be asked about what was measured. */
export function createMetrics(deps: MetricsDeps): PerfMetrics {
  const { recorder, record, usage, clock, gather } = deps;
  const families = () => promFamilies({ recorder, usage, figures: deps.figures });
  const ownName = (operation: unknown): string => {
    if (typeof operation === 'string' && operation !== '' && !MEASURED.has(operation)) return operation;
    throw new PerfConfigError(
      'metrics.operation',
      operation,
      `a name of your own, and none of: ${[...MEASURED].join(', ')}`,
    );
  };
  return {
    snapshot: () => ({
      series: seriesOf(recorder),
      operations: operationsIn(recorder),
      legacyCalls: deps.legacyCalls(),
      overflowed: recorder.overflowed(),
    }),
    async range(given) {
      const query = rangeQuery(given, clock.now());
      const { part, ...covered } = await gather.ask(query);
      return rangeOf(query, part, covered);
    },
    localRange(given) {
      const query = rangeQuery(given, clock.now());
      return rangeOf(query, collectRange(recorder, query), { processes: 1, unreadable: 0 });
    },
    time(operation: string, work: () => unknown): never {
      const name = ownName(operation);
      return timed(clock, work, (ms, isOk) => record(name, '', '', '', ms, isOk ? 'ok' : 'error')) as never;
    },
    record(operation, ms) {
      if (!(ms >= 0 && ms < Infinity))
        throw new PerfConfigError('metrics.record.ms', ms, 'a number of milliseconds, at least 0');
      record(ownName(operation), '', '', '', ms);
    },
    getStats: (operation) => statsOf(recorder, operation),
    prometheus: ({ format = 'prometheus' } = {}) => promText(families(), format),
    addTo: (registry) => addToRegistry(registry, families),
  };
}

function statsOf(recorder: Recorder, operation: string): Stats | undefined {
  const all = new Sketch();
  recorder.totals((labels, { values }) => {
    if (labels.operation === operation) all.merge(values);
  });
  return all.stats();
}

function operationsIn(recorder: Recorder) {
  const part = emptyPart();
  recorder.totals((labels, cell) => {
    if (!OF_CALLS.has(labels.operation)) addOperation(part, labels, cell);
  });
  return operationsOf(part.operations.values());
}

const FIELDS: Readonly<Record<string, 'ms' | 'firstPartMs' | 'tokensPerSecond'>> = {
  call: 'ms',
  first_chunk: 'firstPartMs',
  tokens_per_second: 'tokensPerSecond',
};

interface SeriesSum extends Pick<LatencySeries, 'agent' | 'model' | 'from'> {
  count: number;
  errors: number;
  aborted: number;
  readonly values: Record<'ms' | 'firstPartMs' | 'tokensPerSecond', Sketch>;
}

/** By agent, model and where the answers came from. */
function seriesOf(recorder: Recorder): LatencySeries[] {
  const sums = new Map<string, SeriesSum>();
  recorder.totals(({ operation, name, agent, model }, cell) => {
    const field = FIELDS[operation];
    if (!field) return;
    const from = isFromCache(name) ? 'cache' : 'model';
    const key = JSON.stringify([agent, model, from]);
    const sum = sums.get(key) ?? {
      ...{ agent, model, from, count: 0, errors: 0, aborted: 0 },
      values: { ms: new Sketch(), firstPartMs: new Sketch(), tokensPerSecond: new Sketch() },
    };
    sums.set(key, sum);
    sum.values[field].merge(cell.values);
    if (field !== 'ms') return;
    sum.count += cell.count;
    sum.errors += cell.errors;
    sum.aborted += cell.aborted;
  });
  return Array.from(sums.values(), ({ values, ...series }) => {
    const stats = Object.entries(values).flatMap(([field, sketch]) => {
      const told = sketch.stats();
      return told ? [[field, told] as const] : [];
    });
    return { ...series, ...Object.fromEntries(stats) };
  }).toSorted((a, b) => b.count - a.count);
}
