import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { mockModel, startSimulatedProvider, type SimulatedProvider } from '@mastra-perf/testkit';
import { generateText, streamText, wrapLanguageModel } from 'ai';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createPerf, type Perf } from '../src/index.ts';

/* Without Mastra: the AI SDK and a real HTTP client against a provider that speaks OpenAI's protocol. */

let provider: SimulatedProvider;
let perf: Perf;
beforeAll(async () => {
  provider = await startSimulatedProvider();
});
afterAll(() => provider.close());
afterEach(async () => {
  await perf.close();
  provider.reset();
});

function chat() {
  perf = createPerf();
  return createOpenAICompatible({
    name: 'sim',
    baseURL: provider.url,
    apiKey: 'k',
    includeUsage: true,
  }).chatModel('sim-1');
}

it('serves a model of the AI SDK', async () => {
  const inner = chat();
  const model = perf.model(inner, { agent: 'faq' });
  const first = await generateText({ model, prompt: 'What is a cache?' });
  const second = await generateText({ model, prompt: 'What is a cache?' });
  expect(second.text).toBe(first.text);
  expect(provider.totals().chat).toBe(1);
  expect(second.usage.totalTokens).toBe(0);
  expect(perf.outcome(second)).toMatchObject({
    outcome: 'hit',
    saved: { outputTokens: first.usage.outputTokens },
  });
});

it('is a middleware of the AI SDK', async () => {
  const inner = chat();
  const model = wrapLanguageModel({ model: inner, middleware: perf.middleware({ agent: 'faq' }) });
  const first = await generateText({ model, prompt: 'hello' });
  const streamed = streamText({ model, prompt: 'hello' });
  expect(await streamed.text).toBe(first.text);
  expect(await perf.outcome({ providerMetadata: streamed.providerMetadata })).toMatchObject({
    outcome: 'hit',
  });
  expect(provider.totals().chat).toBe(1);
});

it('streams a hit in the pieces in which the answer came', async () => {
  const inner = chat();
  const model = perf.model(inner);
  const pieces = async () => {
    const all: string[] = [];
    for await (const piece of streamText({ model, prompt: 'Tell me a few words about streams.' }).textStream)
      all.push(piece);
    return all;
  };
  const first = await pieces();
  expect(first.length).toBeGreaterThan(3);
  expect(await pieces()).toEqual(first);
  expect(provider.totals().chat).toBe(1);
});

it('stores nothing of a stream that breaks off', async () => {
  const inner = chat();
  const model = perf.model(inner);
  provider.configure({ fail: () => ({ disconnect: { afterTokens: 3 } }) });
  const stored: string[] = [];
  perf.on('stored', ({ key }) => stored.push(key));
  const { fullStream } = streamText({ model, prompt: 'break', maxRetries: 0, onError: () => undefined });
  const readToEnd = async () => {
    for await (const _ of fullStream);
  };
  await expect(readToEnd()).rejects.toThrow();
  expect(stored).toEqual([]);
  provider.configure({ fail: () => undefined });
  expect(perf.outcome(await generateText({ model, prompt: 'break' }))).toEqual({ outcome: 'miss' });
});

it('counts usage to the token', async () => {
  const inner = chat();
  const model = perf.model(inner, { agent: 'faq' });
  for (const prompt of ['one', 'two', 'one']) await generateText({ model, prompt });
  await streamText({ model, prompt: 'three' }).text;
  const { inputTokens, outputTokens } = provider.totals();
  expect((await perf.report()).spent).toMatchObject({ inputTokens, outputTokens });
});

it('keeps what the model is: instance, getters, private fields', () => {
  class Own {
    readonly specificationVersion = 'v3';
    readonly provider = 'p';
    readonly modelId = 'm';
    readonly #secret = 'kept';
    get secret() {
      return this.#secret;
    }
    reveal() {
      return this.#secret;
    }
    async doGenerate() {}
    async doStream() {}
  }
  perf = createPerf();
  const wrapped = perf.model(new Own());
  expect(wrapped).toBeInstanceOf(Own);
  expect([wrapped.secret, wrapped.reveal(), wrapped.modelId]).toEqual(['kept', 'kept', 'm']);
  expect(perf.model(wrapped)).toBe(wrapped);
});

it('passes specification v1 through', async () => {
  perf = createPerf();
  const model = { ...mockModel(), specificationVersion: 'v1' };
  const wrapped = perf.model(model);
  await wrapped.doGenerate({ prompt: [] });
  await wrapped.doGenerate({ prompt: [] });
  expect(model.calls.total).toBe(2);
  expect(perf.metrics.snapshot().legacyCalls).toBe(2);
});
