import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { generateText, streamText } from 'ai';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { collect } from '../../test/collect.ts';
import { gate } from '../gate.ts';
import { mockModel, type MockLanguageModel } from './mock-model.ts';
import type { MockAnswer } from './mock-answer.ts';
import type { MockSpec } from './mock-spec.ts';

const SPECS = ['v2', 'v3', 'v4'] as const;
const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'hi' }] }];
const readAll = async (stream: ReadableStream<unknown>) =>
  (await collect(stream)) as { type: string; [field: string]: unknown }[];
const agentOf = (model: MockLanguageModel) =>
  new Agent({ id: 'a', name: 'a', instructions: 'be brief', model });
const always = (answer: MockAnswer) => ({ respond: () => answer });

describe.each(SPECS)('spec %s', (spec: MockSpec) => {
  test('answers an agent, with generate and as a stream', async () => {
    const model = mockModel({ spec, respond: (_options, n) => ({ text: `one two ${n}` }) });
    const agent = agentOf(model);
    const result = await agent.generate('hi');
    expect(result.text).toBe('one two 1');
    expect(result.usage).toMatchObject({ inputTokens: 10, outputTokens: 5, totalTokens: 15 });
    expect(result.finishReason).toBe('stop');
    const stream = await agent.stream('hi');
    expect(await collect(stream.textStream)).toEqual(['one ', 'two ', '2']);
    expect((await stream.usage).inputTokens).toBe(10);
    expect(model.calls).toMatchObject({ total: 2, aborted: 0 });
    expect(model.calls.options[0]?.prompt.at(-1)?.role).toBe('user');
  });

  test('runs the tool loop of an agent', async () => {
    const asked: unknown[] = [];
    const weather = createTool({
      id: 'weather',
      description: 'weather of a city',
      inputSchema: z.object({ city: z.string() }),
      execute: async (input) => (asked.push(input), { sky: 'clear' }),
    });
    const model = mockModel({
      spec,
      respond: (_o, n) =>
        n === 1 ? { tools: [{ name: 'weather', args: { city: 'Oslo' } }] } : { text: 'clear' },
    });
    const agent = new Agent({ id: 'a', name: 'a', instructions: 'x', model, tools: { weather } });
    const stream = await agent.stream('weather?');
    expect(await stream.text).toBe('clear');
    expect(asked).toEqual([{ city: 'Oslo' }]);
    expect(model.calls.total).toBe(2);
  });

  test('shapes usage and finish reason as the specification does', async () => {
    const usage = { inputTokens: 100, outputTokens: 20, cachedInputTokens: 60, reasoningTokens: 5 };
    const model = mockModel({
      spec,
      ...always({ text: 'x', usage, finishReason: 'length', providerMetadata: { mock: { tier: 1 } } }),
    });
    const expected =
      spec === 'v2'
        ? { finishReason: 'length', usage: { ...usage, totalTokens: 120 } }
        : {
            finishReason: { unified: 'length', raw: 'length' },
            usage: {
              inputTokens: { total: 100, noCache: 40, cacheRead: 60, cacheWrite: 0 },
              outputTokens: { total: 20, text: 15, reasoning: 5 },
            },
          };
    const generated = await model.doGenerate({ prompt });
    expect(generated).toMatchObject({ ...expected, providerMetadata: { mock: { tier: 1 } } });
    const { stream } = await model.doStream({ prompt });
    expect((await readAll(stream)).at(-1)).toEqual({
      type: 'finish',
      ...expected,
      providerMetadata: { mock: { tier: 1 } },
    });
  });

  test('can report no usage', async () => {
    const result = await agentOf(mockModel({ spec, ...always({ text: 'x', usage: null }) })).generate('hi');
    expect(result.usage.inputTokens).toBeUndefined();
  });
});

test('a stream tells everything in order, and generate the same content', async () => {
  const answer: MockAnswer = {
    reasoning: 'let me see',
    text: 'a b',
    tools: [{ id: 't1', name: 'f', args: { x: 'a long argument' } }],
    sources: [{ url: 'https://example.com' }],
    extraParts: [{ type: 'raw', rawValue: 1 }],
    responseId: 'r',
  };
  const model = mockModel({ spec: 'v4', ...always(answer) });
  const parts = await readAll((await model.doStream({ prompt })).stream);
  expect(parts.map((part) => part.type)).toEqual([
    'stream-start',
    'response-metadata',
    'reasoning-start',
    'reasoning-delta',
    'reasoning-delta',
    'reasoning-delta',
    'reasoning-end',
    'text-start',
    'text-delta',
    'text-delta',
    'text-end',
    'tool-input-start',
    'tool-input-delta',
    'tool-input-delta',
    'tool-input-end',
    'tool-call',
    'source',
    'raw',
    'finish',
  ]);
  expect(parts[1]).toMatchObject({ id: 'r', modelId: 'mock-model' });
  expect(
    parts
      .filter((part) => part.type === 'tool-input-delta')
      .map((part) => part.delta)
      .join(''),
  ).toBe('{"x":"a long argument"}');
  const { content, finishReason } = await model.doGenerate({ prompt });
  expect(content.map((part) => part.type)).toEqual(['reasoning', 'text', 'tool-call', 'source']);
  expect(finishReason.unified).toBe('tool-calls');
  expect(model.calls.partsEmitted).toBe(parts.length);
});

