import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import { Memory } from '@mastra/memory';
import { Observability, TestExporter } from '@mastra/observability';
import { mockEmbedder, mockModel, until } from '@mastra-perf/testkit';
import { metrics as otel } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type HistogramMetricData,
} from '@opentelemetry/sdk-metrics';
import { afterEach, describe, expect, it } from 'vitest';
import { createPerf, memoryStore, type PerfOptions } from '../src/index.ts';

/* What is measured of real agents, and where it can be read. */

const closing: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  otel.disable();
});

function setUp(options: PerfOptions = {}, extra: object = {}, config: object = {}) {
  const perf = createPerf(options);
  closing.push(perf.close);
  const model = mockModel({
    spec: 'v3',
    provider: 'openai.chat',
    modelId: 'gpt-4o-mini',
    respond: ({ prompt }) =>
      JSON.stringify(prompt).includes('FAIL') ? { error: new TypeError('no') } : { text: 'a b c' },
  });
  const agent = new Agent({
    id: 'support',
    name: 'support',
    instructions: 'i',
    model,
    maxRetries: 0,
    ...extra,
  });
  const mastra = new Mastra({
    agents: { support: agent },
    logger: false,
    storage: new InMemoryStore(),
    processors: { perf },
    ...config,
  });
  const stream = async (question: string, more: object = {}) => {
    const result = await agent.stream(question, more);
    for await (const _ of result.textStream);
  };
  return { perf, agent, mastra, model, stream };
}

describe('perf.metrics', () => {
  it('tells calls by outcome, of this process and by the minute', async () => {
    const { perf, agent, stream } = setUp();
    for (let at = 0; at < 3; at++) await agent.generate(`question ${at}`);
    await agent.generate('question 0');
    await stream('streamed');
    await stream('streamed');
    await expect(agent.generate('FAIL')).rejects.toThrow('no');
    const { total, buckets, groups, processes } = await perf.metrics.range();
    expect(processes).toBe(1);
    expect(total).toMatchObject({
      calls: 7,
      outcomes: { miss: 5, hit: 2, stale: 0, shared: 0, bypass: 0 },
      errors: 1,
      aborted: 0,
      call: { count: 4 },
      firstChunk: { count: 1 },
      cachedCall: { count: 2 },
      tokensPerSecond: { count: 4 },
    });
    expect(buckets.reduce((sum, { calls }) => sum + calls, 0)).toBe(7);
    expect(groups).toMatchObject([{ agent: 'support', model: 'openai/gpt-4o-mini', calls: 7 }]);
    expect((await perf.report()).calls).toBe(7);
    expect(perf.metrics.getStats('call')).toMatchObject({ count: 6 });
    expect(perf.metrics.getStats('provider')).toMatchObject({ count: 4 });
    expect(perf.metrics.snapshot().series).toMatchObject([
      { from: 'model', count: 5, errors: 1, ms: { count: 4 }, firstPartMs: { count: 1 } },
      { from: 'cache', count: 2 },
    ]);
  });

  it('tells what cache, store, storage, embeddings and the application take', async () => {
    const embedder = mockEmbedder({ spec: 'v3' });
    const { perf, agent } = setUp({ store: memoryStore() }, { memory: new Memory() });
    await agent.generate('question', { memory: { thread: 't', resource: 'r' } });
    await perf.embedder(embedder).doEmbed({ values: ['text'] });
    expect(await perf.metrics.time('search', async () => 5)).toBe(5);
    await expect(perf.metrics.time('search', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const { operations } = perf.metrics.snapshot();
    const of = (asked: string) => operations.filter(({ operation }) => operation === asked);
    expect(of('cache_read').map(({ name, count }) => [name, count])).toEqual([
      ['memory', 1],
      ['store', 1],
    ]);
    expect(of('embedding')).toMatchObject([{ count: 1, errors: 0 }]);
    expect(of('provider')).toMatchObject([{ count: 1 }]);
    expect(of('search')).toMatchObject([{ count: 2, errors: 1, stats: { count: 1 } }]);
    expect(of('store').map(({ name }) => name)).toContain('getMany');
    expect(of('storage').map(({ name }) => name)).toContain('saveMessages');
    expect(of('storage').every(({ count, stats }) => count === stats?.count)).toBe(true);
    expect(() => perf.metrics.time('call', () => 1)).toThrow(/metrics\.operation/);
  });

  it('tells nothing of an agent whose latency is off', async () => {
    const { perf, agent } = setUp({ agents: { support: { latency: false } } });
    await agent.generate('question');
    expect(perf.metrics.snapshot()).toMatchObject({ series: [] });
    expect(perf.metrics.getStats('provider')).toBeUndefined();
  });

  it('is of all processes that share a store', async () => {
    const store = memoryStore();
    const [one, two] = [setUp({ store, cache: false }), setUp({ store, cache: false })];
    for (let at = 0; at < 3; at++) await one.agent.generate(`question ${at}`);
    await two.agent.generate('question');
    const range = await one.perf.metrics.range();
    expect(range).toMatchObject({
      processes: 2,
      unreadable: 0,
      total: { calls: 4, outcomes: { bypass: 4 } },
    });
    expect(one.perf.metrics.localRange().total.calls).toBe(3);
    await one.perf.close();
    expect(await two.perf.metrics.range({ step: 'hour' })).toMatchObject({ total: { calls: 1 } });
  });

  it('agrees with usage in what Prometheus reads', async () => {
    const { perf, agent } = setUp();
    for (let at = 0; at < 3; at++) await agent.generate(`question ${at}`);
    await agent.generate('question 0');
    const { spent, saved, hits, misses } = await perf.report();
    const text = perf.metrics.prometheus();
    const value = (name: string) => Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text)?.[1]);
    expect(value('mastra_perf_input_tokens_total')).toBe(spent.inputTokens);
    expect(value('mastra_perf_output_tokens_total')).toBe(spent.outputTokens);
    expect(value('mastra_perf_cost_usd_total')).toBeCloseTo(spent.usd, 9);
    expect(value('mastra_perf_saved_usd_total')).toBeCloseTo(saved.usd, 9);
    expect(value('mastra_perf_model_requests_total')).toBe(misses);
    expect(text).toContain(`outcome="hit",status="ok"} ${hits}\n`);
    expect(value('mastra_perf_cache_entries')).toBe(3);
  });
});

