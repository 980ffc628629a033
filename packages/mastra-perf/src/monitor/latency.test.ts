import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from '../base/clock.ts';
import { testClock } from '../base/test-clock.ts';
import { createEvents, type PerfEvents } from '../events.ts';
import type { ModelCall } from '../pipeline/call.ts';
import { readAll } from '../pipeline/collect.ts';
import { compose } from '../pipeline/compose.ts';
import type { OutcomeName } from '../pipeline/call.ts';
import type { StreamPart } from '../pipeline/parts.ts';
import type { PartReader } from '../pipeline/reader.ts';
import { latency as createLatency, type LatencyDeps } from './latency.ts';
import { createMetrics } from './metrics.ts';
import { createRecorder } from './recorder.ts';
import { createUsageCounters } from './usage-counters.ts';

const PARTS: StreamPart[] = [
  { type: 'stream-start', warnings: [] },
  { type: 'text-delta', id: '0', delta: 'hello' },
  { type: 'text-delta', id: '0', delta: ' world' },
  { type: 'finish', finishReason: 'stop', usage: {} },
];

/** A clock that stands still until a model takes its time. */
function setUp(options: Partial<LatencyDeps> = {}) {
  let time = 1000;
  const clock: Clock = { ...testClock(), now: () => time, monotonic: () => time };
  const faults: unknown[] = [];
  const fault = (_where: string, error: unknown): void => void faults.push(error);
  const events = createEvents();
  const calls: PerfEvents['call'][] = [];
  events.on('call', (event) => calls.push(event));
  const recorder = createRecorder({ clock });
  const { record } = recorder;
  const run = compose(
    [createLatency({ settingsOf: () => ({}), clock, record, events, fault, ...options })],
    fault,
  );
  const latency = createMetrics({
    recorder,
    record,
    usage: createUsageCounters(),
    clock,
    gather: { ask: () => Promise.reject(new Error('alone')) },
    legacyCalls: () => 0,
    figures: () => [],
  });
  /** 50 ms until the model replies, 10 ms for each part and for the end. */
  const model = (parts: readonly StreamPart[] = PARTS, failure?: unknown): PartReader => {
    let next = 0;
    time += 50;
    return {
      async read() {
        time += 10;
        const value = parts[next++];
        if (value) return { done: false, value };
        if (failure) throw failure;
        return { done: true };
      },
      cancel: async () => {},
    };
  };
  return { latency, run, model, calls, events, faults };
}

const callOf = (
  parts: () => PartReader,
  changes: Partial<ModelCall> & { readonly outcome?: OutcomeName } = {},
): ModelCall => ({
  method: 'stream',
  model: { provider: 'openai.chat', modelId: 'gpt-4o-mini', specification: 'v3' },
  request: { prompt: [] },
  caller: { agent: 'support', scope: [] },
  overrides: {},
  key: () => 'key',
  facts: { outcome: { name: changes.outcome ?? 'miss' } },
  invoke: async () => ({ head: {}, parts: parts() }),
  ...changes,
});

const all = (ms: number) => ({ count: 1, avg: ms, min: ms, max: ms, p50: ms, p90: ms, p95: ms, p99: ms });

afterEach(() => vi.restoreAllMocks());