test('serves AI SDK 7 in spec v4', async () => {
  const model = mockModel({ spec: 'v4', ...always({ deltas: ['ab', 'c'] }) });
  expect((await generateText({ model, prompt: 'hi' })).text).toBe('abc');
  expect(await collect(streamText({ model, prompt: 'hi' }).textStream)).toEqual(['ab', 'c']);
});

test('produces a part only when it is read', async () => {
  const model = mockModel();
  const { stream } = await model.doStream({ prompt });
  expect(model.calls.partsEmitted).toBe(0);
  const reader = stream.getReader();
  await reader.read();
  expect(model.calls.partsEmitted).toBe(1);
  await reader.cancel();
  expect(model.calls).toMatchObject({ partsEmitted: 1, cancelled: 1, aborted: 0 });
});

test('a gate holds the parts', async () => {
  const door = gate();
  const model = mockModel(always({ text: 'x', gate: (index) => (index === 2 ? door.wait() : undefined) }));
  const reader = (await model.doStream({ prompt })).stream.getReader();
  await reader.read();
  await reader.read();
  const third = reader.read();
  expect(model.calls.partsEmitted).toBe(2);
  door.open();
  expect((await third).value?.type).toBe('text-start');
});

test.each(['generate', 'stream'] as const)('an abort ends a held %s with its reason', async (kind) => {
  const abort = new AbortController();
  const reached = gate();
  const model = mockModel(
    always({ gate: (index) => (index === 1 ? (reached.open(), gate().wait()) : undefined) }),
  );
  const options = { prompt, abortSignal: abort.signal };
  const ended =
    kind === 'generate'
      ? model.doGenerate(options)
      : model.doStream(options).then(({ stream }) => readAll(stream));
  await reached.wait();
  abort.abort(new Error('enough'));
  await expect(ended).rejects.toThrow('enough');
  expect(model.calls).toMatchObject({ [kind]: 1, aborted: 1 });
});

test('an abort errors a stream that nobody reads, an aborted call never starts, and a delay ends at once', async () => {
  const abort = new AbortController();
  const model = mockModel(always({ firstDelayMs: 60_000 }));
  const { stream } = await model.doStream({ prompt, abortSignal: abort.signal });
  const delayed = model.doGenerate({ prompt, abortSignal: abort.signal });
  abort.abort(new Error('enough'));
  await expect(stream.getReader().read()).rejects.toThrow('enough');
  await expect(delayed).rejects.toThrow('enough');
  await expect(model.doStream({ prompt, abortSignal: abort.signal })).rejects.toThrow('enough');
  expect(model.calls.aborted).toBe(3);
});

test('fails as told: at once, midway, with an error part', async () => {
  const refused = mockModel(always({ error: new Error('503') }));
  await expect(refused.doGenerate({ prompt })).rejects.toThrow('503');
  await expect(refused.doStream({ prompt })).rejects.toThrow('503');

  const broken = mockModel(always({ text: 'a b c', failAfter: 4, error: new Error('reset') }));
  const reader = (await broken.doStream({ prompt })).stream.getReader();
  for (let i = 0; i < 4; i++) expect((await reader.read()).done).toBe(false);
  await expect(reader.read()).rejects.toThrow('reset');
  await expect(broken.doGenerate({ prompt })).rejects.toThrow('reset');

  const erring = mockModel(always({ text: 'a', errorPart: new Error('overloaded') }));
  const parts = await readAll((await erring.doStream({ prompt })).stream);
  expect(parts.slice(-2)).toMatchObject([{ type: 'error' }, { type: 'finish', finishReason: 'error' }]);
  await expect(erring.doGenerate({ prompt })).rejects.toThrow('overloaded');
});

test('types: the default spec is v2 and any spec fits a plain MockLanguageModel', () => {
  expectTypeOf(mockModel().specificationVersion).toEqualTypeOf<'v2'>();
  expectTypeOf(mockModel({ spec: 'v4' }).specificationVersion).toEqualTypeOf<'v4'>();
  expectTypeOf<MockLanguageModel<'v3'>>().toExtend<MockLanguageModel>();
});
