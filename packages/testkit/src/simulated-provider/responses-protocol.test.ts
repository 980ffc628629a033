import { createOpenAI } from '@ai-sdk/openai';
import { generateText, stepCountIs, streamText, tool } from 'ai';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { collect } from '../../test/collect.ts';
import { startSimulatedProvider } from './start-simulated-provider.ts';

const provider = await startSimulatedProvider();
const openai = createOpenAI({ baseURL: provider.url, apiKey: 'k' });
const model = openai.responses('gpt-5-mini');

beforeEach(() => {
  provider.reset();
  provider.configure({ answer: undefined });
});
afterAll(() => provider.close());

test('text and usage, at once and streamed', async () => {
  provider.configure({ answer: () => ({ text: 'All is well.', reasoningTokens: 4 }) });
  const result = await generateText({ model, prompt: 'How are things?' });
  expect(result).toMatchObject({ text: 'All is well.', finishReason: 'stop' });
  const stream = streamText({ model, prompt: 'How are things?' });
  expect(await collect(stream.textStream)).toEqual(['All', ' is', ' well', '.']);
  expect(await stream.usage).toMatchObject({
    inputTokens: result.usage.inputTokens,
    outputTokens: 8,
    outputTokenDetails: { reasoningTokens: 4 },
  });
  expect(provider.totals()).toMatchObject({ responses: 2, outputTokens: 16 });
});

test.each(['generate', 'stream'])('%s: the tool loop, earlier items come back by reference', async (kind) => {
  provider.configure({
    answer: ({ messages }) =>
      messages.at(-1)?.role === 'tool'
        ? { text: messages.map(({ role, text }) => `${role}:${text}`).join('|') }
        : { text: 'Let me look.', toolCalls: [{ name: 'weather', args: { city: 'Oslo' } }] },
  });
  const weather = tool({ inputSchema: z.object({ city: z.string() }), execute: () => 'clear' });
  const options = { model, prompt: 'weather?', tools: { weather }, stopWhen: stepCountIs(3) };
  const text = kind === 'generate' ? (await generateText(options)).text : await streamText(options).text;
  expect(text).toBe('user:weather?|assistant:Let me look.|assistant:weather({"city":"Oslo"})|tool:clear');
  expect(provider.totals().responses).toBe(2);
});

test('a cut answer is incomplete', async () => {
  const stream = streamText({ model, prompt: 'hi', maxOutputTokens: 3 });
  expect(await stream.finishReason).toBe('length');
  expect((await stream.usage).outputTokens).toBe(3);
});

test('the events of a stream are numbered and named as the real ones', async () => {
  provider.configure({ answer: () => ({ text: 'Hi.', toolCalls: [{ name: 'f', args: {} }] }) });
  const reply = await fetch(`${provider.url}/responses`, {
    method: 'POST',
    body: JSON.stringify({ model: 'm', input: 'hi', stream: true }),
  });
  const events = (await reply.text())
    .trim()
    .split('\n\n')
    .map((block) => {
      const [name, data] = block.split('\n').map((line) => line.slice(line.indexOf(' ') + 1));
      return { name, data: JSON.parse(data ?? '') as { type: string; sequence_number: number } };
    });
  expect(events.map(({ data }) => data.sequence_number)).toEqual(events.map((_, i) => i));
  expect(events.every(({ name, data }) => name === data.type)).toBe(true);
  expect(events.map(({ name }) => name?.slice('response.'.length))).toEqual([
    'created',
    'in_progress',
    'output_item.added',
    'content_part.added',
    'output_text.delta',
    'output_text.delta',
    'output_text.done',
    'content_part.done',
    'output_item.done',
    'output_item.added',
    'function_call_arguments.delta',
    'function_call_arguments.done',
    'output_item.done',
    'completed',
  ]);
});