describe('latency', () => {
  it('is the time to the last part, and to the first part with content', async () => {
    const { latency, run, model, calls } = setUp();
    expect(await readAll(await run(callOf(model)))).toEqual(PARTS);
    const common = { agent: 'support', model: 'openai/gpt-4o-mini' };
    expect(calls).toEqual([
      { ...common, outcome: 'miss', method: 'stream', status: 'ok', ms: 100, firstPartMs: 70 },
    ]);
    expect(latency.snapshot()).toEqual({
      series: [
        { ...common, from: 'model', count: 1, errors: 0, aborted: 0, ms: all(100), firstPartMs: all(70) },
      ],
      operations: [],
      legacyCalls: 0,
      overflowed: 0,
    });
  });

  it('has no first part where nothing is streamed', async () => {
    const { latency, run, model, calls } = setUp();
    await readAll(await run(callOf(model, { method: 'generate' })));
    expect(calls[0]).not.toHaveProperty('firstPartMs');
    expect(latency.snapshot().series[0]).not.toHaveProperty('firstPartMs');
  });

  it('is kept apart by agent, model and by where the answer came from', async () => {
    const { latency, run, model, calls } = setUp();
    const outcomes: OutcomeName[] = ['miss', 'bypass', 'shared', 'hit'];
    for (const outcome of outcomes) await readAll(await run(callOf(model, { outcome })));
    await readAll(await run(callOf(model, { caller: { agent: 'legal', scope: [] } })));
    expect(latency.snapshot().series.map(({ agent, from, count }) => [agent, from, count])).toEqual([
      ['support', 'model', 3],
      ['support', 'cache', 1],
      ['legal', 'model', 1],
    ]);
    expect(calls.map(({ outcome }) => outcome)).toEqual([...outcomes, 'miss']);
  });

  it('of calls that failed or were given up does not count as an answer time', async () => {
    const { latency, run, model, calls, faults } = setUp();
    const failure = new Error('down');
    await expect(
      run(
        callOf(() => {
          throw failure;
        }),
      ),
    ).rejects.toBe(failure);
    await expect(readAll(await run(callOf(() => model(PARTS.slice(0, 2), failure))))).rejects.toBe(failure);
    const left = await run(callOf(model));
    await left.parts.read();
    await left.parts.cancel();
    const aborted = callOf(() => model([], failure), {
      request: { prompt: [], abortSignal: AbortSignal.abort() },
    });
    await expect(readAll(await run(aborted))).rejects.toBe(failure);
    expect(calls.map(({ status }) => status)).toEqual(['error', 'error', 'aborted', 'aborted']);
    const [series] = latency.snapshot().series;
    expect(series).toMatchObject({ count: 4, errors: 2, aborted: 2, firstPartMs: { max: 70 } });
    expect(series).not.toHaveProperty('ms');
    expect(faults).toEqual([]);
  });

  it('counts a reader that leaves after the finish part as answered', async () => {
    const { run, model, calls } = setUp();
    const reply = await run(callOf(model));
    for (let index = 0; index < PARTS.length; index++) await reply.parts.read();
    await reply.parts.cancel();
    expect(calls.map(({ status, ms }) => [status, ms])).toEqual([['ok', 90]]);
  });

  it('is not taken where it is off', async () => {
    const { latency, run, model, calls } = setUp({ settingsOf: () => false });
    await readAll(await run(callOf(model)));
    expect(calls).toEqual([]);
    expect(latency.snapshot().series).toEqual([]);
  });

  it('does not let a listener that throws reach the caller', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { latency, run, model, events, calls } = setUp();
    events.on('call', () => {
      throw new Error('listener');
    });
    expect(await readAll(await run(callOf(model)))).toEqual(PARTS);
    expect(latency.snapshot().series[0]?.count).toBe(1);
    expect(calls).toHaveLength(1);
    expect(warn).toHaveBeenCalledOnce();
  });

  it('tells output tokens by the time of the whole call, of answers of a model', async () => {
    const { latency, run, model } = setUp();
    const parts: StreamPart[] = [
      { type: 'finish', finishReason: 'stop', usage: { inputTokens: 5, outputTokens: 35 } },
    ];
    await readAll(await run(callOf(() => model(parts))));
    await readAll(await run(callOf(() => model(parts), { outcome: 'hit' })));
    expect(latency.snapshot().series.map(({ from, tokensPerSecond }) => [from, tokensPerSecond])).toEqual([
      ['model', all(500)],
      ['cache', undefined],
    ]);
  });

  it('tells how a call is answered before its first part, and goes on where that fails', async () => {
    const seen: string[] = [];
    const failure = new Error('span');
    const { run, model, faults } = setUp({
      mark({ facts }) {
        seen.push(facts.outcome.name);
        throw failure;
      },
    });
    const reply = await run(callOf(model, { outcome: 'hit' }));
    expect(seen).toEqual(['hit']);
    expect(await readAll(reply)).toEqual(PARTS);
    expect(faults).toEqual([failure]);
  });
});