describe('OpenTelemetry', () => {
  it('counts a request once, however many calls it answers, and no tokens of hits', async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    otel.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
    const { agent, model, stream, perf } = setUp();
    await agent.generate('question');
    for (let at = 0; at < 4; at++) await agent.generate('question');
    await stream('other');
    expect(model.calls.total).toBe(2);
    await perf.flush();
    await reader.forceFlush();
    const told = exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
    const points = (name: string) =>
      (told.find(({ descriptor }) => descriptor.name === name) as HistogramMetricData | undefined)
        ?.dataPoints ?? [];
    const sum = (name: string, attributes: object = {}) =>
      points(name)
        .filter((point) =>
          Object.entries(attributes).every(([key, value]) => point.attributes[key] === value),
        )
        .reduce((total, { value }) => total + value.count, 0);
    expect(sum('gen_ai.client.operation.duration')).toBe(2);
    expect(sum('gen_ai.client.operation.time_to_first_chunk')).toBe(1);
    const tokens = points('gen_ai.client.token.usage').map(({ attributes, value }) => [
      attributes['gen_ai.token.type'],
      attributes['gen_ai.provider.name'],
      attributes['gen_ai.agent.name'],
      value.sum,
    ]);
    expect(tokens).toEqual([
      ['input', 'openai', 'support', 20],
      ['output', 'openai', 'support', 10],
    ]);
    expect(sum('mastra_perf.call.duration', { 'mastra_perf.outcome': 'hit' })).toBe(4);
    expect(sum('mastra_perf.call.duration', { 'mastra_perf.outcome': 'miss' })).toBe(2);
  });
});

describe("Mastra's spans", () => {
  it('carry how a call was answered', async () => {
    const exporter = new TestExporter();
    const observability = new Observability({
      configs: { default: { serviceName: 'test', exporters: [exporter] } },
    });
    const { agent } = setUp({}, {}, { observability });
    await agent.generate('question');
    await agent.generate('question');
    const outcomes = () =>
      exporter
        .getCompletedSpans()
        .flatMap(
          ({ attributes }) =>
            (attributes as Record<string, unknown> | undefined)?.['mastra_perf.outcome'] ?? [],
        );
    await until('two spans carry an outcome', () => outcomes().length >= 2);
    expect(outcomes()).toEqual(['miss', 'hit']);
  });
});
