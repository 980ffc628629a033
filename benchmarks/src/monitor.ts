import { createHistogram } from 'node:perf_hooks';
import { DDSketch } from '@datadog/sketches-js';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import { mockModel } from '@mastra-perf/testkit';
import { build } from 'hdr-histogram-js';
import { createPerf, PerformanceMonitor, type PerfOptions } from 'mastra-perf';
import promClient from 'prom-client';
import { createRecorder, packSketch, Sketch, systemClock } from './inside-mastra-perf.ts';
import { medians, type Case } from './measure.ts';
import { median } from './median.ts';
import { openPages } from './open-pages.ts';
import type { Table } from './table.ts';
import { versionsLine } from './versions.ts';

const VALUES = 1_000_000;
const BATCH = 10_000;
const AIM_NS = 100;
const LABEL_SETS = 10_000;
const ROUNDS = { warm: 1500, measured: 3000 };
const MODEL_ROUNDS = { warm: 5000, measured: 20_000 };
const AIM_OVERHEAD = 1.05;

/** What it takes to measure. */
export const monitor = async (): Promise<readonly Table[]> => [
  recording(),
  memory(),
  ...(await overhead()),
  await openPages(),
];

/** Milliseconds as model calls take them: lognormal, most between 100 and 2,000. */
function latencies(): Float64Array {
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  return Float64Array.from({ length: VALUES }, () => Math.exp(6 + 0.8 * normal()));
}

const exactAt = (sorted: Float64Array, share: number): number =>
  sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;

interface Histogram {
  readonly name: string;
  readonly record: (ms: number) => void;
  /** The 99th percentile, where it tells one. */
  readonly p99?: () => number | undefined;
}

function histograms(): Histogram[] {
  const sketch = new Sketch();
  const recorder = createRecorder({ clock: systemClock });
  const standalone = new PerformanceMonitor();
  const native = createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 2 });
  const hdr = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 3_600_000_000,
    numberOfSignificantValueDigits: 2,
  });
  const datadog = new DDSketch({ relativeAccuracy: 0.01 });
  const registry = new promClient.Registry();
  const buckets = promClient.exponentialBuckets(0.001, 1.5, 30);
  const plain = new promClient.Histogram({ name: 'plain', help: 'h', buckets, registers: [registry] });
  const labelled = new promClient.Histogram({
    name: 'labelled',
    help: 'h',
    buckets,
    labelNames: ['agent', 'model', 'outcome'],
    registers: [registry],
  });
  const micros = (ms: number): number => Math.max(1, Math.round(ms * 1000));
  return [
    { name: OURS, record: (ms) => void sketch.add(ms), p99: () => sketch.stats()?.p99 },
    {
      name: 'mastra-perf, by agent and model, three windows',
      record: (ms) => recorder.record('call', 'miss', 'support', 'openai/gpt-4o-mini', ms),
    },
    {
      name: 'PerformanceMonitor.record()',
      record: (ms) => standalone.record('call', ms),
      p99: () => standalone.getStats('call')?.p99,
    },
    {
      name: 'perf_hooks.createHistogram(), 2 figures',
      record: (ms) => native.record(micros(ms)),
      p99: () => native.percentile(99) / 1000,
    },
    {
      name: 'hdr-histogram-js, 2 digits',
      record: (ms) => hdr.recordValue(micros(ms)),
      p99: () => hdr.getValueAtPercentile(99) / 1000,
    },
    {
      name: '@datadog/sketches-js, 1 %',
      record: (ms) => datadog.accept(ms),
      p99: () => datadog.getValueAtQuantile(0.99),
    },
    { name: 'prom-client, 30 buckets', record: (ms) => plain.observe(ms / 1000) },
    {
      name: 'prom-client, 30 buckets, 3 labels',
      record: (ms) =>
        labelled.observe({ agent: 'support', model: 'openai/gpt-4o-mini', outcome: 'miss' }, ms / 1000),
    },
  ];
}

const OURS = 'mastra-perf, sketch';

function recording(): Table {
  const values = latencies();
  const sorted = values.toSorted();
  const exact = exactAt(sorted, 0.99);
  const all = histograms();
  const times = new Map<string, number[]>(all.map(({ name }) => [name, []]));
  // Interleaved, so that whatever else the machine does falls on all of them alike.
  for (let at = 0; at < VALUES; at += BATCH) {
    const batch = values.subarray(at, at + BATCH);
    for (const { name, record } of all) {
      const begun = performance.now();
      for (const value of batch) record(value);
      times.get(name)?.push(((performance.now() - begun) * 1e6) / BATCH);
    }
  }
  const nanos = new Map(all.map(({ name }) => [name, median(times.get(name) ?? [])]));
  const ours = nanos.get(OURS) ?? Number.NaN;
  const rows = all.map(({ name, p99 }) => {
    const [ns, told] = [nanos.get(name) ?? Number.NaN, p99?.()];
    const error = told === undefined ? '' : `${((told / exact - 1) * 100).toFixed(2)} %`;
    return [name, ns.toFixed(0), (ns / ours).toFixed(1), error];
  });
  return {
    title: 'To record one value',
    columns: ['histogram', 'median ns', 'ratio to ours', 'p99 is off by'],
    rows,
    notes: [
      `${VALUES} lognormal latencies in interleaved batches of ${BATCH}; the median batch counts. "Three windows" is what a call takes: since the process began, this minute, this hour.`,
      versionsLine('@datadog/sketches-js', 'hdr-histogram-js', 'prom-client'),
    ],
    wrong: [...nanos].flatMap(([name, ns]) =>
      name === OURS && ns > AIM_NS ? [`${name} takes ${ns.toFixed(0)} ns, not ${AIM_NS}`] : [],
    ),
  };
}

