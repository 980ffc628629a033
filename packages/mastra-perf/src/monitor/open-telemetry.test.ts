import { metrics, trace, context, type Span } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type HistogramMetricData,
  type MetricData,
} from '@opentelemetry/sdk-metrics';
import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, describe, expect, it } from 'vitest';
import { openTelemetry } from './open-telemetry.ts';
import type { ProviderCall } from './provider-calls.ts';

const OPENAI = { provider: 'openai.chat', modelId: 'gpt-4o-mini', specification: 'v3' };

function setUp() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  const read = async (): Promise<Map<string, MetricData>> => {
    exporter.reset();
    await reader.forceFlush();
    const told = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
    return new Map(told.flatMap((scope) => scope.metrics).map((metric) => [metric.descriptor.name, metric]));
  };
  return { read };
}

/** What it must never do. */
const fault = (_where: string, error: unknown): never => {
  throw error;
};
const create = () => openTelemetry({ fault });
const countIn = ({ value }: { readonly value: unknown }): number =>
  (value as { readonly count: number }).count;
const call = (changes: Partial<ProviderCall> = {}): ProviderCall => ({
  operation: 'chat',
  agent: 'support',
  model: OPENAI,
  status: 'ok',
  ms: 1500,
  ...changes,
});
const loaded = () => new Promise((resolve) => setTimeout(resolve, 0));

afterEach(() => {
  metrics.disable();
  trace.disable();
  context.disable();
});

