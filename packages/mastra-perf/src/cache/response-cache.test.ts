import { describe, expect, it, vi } from 'vitest';
import { settled } from '../base/test-clock.ts';
import type { PerfEvents } from '../events.ts';
import type { Reply } from '../pipeline/call.ts';
import { readAll } from '../pipeline/collect.ts';
import { compose } from '../pipeline/compose.ts';
import type { StreamPart } from '../pipeline/parts.ts';
import {
  answerOf,
  callOf,
  handDriven,
  replyOf,
  testModel,
  textFrom,
  textOf,
  type CallSettings,
} from '../pipeline/test-calls.ts';
import type { CacheSettings } from './options.ts';
import { testCache } from './test-cache.ts';

type Respond = (index: number) => Reply | Promise<Reply>;
const numbered: Respond = (index) => replyOf(answerOf(`answer ${index}`), { response: { headers: {} } });

function setUp(
  { settings = {}, maxBytes = 1e6 }: { settings?: CacheSettings | false; maxBytes?: number } = {},
  respond = numbered,
) {
  const fault = vi.fn();
  const { cache, clock, events } = testCache({ fault, settings, bounds: { maxBytes } });
  const told: Array<[keyof PerfEvents, string]> = [];
  events.on('stored', ({ key }) => told.push(['stored', key]));
  events.on('notStored', ({ reason }) => told.push(['notStored', reason]));
  const model = testModel((_asked, index) => respond(index));
  const run = compose([cache.lookup, cache.fill], fault);
  const begin = (call?: CallSettings) => {
    const begun = callOf(model, call);
    return { call: begun, reply: run(begun) };
  };
  const ask = async (call?: CallSettings) => textFrom(begin(call).reply);
  return { clock, cache, model, fault, told, run, begin, ask, events };
}

const using = (overrides: NonNullable<CallSettings['overrides']>): CallSettings => ({ overrides });

describe('the response cache', () => {
  it('answers an equal question without the model', async () => {
    const { ask, begin, model, told, cache } = setUp();
    expect(await ask()).toBe('answer 0');
    const { call, reply } = begin({ method: 'generate' });
    expect(await textFrom(reply)).toBe('answer 0');
    expect(model.asked).toHaveLength(1);
    expect(told).toEqual([['stored', call.key()]]);
    expect(cache.stats()).toMatchObject({ entries: 1, hits: 1, misses: 1 });
  });

  it('asks for another question, agent or scope', async () => {
    const { ask, model } = setUp();
    await ask();
    expect(await ask({ request: { temperature: 1 } })).toBe('answer 1');
    expect(await ask({ caller: { agent: 'legal' } })).toBe('answer 2');
    expect(await ask({ caller: { scope: ['resource', 'u2'] } })).toBe('answer 3');
    expect(model.asked).toHaveLength(4);
  });

  it('replays the parts as they were streamed, with an identity of their own', async () => {
    const { begin, ask, clock } = setUp();
    await ask();
    clock.advance(2500);
    const { call, reply } = begin();
    const { head, parts } = await reply;
    const replayed = await readAll({ head, parts });
    expect(head).toEqual({});
    expect(replayed.map(({ type, delta }) => [type, delta])).toEqual(
      answerOf('answer 0').map(({ type, delta }) => [type, delta]),
    );
    expect(replayed[1]).toMatchObject({
      id: expect.stringMatching(/^perf-/),
      modelId: 'm-1',
      timestamp: new Date(clock.now()),
    });
    expect(call.facts.outcome).toEqual({ name: 'hit', tier: 'l1', ageMs: 2500, savedMs: 0 });
  });

  it('remembers how long the model took', async () => {
    const slow = handDriven();
    const { begin, ask, clock } = setUp({}, () => ({ head: {}, parts: slow }));
    const { reply } = begin();
    await settled();
    clock.advance(700);
    slow.push(...answerOf('slow'));
    clock.advance(800);
    slow.end();
    await textFrom(reply);
    clock.advance(60);
    const hit = begin();
    await textFrom(hit.reply);
    expect(hit.call.facts.outcome).toEqual({ name: 'hit', tier: 'l1', ageMs: 60, savedMs: 1500 });
    expect(await ask()).toBe('slow');
  });

  it('shares no object between hits, nor with the first answer', async () => {
    const parts = answerOf('hello', { providerMetadata: { openai: { list: [1] } } });
    const { begin } = setUp({}, () => replyOf(parts));
    const reads: StreamPart[][] = [];
    for (let index = 0; index < 3; index++) reads.push(await readAll(await begin().reply));
    const objects = (value: unknown): unknown[] =>
      typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(objects)] : [];
    const all = reads.flatMap(objects);
    expect(new Set(all).size).toBe(all.length);
    Object.assign(reads[1]!.at(-1)!.usage as object, { inputTokens: -1 });
    (reads[0]!.at(-1)!.providerMetadata as { openai: { list: number[] } }).openai.list.push(2);
    expect((await readAll(await begin().reply)).at(-1)).toMatchObject({
      usage: { inputTokens: 10 },
      providerMetadata: { openai: { list: [1] } },
    });
  });
});

