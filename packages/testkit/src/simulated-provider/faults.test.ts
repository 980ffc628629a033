import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, streamText } from 'ai';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { gate } from '../gate.ts';
import { startSimulatedProvider } from './start-simulated-provider.ts';

const provider = await startSimulatedProvider();
const model = createOpenAICompatible({ name: 'sim', baseURL: provider.url, apiKey: 'k', includeUsage: true })(
  'm',
);
const longText = 'one two three four five six seven eight nine ten';

beforeEach(() => {
  provider.reset();
  provider.configure({
    answer: () => ({ text: longText }),
    fail: undefined,
    rateLimit: undefined,
    timeToFirstTokenMs: 0,
    tokensPerSecond: Infinity,
  });
});
afterAll(() => provider.close());

test('429 with retry-after is retried after that time', async () => {
  provider.configure({
    fail: (_request, n) => (n === 1 ? { status: 429, retryAfterSeconds: 0.05 } : undefined),
  });
  const startedAt = performance.now();
  expect((await generateText({ model, prompt: 'hi' })).text).toBe(longText);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(49);
  expect(provider.log.map(({ status }) => status)).toEqual([429, 200]);
  expect(provider.totals()).toMatchObject({ requests: 2, failed: 1, rateLimited: 1 });
});

test('the rate limit lets in what it says, then asks to wait for the window', async () => {
  provider.configure({ rateLimit: { requestsPerMinute: 2 } });
  const ask = () => generateText({ model, prompt: 'hi', maxRetries: 0 });
  await ask();
  await ask();
  const refused = await ask().catch((error: unknown) => error);
  if (!APICallError.isInstance(refused)) throw refused;
  expect(refused.statusCode).toBe(429);
  expect(refused.message).toContain('Limit 2');
  expect(refused.responseHeaders).toMatchObject({
    'x-ratelimit-limit-requests': '2',
    'x-ratelimit-remaining-requests': '0',
  });
  expect(Number(refused.responseHeaders?.['retry-after'])).toBeLessThanOrEqual(60);
  expect(Number(refused.responseHeaders?.['retry-after-ms'])).toBeLessThanOrEqual(60_000);
  expect(provider.totals()).toMatchObject({ requests: 3, rateLimited: 1 });
});

test('the rate limit counts tokens: of the prompt and the longest answer first, then what was used', async () => {
  provider.configure({ rateLimit: { requestsPerMinute: 100, tokensPerMinute: 60 } });
  const ask = (maxOutputTokens?: number) =>
    generateText({ model, prompt: 'hi', maxRetries: 0, ...(maxOutputTokens && { maxOutputTokens }) });
  await expect(ask(60)).rejects.toThrow('tokens per min (TPM): Limit 60');
  // A message of 5 tokens and an answer of 10: three of them fit, and the bound of a fourth does not.
  for (let n = 0; n < 3; n++) await ask(40 - 15 * n > 10 ? 40 - 15 * n : undefined);
  await expect(ask(20)).rejects.toThrow('tokens per min');
  await ask();
  await expect(ask()).rejects.toThrow('tokens per min');
  expect(provider.totals()).toMatchObject({ requests: 7, rateLimited: 3 });
});

test('an error status is told in the shape of OpenAI', async () => {
  provider.configure({ fail: () => ({ status: 503, message: 'overloaded' }) });
  await expect(generateText({ model, prompt: 'hi', maxRetries: 0 })).rejects.toThrow('overloaded');
  expect(provider.totals()).toMatchObject({ failed: 1, inputTokens: 0 });
});

test('a connection that breaks before the headers', async () => {
  provider.configure({ fail: () => ({ disconnect: 'before-headers' }) });
  await expect(generateText({ model, prompt: 'hi', maxRetries: 0 })).rejects.toThrow();
  await provider.settled();
  expect(provider.log[0]).toMatchObject({ status: 0, broken: true, aborted: false });
});