describe('OpenTelemetry', () => {
  it('is told of requests by the GenAI conventions', async () => {
    const { read } = setUp();
    const otel = create();
    otel.provider(call({ firstPartMs: 300, inputTokens: 100, outputTokens: 20 }));
    await loaded();
    otel.provider(
      call({ status: 'error', ms: 10, error: Object.assign(new Error('no'), { statusCode: 429 }) }),
    );
    otel.provider(call({ operation: 'embeddings', ms: 20, inputTokens: 7 }));
    const told = await read();
    const attributes = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o-mini',
      'gen_ai.agent.name': 'support',
    };
    const duration = told.get('gen_ai.client.operation.duration') as HistogramMetricData;
    expect(duration.descriptor).toMatchObject({ unit: 's', type: 'HISTOGRAM' });
    expect(duration.dataPoints.map(({ attributes: of, value }) => [of, value.sum])).toEqual([
      [attributes, 1.5],
      [{ ...attributes, 'error.type': '429' }, 0.01],
      [{ ...attributes, 'gen_ai.operation.name': 'embeddings' }, 0.02],
    ]);
    expect(duration.dataPoints[0]?.value.buckets.boundaries).toEqual([
      0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
    ]);
    const tokens = told.get('gen_ai.client.token.usage') as HistogramMetricData;
    expect(tokens.descriptor.unit).toBe('{token}');
    expect(tokens.dataPoints.map(({ attributes: of, value }) => [of, value.sum])).toEqual([
      [{ ...attributes, 'gen_ai.token.type': 'input' }, 100],
      [{ ...attributes, 'gen_ai.token.type': 'output' }, 20],
      [{ ...attributes, 'gen_ai.operation.name': 'embeddings', 'gen_ai.token.type': 'input' }, 7],
    ]);
    expect(tokens.dataPoints[0]?.value.buckets.boundaries.slice(0, 4)).toEqual([1, 4, 16, 64]);
    const first = told.get('gen_ai.client.operation.time_to_first_chunk') as HistogramMetricData;
    expect(first.descriptor.unit).toBe('s');
    expect(first.dataPoints.map(({ value }) => value.sum)).toEqual([0.3]);
  });

  it('is told of the rest under names of its own, in base units', async () => {
    const { read } = setUp();
    const otel = create();
    otel.record('call', 'hit', 'support', 'openai/gpt-4o-mini', 2);
    otel.record('call', 'miss', 'support', 'openai/gpt-4o-mini', 2, 'aborted');
    otel.record('tokens_per_second', 'miss', 'support', 'openai/gpt-4o-mini', 42);
    otel.record('cache_read', 'memory', '', '', 0.1);
    otel.record('store', 'getMany', '', '', 3);
    otel.record('queue', 'concurrency', 'support', 'openai/gpt-4o-mini', 250);
    otel.record('search', '', '', '', 9);
    otel.usage('support', 'openai/gpt-4o-mini', {
      nanoUsd: 3e9,
      savedNanoUsd: 1e9,
      savedInputTokens: 5,
      savedMs: 500,
    });
    otel.budget('exceeded', 'daily');
    await loaded();
    const told = await read();
    const points = [...told.values()].flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => [
        descriptor.name,
        descriptor.unit,
        typeof value === 'number' ? value : (value as { sum: number }).sum,
        Object.fromEntries(Object.entries(attributes).filter(([name]) => !name.startsWith('gen_ai.'))),
      ]),
    );
    expect(points).toEqual([
      ['mastra_perf.call.duration', 's', 0.002, { 'mastra_perf.outcome': 'hit' }],
      ['mastra_perf.call.duration', 's', 0.002, { 'mastra_perf.outcome': 'miss', 'error.type': 'aborted' }],
      ['mastra_perf.call.output_rate', '{token}/s', 42, { 'mastra_perf.outcome': 'miss' }],
      ['mastra_perf.cache.read.duration', 's', 0.0001, { 'mastra_perf.cache.tier': 'memory' }],
      ['mastra_perf.store.operation.duration', 's', 0.003, { 'mastra_perf.operation': 'getMany' }],
      ['mastra_perf.queue.duration', 's', 0.25, { 'mastra_perf.limit': 'concurrency' }],
      ['mastra_perf.operation.duration', 's', 0.009, { 'mastra_perf.operation': 'search' }],
      ['mastra_perf.cost', '{USD}', 3, {}],
      ['mastra_perf.saved.cost', '{USD}', 1, {}],
      ['mastra_perf.saved.tokens', '{token}', 5, {}],
      ['mastra_perf.saved.time', 's', 0.5, {}],
      [
        'mastra_perf.budget.events',
        '{event}',
        1,
        { 'mastra_perf.budget': 'daily', 'mastra_perf.kind': 'exceeded' },
      ],
    ]);
    expect(told.get('mastra_perf.cost')?.dataPoints[0]?.attributes).toEqual({
      'gen_ai.agent.name': 'support',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o-mini',
    });
  });

  it('is told of a bounded number of names', async () => {
    const { read } = setUp();
    const otel = create();
    for (let at = 0; at < 900; at++) otel.record('call', 'miss', `agent ${at}`, 'openai/m', 5);
    await loaded();
    const points = (await read()).get('mastra_perf.call.duration')?.dataPoints ?? [];
    expect(points).toHaveLength(201);
    const others = points.filter(({ attributes }) => attributes['gen_ai.agent.name'] === '(other)');
    expect(others.map(countIn)).toEqual([700]);
  });

  it('goes on with the provider that an application has put in the place of another one', async () => {
    setUp();
    const otel = create();
    otel.record('search', '', '', '', 9);
    await loaded();
    metrics.disable();
    otel.record('search', '', '', '', 9);
    const { read } = setUp();
    otel.record('search', '', '', '', 9);
    const points = (await read()).get('mastra_perf.operation.duration')?.dataPoints ?? [];
    expect(points.map(countIn)).toEqual([1]);
  });

  it('is not loaded where no application uses it', async () => {
    let loads = 0;
    const otel = openTelemetry({
      load: () => Promise.reject(new Error(`${++loads}`)),
      fault,
    });
    otel.provider(call());
    otel.record('call', 'miss', 'a', 'm', 5);
    otel.mark({ a: 1 });
    await loaded();
    expect(loads).toBe(0);
  });

  it('tells once that the API is not installed, and fails nothing', async () => {
    setUp();
    const told: unknown[] = [];
    const failure = new Error('Cannot find package');
    const otel = openTelemetry({
      load: () => Promise.reject(failure),
      fault: (_where, error) => told.push(error),
    });
    for (let at = 0; at < 3; at++) {
      otel.record('call', 'miss', 'a', 'm', 5);
      await loaded();
    }
    expect(told).toEqual([failure]);
  });

  it('has attributes added to the span that is active', async () => {
    const active = new AsyncLocalStorage<unknown>();
    context.setGlobalContextManager({
      active: () => active.getStore() ?? ROOT,
      with: (of: unknown, work: () => unknown) => active.run(of, work),
      bind: (_: unknown, target: unknown) => target,
      enable: () => undefined,
      disable: () => undefined,
    } as never);
    trace.setGlobalTracerProvider({ getTracer: () => ({}) } as never);
    const otel = create();
    otel.mark({ 'mastra_perf.outcome': 'miss' });
    await loaded();
    const set: unknown[] = [];
    const span = { setAttributes: (given: unknown) => set.push(given) } as unknown as Span;
    context.with(trace.setSpan(ROOT, span), () => otel.mark({ 'mastra_perf.outcome': 'hit' }));
    otel.mark({ 'mastra_perf.outcome': 'stale' });
    expect(set).toEqual([{ 'mastra_perf.outcome': 'hit' }]);
  });
});

const ROOT = (await import('@opentelemetry/api')).ROOT_CONTEXT;
