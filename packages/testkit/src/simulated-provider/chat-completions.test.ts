import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, Output, stepCountIs, streamText, tool } from 'ai';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { collect } from '../../test/collect.ts';
import { startSimulatedProvider } from './start-simulated-provider.ts';

const provider = await startSimulatedProvider();
const sim = createOpenAICompatible({
  name: 'sim',
  baseURL: provider.url,
  apiKey: 'k',
  includeUsage: true,
  supportsStructuredOutputs: true,
});
const model = sim('some-model');

beforeEach(() => {
  provider.reset();
  provider.configure({ answer: undefined });
});
afterAll(() => provider.close());

test('generateText: text, finish reason, usage as logged', async () => {
  const result = await generateText({ model, prompt: 'Where is my parcel?' });
  expect(result.text).toContain('Where is my parcel?');
  expect(result.finishReason).toBe('stop');
  const [entry] = provider.log;
  expect(entry).toMatchObject({
    n: 1,
    endpoint: 'chat',
    model: 'some-model',
    stream: false,
    status: 200,
    aborted: false,
  });
  expect(result.usage).toMatchObject({ inputTokens: entry?.inputTokens, outputTokens: entry?.outputTokens });
  expect(entry?.outputTokens).toBeGreaterThan(10);
  expect((await generateText({ model, prompt: 'Where is my parcel?' })).text).toBe(result.text);
});

test('streamText: token by token, with usage', async () => {
  provider.configure({ answer: () => ({ text: 'Hello there, 你好 👩‍👩‍👧!', reasoningTokens: 7 }) });
  const stream = streamText({ model, system: 'Be kind.', prompt: 'hi' });
  const deltas = await collect(stream.textStream);
  expect(deltas.length).toBeGreaterThan(5);
  expect(deltas.join('')).toBe('Hello there, 你好 👩‍👩‍👧!');
  const usage = await stream.usage;
  expect(usage).toMatchObject({
    inputTokens: provider.log[0]?.inputTokens,
    outputTokens: provider.log[0]?.outputTokens,
  });
  expect(usage.outputTokenDetails.reasoningTokens).toBe(7);
  // 3 + 1 tokens of text, two messages of 3.8.
  expect(usage.inputTokens).toBe(Math.round(4 + 2 * 3.8));
});

test.each(['generate', 'stream'])('%s: the tool loop', async (kind) => {
  provider.configure({
    answer: ({ messages, tools }) =>
      messages.at(-1)?.role === 'tool'
        ? { text: `It is ${messages.at(-1)?.text} with ${tools.map(({ name }) => name).join()}` }
        : {
            toolCalls: [
              { name: 'weather', args: { city: 'Oslo' } },
              { name: 'weather', args: { city: 'Rome' } },
            ],
          },
  });
  const asked: string[] = [];
  const weather = tool({
    description: 'weather of a city',
    inputSchema: z.object({ city: z.string() }),
    execute: ({ city }) => (asked.push(city), 'clear'),
  });
  const options = { model, prompt: 'weather?', tools: { weather }, stopWhen: stepCountIs(3) };
  const text = kind === 'generate' ? (await generateText(options)).text : await streamText(options).text;
  expect(text).toBe('It is clear with weather');
  expect(asked).toEqual(['Oslo', 'Rome']);
  expect(provider.totals()).toMatchObject({ requests: 2, chat: 2 });
  const [first, second] = provider.log;
  expect(second?.inputTokens).toBeGreaterThan(first?.inputTokens ?? 0);
});

test('structured output: the schema reaches the answer function', async () => {
  provider.configure({
    answer: ({ responseFormat }) => ({
      text: JSON.stringify({ sky: JSON.stringify(responseFormat).includes('"sky"') ? 'clear' : 'unknown' }),
    }),
  });
  const { output } = await generateText({
    model,
    prompt: 'weather?',
    output: Output.object({ schema: z.object({ sky: z.string() }) }),
  });
  expect(output).toEqual({ sky: 'clear' });
});

test('an output limit cuts the answer and says so', async () => {
  const result = await generateText({ model, prompt: 'hi', maxOutputTokens: 3 });
  expect(result.finishReason).toBe('length');
  expect(result.usage.outputTokens).toBe(3);
});

test('an equal prefix of 1024 tokens or more is told as cached, in steps of 128, per model', async () => {
  const system = Array.from({ length: 700 }, (_, i) => `rule ${i};`).join(' ');
  const cached = async (prompt: string, name = 'some-model') =>
    (await generateText({ model: sim(name), system, prompt })).usage.inputTokenDetails.cacheReadTokens;
  expect(await cached('a')).toBe(0);
  const hit = (await cached('b')) ?? 0;
  expect(hit).toBeGreaterThan(1024);
  expect(hit % 128).toBe(0);
  expect(hit).toBeLessThanOrEqual(provider.log[1]?.inputTokens ?? 0);
  expect(await cached('b', 'other-model')).toBe(0);
  provider.configure({ promptCaching: false });
  expect(await cached('b')).toBe(0);
  provider.configure({ promptCaching: true });
});