function memory(): Table {
  const heap = (): number => {
    globalThis.gc?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const values = latencies();
  const rows: string[][] = [];
  const wrong: string[] = [];
  const kept: unknown[] = [];
  for (const { name, minutes } of [
    { name: 'one minute', minutes: 1 },
    { name: 'a day, each every 10 minutes', minutes: 1440 },
  ]) {
    let now = Date.now();
    const before = heap();
    const recorder = createRecorder({ clock: { now: () => now } });
    kept.push(recorder);
    let recorded = 0;
    for (let minute = 0; minute < minutes; minute++, now += 60_000)
      for (let at = minutes === 1 ? 0 : minute % 10; at < LABEL_SETS; at += minutes === 1 ? 1 : 10)
        recorder.record(
          'call',
          'miss',
          `agent ${at}`,
          'openai/gpt-4o-mini',
          values[recorded++ % VALUES] ?? 1,
        );
    let places = 0;
    recorder.totals(() => places++);
    const [told, measured] = [recorder.bytes() / 1e6, (heap() - before) / 1e6];
    rows.push([
      name,
      `${recorded}`,
      `${places}`,
      `${recorder.overflowed()}`,
      told.toFixed(1),
      globalThis.gc ? measured.toFixed(1) : '',
    ]);
    if (told > 40) wrong.push(`${name}: ${told.toFixed(0)} MB`);
  }
  const sketch = new Sketch();
  for (const value of values.subarray(0, 10_000)) sketch.add(value);
  return {
    title: `Memory with ${LABEL_SETS} label sets`,
    columns: [
      'recorded in',
      'values',
      'label sets kept',
      'counted as other',
      'MB by its own count',
      'MB of heap',
    ],
    rows,
    notes: [
      `A sketch of 10,000 latencies takes ${sketch.bytes} bytes, and ${JSON.stringify(packSketch(sketch)).length} as text for another process. Heap only with node --expose-gc.`,
    ],
    wrong,
  };
}

const ALONE = 'Mastra alone';
const OFF = 'latency off';

async function overhead(): Promise<Table[]> {
  const cases: ReadonlyArray<readonly [string, PerfOptions | undefined]> = [
    [ALONE, undefined],
    [OFF, { latency: false, dashboard: false }],
    ['all on', {}],
  ];
  const asked = await medians(
    cases.map(([name, options]) => asking(name, options)),
    ROUNDS,
  );
  const called = await medians(
    cases.slice(1).map(([name, options]) => calling(name, options ?? {})),
    MODEL_ROUNDS,
  );
  const plain = asked.get(ALONE) ?? Number.NaN;
  const rows = [...asked].map(([name, ms]) => [
    'agent.generate()',
    name,
    (ms * 1000).toFixed(1),
    (ms / plain).toFixed(3),
  ]);
  const off = called.get(OFF) ?? Number.NaN;
  for (const [name, ms] of called)
    rows.push(['perf.model()', name, (ms * 1000).toFixed(1), (ms / off).toFixed(3)]);
  const ratio = (asked.get('all on') ?? Number.NaN) / (asked.get(OFF) ?? Number.NaN);
  return [
    {
      title: 'What it adds to a call that the model answers, model without latency',
      columns: ['call', 'case', 'median us', 'ratio to the first'],
      rows,
      notes: [
        `${ROUNDS.measured} interleaved rounds after ${ROUNDS.warm} to warm up (perf.model() ${MODEL_ROUNDS.measured} after ${MODEL_ROUNDS.warm}), in one process. The aim is ${AIM_OVERHEAD} times the call without what is measured; the whole plugin beside Mastra alone is in call-overhead as well.`,
      ],
      wrong: ratio > AIM_OVERHEAD ? [`all on is ${ratio.toFixed(3)} times "${OFF}"`] : [],
    },
  ];
}

const mock = () => mockModel({ spec: 'v3', provider: 'openai.chat', modelId: 'gpt-4o-mini' });

function asking(name: string, options: PerfOptions | undefined): Case {
  const agent = new Agent({ id: 'a', name: 'a', instructions: 'Answer briefly.', model: mock() });
  new Mastra({
    agents: { a: agent },
    logger: false,
    storage: new InMemoryStore(),
    ...(options && { processors: { perf: createPerf(options) } }),
  });
  return { name, run: (round) => agent.generate(`Question ${round}?`) };
}

function calling(name: string, options: PerfOptions): Case {
  const model = createPerf({ cache: false, coalesce: false, ...options }).model(mock());
  return {
    name,
    run: (round) =>
      model.doGenerate({
        prompt: [{ role: 'user', content: [{ type: 'text', text: `Question ${round}?` }] }],
      }),
  };
}