test.each(['stream', 'generate'])('a connection that breaks in the middle of a %s', async (kind) => {
  provider.configure({ fail: () => ({ disconnect: { afterTokens: 4 } }) });
  if (kind === 'generate') {
    await expect(generateText({ model, prompt: 'hi', maxRetries: 0 })).rejects.toThrow();
  } else {
    let text = '';
    const read = async () => {
      const { stream } = streamText({ model, prompt: 'hi', maxRetries: 0, onError: () => {} });
      for await (const part of stream) if (part.type === 'text-delta') text += part.text;
    };
    await expect(read()).rejects.toThrow();
    expect(text).toBe('one two three four');
  }
  await provider.settled();
  expect(provider.log[0]).toMatchObject({ status: 200, outputTokens: 4, broken: true, aborted: false });
  expect(provider.totals().failed).toBe(1);
});

test('a client that hangs up stops the generation', async () => {
  provider.configure({ tokensPerSecond: 100, answer: () => ({ text: longText.repeat(100) }) });
  const abort = new AbortController();
  const { textStream } = streamText({ model, prompt: 'hi', abortSignal: abort.signal });
  for await (const _delta of textStream) {
    abort.abort();
    break;
  }
  await provider.settled();
  const [entry] = provider.log;
  expect(entry).toMatchObject({ status: 200, aborted: true });
  expect(entry?.outputTokens).toBeGreaterThan(0);
  expect(entry?.outputTokens).toBeLessThan(1000);
});

test.each(['stream', 'generate'])('an answer that stalls in the middle of a %s', async (kind) => {
  provider.configure({ fail: () => ({ stall: { afterTokens: 4 } }) });
  const abort = new AbortController();
  const options = { model, prompt: 'hi', maxRetries: 0, abortSignal: abort.signal };
  let text = '';
  if (kind === 'generate') {
    const asked = generateText(options);
    await vi.waitFor(() => expect(provider.log[0]?.outputTokens).toBe(4));
    abort.abort();
    await expect(asked).rejects.toThrow();
  } else {
    for await (const delta of streamText(options).textStream) {
      text += delta;
      if (text === 'one two three four') abort.abort();
    }
  }
  await provider.settled();
  expect(provider.log[0]).toMatchObject({
    status: kind === 'stream' ? 200 : 0,
    outputTokens: 4,
    aborted: true,
  });
});

test('a request that hangs ends with the patience of the client', async () => {
  provider.configure({ fail: () => ({ hang: true }) });
  const abort = new AbortController();
  const asked = generateText({ model, prompt: 'hi', abortSignal: abort.signal });
  await vi.waitFor(() => expect(provider.totals().inFlight).toBe(1));
  abort.abort();
  await expect(asked).rejects.toThrow();
  await provider.settled();
  expect(provider.log[0]).toMatchObject({ status: 0, aborted: true, outputTokens: 0 });
});

test('pace: the first token after its time, the rest at the speed', async () => {
  provider.configure({ timeToFirstTokenMs: 60, tokensPerSecond: 100 });
  const startedAt = performance.now();
  await generateText({ model, prompt: 'hi' });
  // Ten tokens: 60 ms + 10 / 100 s.
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(159);
  const { textStream } = streamText({ model, prompt: 'hi' });
  for await (const _delta of textStream);
  await provider.settled();
  expect(provider.log[1]?.firstTokenMs).toBeGreaterThanOrEqual(60);
  expect(provider.log[1]?.endedMs).toBeGreaterThanOrEqual(159);
});

test('counts what runs at the same time', async () => {
  const door = gate();
  provider.configure({ answer: () => door.wait().then(() => ({ text: 'x' })) });
  const asked = [1, 2, 3].map((n) => generateText({ model, prompt: `${n}` }));
  await vi.waitFor(() => expect(provider.totals().inFlight).toBe(3));
  door.open();
  await Promise.all(asked);
  await provider.settled();
  expect(provider.totals()).toMatchObject({ inFlight: 0, maxInFlight: 3 });
});