describe('the time of an answer', () => {
  it('begins when the answer is complete, and is an hour', async () => {
    const { ask, clock, model } = setUp();
    await ask();
    clock.advance(3_600_000);
    await ask();
    expect(model.asked).toHaveLength(1);
    clock.advance(1);
    expect(await ask()).toBe('answer 1');
  });

  it.each([
    ['the agent', { settings: { ttl: 1000 } }, {}, 1000],
    ['the call', { settings: { ttl: 1000 } }, using({ ttlMs: 50 }), 50],
  ])('can be set for %s', async (_who, options, call, ttl) => {
    const { ask, clock, model, events } = setUp(options);
    const stored = vi.fn();
    events.on('stored', stored);
    await ask(call);
    clock.advance(ttl);
    await ask();
    expect(model.asked).toHaveLength(1);
    clock.advance(1);
    await ask();
    expect(model.asked).toHaveLength(2);
    expect(stored.mock.calls[0]?.[0]).toMatchObject({
      agent: 'support',
      ttlMs: ttl,
      bytes: expect.any(Number),
    });
  });
});

describe('how a call uses the cache', () => {
  it('bypass: asks the model and stores nothing', async () => {
    const { ask, begin, model, told } = setUp();
    const { call, reply } = begin(using({ cache: 'bypass' }));
    expect(await textFrom(reply)).toBe('answer 0');
    expect(call.facts.outcome).toEqual({ name: 'bypass' });
    expect(told).toEqual([]);
    await ask();
    expect(await ask(using({ cache: 'bypass' }))).toBe('answer 2');
    expect(await ask()).toBe('answer 1');
    expect(model.asked).toHaveLength(3);
  });

  it('refresh: asks the model and stores its answer', async () => {
    const { ask, model } = setUp();
    await ask();
    expect(await ask(using({ cache: 'refresh' }))).toBe('answer 1');
    expect(await ask()).toBe('answer 1');
    expect(model.asked).toHaveLength(2);
  });

  it('only-if-cached: never asks the model', async () => {
    const { ask, model, fault } = setUp();
    await expect(ask(using({ cache: 'only-if-cached' }))).rejects.toMatchObject({
      code: 'MASTRA_PERF_NOT_CACHED',
    });
    expect(model.asked).toEqual([]);
    await ask();
    expect(await ask(using({ cache: 'only-if-cached' }))).toBe('answer 0');
    expect(model.asked).toHaveLength(1);
    expect(fault).not.toHaveBeenCalled();
  });

  it('only-if-cached: never asks the model, not even when the cache is off', async () => {
    const { ask, model } = setUp({ settings: false });
    await expect(ask(using({ cache: 'only-if-cached' }))).rejects.toMatchObject({
      code: 'MASTRA_PERF_NOT_CACHED',
    });
    expect(model.asked).toEqual([]);
  });

  it('only-if-cached: never asks the model, not even for a question that cannot be hashed', async () => {
    const { ask, model } = setUp();
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    const call = { request: { providerOptions: cyclic }, overrides: { cache: 'only-if-cached' as const } };
    await expect(ask(call)).rejects.toMatchObject({
      code: 'MASTRA_PERF_NOT_CACHED',
      cause: expect.any(RangeError),
    });
    expect(model.asked).toEqual([]);
  });

  it.each<[string, CacheSettings | false, CallSettings]>([
    ['of the agent', false, {}],
    ['of the call', {}, using({ cache: false })],
  ])('off, by the settings %s: asks the model each time', async (_who, settings, call) => {
    const { ask, model, told, begin } = setUp({ settings });
    await ask(call);
    const second = begin(call);
    expect(await textFrom(second.reply)).toBe('answer 1');
    expect(second.call.facts.outcome).toEqual({ name: 'bypass' });
    expect(model.asked).toHaveLength(2);
    expect(told).toEqual([]);
  });
});

describe('a question that cannot be hashed', () => {
  it('goes to the model, and the fault is told', async () => {
    const { ask, model, fault } = setUp();
    const request = { providerOptions: { openai: { body: new Blob(['x']) } } };
    expect(await ask({ request })).toBe('answer 0');
    expect(await ask({ request })).toBe('answer 1');
    expect(model.asked).toHaveLength(2);
    expect(fault).toHaveBeenCalledWith('cache.lookup', expect.any(TypeError));
  });
});

describe('text', () => {
  it('of a hit is cut as it was streamed', async () => {
    const deltas = ['Hel', '', 'lo \ud83d', '\ude00'].map((delta) => ({
      type: 'text-delta',
      id: '0',
      delta,
    }));
    const finish = { type: 'finish', finishReason: 'stop', usage: {} };
    const { begin, ask } = setUp({}, () =>
      replyOf([{ type: 'text-start', id: '0' }, ...deltas, { type: 'text-end', id: '0' }, finish]),
    );
    await ask();
    const parts = await readAll(await begin().reply);
    expect(parts.slice(1, 5).map(({ delta }) => delta)).toEqual(deltas.map(({ delta }) => delta));
    expect(textOf(parts)).toBe('Hello 😀');
  });
});
