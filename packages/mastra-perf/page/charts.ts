import type { DashboardData, DashboardLatency } from '../src/dashboard/dashboard-data.ts';
import { createChart, type Chart, type ChartData } from './chart.ts';
import { count, duration, usd, usdUpTo } from './format.ts';

const sum = (values: ReadonlyArray<number | undefined>): number =>
  values.reduce<number>((all, value) => all + (value ?? 0), 0);
const none = (): undefined => undefined;

/** The four charts, in the order of the page. */
export function createCharts(): {
  readonly elements: readonly HTMLElement[];
  update(data: DashboardData): void;
  repaint(): void;
} {
  const calls = createChart({
    title: 'Calls by outcome',
    about: 'How calls were answered: by a model, or without one.',
    isStacked: true,
    shown: count,
    summary: sum,
    measures: [
      { label: 'Miss', colour: 'miss', kind: 'bar' },
      { label: 'Bypass', colour: 'bypass', kind: 'bar' },
      { label: 'Shared', colour: 'shared', kind: 'bar' },
      { label: 'Hit', colour: 'hit', kind: 'bar' },
      { label: 'Stale', colour: 'stale', kind: 'bar' },
      { label: 'Errors', colour: 'bad', kind: 'dot' },
    ],
  });
  const money = createChart({
    title: 'Dollars',
    about: 'What models cost, and what they would have cost beyond it.',
    shown: usd,
    shownUpTo: usdUpTo,
    summary: sum,
    isStacked: true,
    measures: [
      { label: 'Spent', colour: 'spent', kind: 'bar' },
      { label: 'Saved', colour: 'saved', kind: 'bar' },
    ],
  });
  const latency = createChart({
    title: 'Latency',
    about: 'From the call to its last part, of answers of a model.',
    shown: duration,
    summary: none,
    measures: [
      { label: 'p50', colour: 'p50', kind: 'line' },
      { label: 'p95', colour: 'p95', kind: 'line' },
      { label: 'p99', colour: 'p99', kind: 'line' },
    ],
  });
  const first = createChart({
    title: 'Time to first chunk',
    about: 'From the call to its first part with content, of streams.',
    shown: duration,
    summary: none,
    measures: [
      { label: 'p50', colour: 'p50', kind: 'line' },
      { label: 'p95', colour: 'p95', kind: 'line' },
    ],
  });
  const all: readonly Chart[] = [calls, money, latency, first];

  return {
    elements: all.map(({ element }) => element),
    update({ series, bucketMs, latency: times, totals }) {
      const at = series.map((bucket) => bucket.at);
      calls.update({
        at,
        bucketMs,
        values: (['misses', 'bypassed', 'shared', 'hits', 'stale', 'errors'] as const).map((name) =>
          series.map((bucket) => bucket[name]),
        ),
        totals: [totals.misses, totals.bypassed, totals.shared, totals.hits, totals.stale, totals.errors],
      });
      money.update({
        at,
        bucketMs,
        values: [series.map((bucket) => bucket.usd), series.map((bucket) => bucket.savedUsd)],
        totals: [totals.spent.usd, totals.saved.usd],
      });
      latency.update(timesOf(times, 'call', ['p50', 'p95', 'p99']));
      first.update(timesOf(times, 'firstPart', ['p50', 'p95']));
    },
    repaint() {
      for (const chart of all) chart.repaint();
    },
  };
}

function timesOf(
  latency: DashboardLatency,
  of: 'call' | 'firstPart',
  which: ReadonlyArray<'p50' | 'p95' | 'p99'>,
): ChartData {
  const { series } = latency;
  const bucketMs = series.length > 1 ? (series[1]?.at ?? 0) - (series[0]?.at ?? 0) : 60_000;
  return {
    at: series.map(({ at }) => at),
    bucketMs,
    values: which.map((name) => series.map((point) => point[of]?.[name])),
    totals: which.map((name) => latency[of]?.[name]),
  };
}
