import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import { startSimulatedProvider } from '@mastra-perf/testkit';
import { afterEach, expect, it } from 'vitest';
import {
  createPerf,
  memoryStore,
  RateLimitedError,
  type Perf,
  type PerfEvents,
  type PerfOptions,
} from '../src/index.ts';

/* Limits in front of real agents and a provider over HTTP. */

const closing: Array<() => Promise<void>> = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function start(options: PerfOptions, provided: Parameters<typeof startSimulatedProvider>[0] = {}) {
  const provider = await startSimulatedProvider({ answer: () => ({ text: 'fine' }), ...provided });
  const perf: Perf = createPerf({ cache: false, coalesce: false, ...options });
  closing.push(
    () => perf.close(),
    () => provider.close(),
  );
  const events: Array<PerfEvents['limit']> = [];
  perf.on('limit', (event) => void events.push(event));
  const model = { id: 'openai/gpt-4', url: provider.url, apiKey: 'k', api: 'responses' };
  const agents = Object.fromEntries(
    ['support', 'other'].map((id) => [
      id,
      new Agent({ id, name: id, instructions: 'i', model, maxRetries: 0 } as never),
    ]),
  );
  new Mastra({ agents, logger: false, storage: new InMemoryStore(), processors: { perf } });
  return { perf, provider, events, support: agents['support']!, other: agents['other']! };
}

it('lets no more calls of an agent be under way than its concurrency, generated or streamed', async () => {
  const { support, other, provider } = await start(
    { agents: { support: { limits: { concurrency: 3 } } } },
    { timeToFirstTokenMs: 30 },
  );
  const results = await Promise.all(
    Array.from({ length: 20 }, async (_, n) => {
      if (n % 2) return (await support.generate(`${n}`)).text;
      const stream = await support.stream(`${n}`);
      return stream.text;
    }),
  );
  expect(results.every((text) => text === 'fine')).toBe(true);
  expect(provider.totals()).toMatchObject({ requests: 20, maxInFlight: 3 });
  await Promise.all(Array.from({ length: 6 }, (_, n) => other.generate(`${n}`)));
  expect(provider.totals().maxInFlight).toBeGreaterThan(3);
});

it('waits for as long as a provider says, and asks again', async () => {
  const { support, provider, events } = await start(
    { limits: true },
    { fail: (_request, n) => (n === 1 ? { status: 429, retryAfterSeconds: 0.2 } : undefined) },
  );
  expect((await support.generate('hi')).text).toBe('fine');
  expect(provider.log.map(({ status }) => status)).toEqual([429, 200]);
  expect((provider.log[1]?.startedAt ?? 0) - (provider.log[0]?.startedAt ?? 0)).toBeGreaterThanOrEqual(199);
  expect(events[0]).toMatchObject({
    kind: 'throttled',
    limit: 'openai/gpt-4',
    agent: 'support',
    waitMs: 200,
  });
});

it('keeps two plugins on one store within what the provider allows together', async () => {
  const store = memoryStore();
  const limits = { models: { openai: { requestsPerMinute: 1200, window: 1000 } } };
  const one = await start({ store, limits });
  const perf = createPerf({ cache: false, coalesce: false, store, limits });
  closing.push(() => perf.close());
  const agent = new Agent({
    id: 'b',
    name: 'b',
    instructions: 'i',
    model: { id: 'openai/gpt-4', url: one.provider.url, apiKey: 'k', api: 'responses' },
    maxRetries: 0,
  } as never);
  new Mastra({ agents: { agent }, logger: false, storage: new InMemoryStore(), processors: { perf } });
  const texts = await Promise.all(
    Array.from({ length: 50 }, async (_, n) => (n % 2 ? one.support : agent).generate(`${n}`)),
  );
  expect(texts.every(({ text }) => text === 'fine')).toBe(true);
  // 18.6 a second: 2.6 s for both together. Each by itself would take half of that.
  const times = one.provider.log.map(({ startedAt }) => startedAt);
  expect(times).toHaveLength(50);
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(2000);
});

it('refuses with an error that says when to come back, and goes on without a limit where that is asked for', async () => {
  const limits = { maxWait: 50, models: { openai: { requestsPerMinute: 1 } } };
  const { support, provider, perf } = await start({ limits });
  await support.generate('first');
  const error: unknown = await support.generate('second').then(
    ({ error: inside }) => inside,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code: 'MASTRA_PERF_LIMIT', limit: 'openai', agent: 'support' });
  expect((error as RateLimitedError).retryAfterMs).toBeGreaterThan(50_000);
  await support.generate('third', { requestContext: perf.context({ limits: false }) });
  expect(provider.totals().requests).toBe(2);
});

it('takes a priority for one run, and no other', () => {
  const perf = createPerf({ limits: true });
  closing.push(() => perf.close());
  expect(() => perf.context({ priority: 'urgent' as never })).toThrow(/perf.context.priority/);
  expect(perf.context({ priority: 'high' }).getRaw('mastraPerf')).toEqual({ priority: 'high' });
});
