import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { createOpenAI } from '@ai-sdk/openai';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import { Memory } from '@mastra/memory';
import { mockModel, startDelayProxy } from '@mastra-perf/testkit';
import { startSimulatedProvider } from '@mastra-perf/testkit/simulated-provider';
import { afterAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  createPerf,
  memoryStore,
  type PerfOptions,
  type PerfStore,
  type WarmUpReport,
} from '../src/index.ts';

vi.setConfig({ testTimeout: 60_000 });

const provider = await startSimulatedProvider();
afterAll(() => provider.close());
beforeEach(() => provider.reset());

function anApp(model: object, options: PerfOptions = {}, more: object = {}) {
  const perf = createPerf(options);
  onTestFinished(() => perf.close());
  const support = new Agent({
    id: 'support-id',
    name: 'support',
    instructions: 'Answer.',
    model: model as never,
    memory: new Memory(),
  });
  const storage = new InMemoryStore();
  const mastra = new Mastra({ agents: { support }, storage, logger: false, processors: { perf }, ...more });
  return { perf, support, storage, mastra };
}

const statuses = ({ parts }: WarmUpReport) =>
  Object.fromEntries(parts.map(({ name, status }) => [name, status]));
const partOf = ({ parts }: WarmUpReport, name: string) => parts.find((part) => part.name === name);

/** In front of the provider, to see its connections. */
async function behindProxy() {
  const { hostname, port } = new URL(provider.url);
  const proxy = await startDelayProxy({ target: { host: hostname, port: Number(port) } });
  onTestFinished(() => proxy.close());
  return { proxy, url: `http://${proxy.host}:${proxy.port}/v1` };
}

describe('the connection to a provider', () => {
  it.each<readonly [string, (baseURL: string) => object]>([
    ['OpenAI-compatible', (baseURL) => createOpenAICompatible({ name: 'sim', baseURL })('sim-model')],
    ['OpenAI', (baseURL) => createOpenAI({ baseURL, apiKey: 'none' }).chat('sim-model')],
    ["Mastra's router", (url) => ({ id: 'sim/sim-model', url, apiKey: 'none' })],
    [
      'a list',
      (baseURL) => [{ model: createOpenAICompatible({ name: 'sim', baseURL })('sim-model') }] as object,
    ],
  ])('is there for the first request, and asks no model: %s', async (_, model) => {
    const { proxy, url } = await behindProxy();
    const { perf, support } = anApp(model(url));
    const report = await perf.warmup();
    expect(partOf(report, 'model support')).toMatchObject({ status: 'done', detail: new URL(url).host });
    expect(provider.log).toEqual([]);
    expect(proxy.connections).toBe(1);
    await support.generate('Hello');
    expect(provider.totals().chat).toBe(1);
    expect(proxy.connections).toBe(1);
  });

  it('is made with the fetch of the model', async () => {
    const asked: string[] = [];
    const fetch = async (url: unknown, init?: RequestInit) => {
      asked.push(`${init?.method} ${String(url)}`);
      return new Response(null, { status: 404 });
    };
    const { perf } = anApp(
      createOpenAICompatible({ name: 'sim', baseURL: 'http://no.example/v1', fetch })('m'),
    );
    expect(statuses(await perf.warmup())).toMatchObject({ 'model support': 'done' });
    expect(asked).toEqual(['OPTIONS http://no.example/v1']);
  });

  it('is not made when told so, for a model without an address, and for one that a request decides on', async () => {
    let asked = 0;
    const dynamic = () => {
      asked++;
      return mockModel();
    };
    expect(statuses(await anApp(dynamic).perf.warmup())).toMatchObject({ 'model support': 'skipped' });
    expect(asked).toBe(0);
    expect(statuses(await anApp(mockModel()).perf.warmup())).toMatchObject({ 'model support': 'skipped' });
    const report = await anApp(mockModel()).perf.warmup({ transport: false });
    expect(partOf(report, 'model support')).toBeUndefined();
  });

  it('is made to the addresses that are named', async () => {
    const { proxy, url } = await behindProxy();
    const report = await anApp(mockModel()).perf.warmup({ transport: [url] });
    expect(partOf(report, `transport ${new URL(url).host}/v1`)?.status).toBe('done');
    expect(proxy.connections).toBe(1);
  });

  it('fails alone where nobody answers', async () => {
    const model = createOpenAICompatible({ name: 'sim', baseURL: 'http://127.0.0.1:1/v1' })('m');
    const report = await anApp(model).perf.warmup();
    expect(statuses(report)).toMatchObject({ 'model support': 'failed', storage: 'done', prices: 'done' });
  });

  it('asks for one word if told so, which is counted for the agent', async () => {
    const { perf } = anApp(createOpenAICompatible({ name: 'sim', baseURL: provider.url })('sim-model'));
    expect(statuses(await perf.warmup({ tokens: true }))).toMatchObject({ 'tokens support': 'done' });
    expect(provider.totals().chat).toBe(1);
    const [row] = await perf.usage.report({ by: ['agent'] });
    expect(row).toMatchObject({ agent: 'support-id', modelCalls: 1 });
  });
});

describe('the time of a warm-up', () => {
  it('is up when a provider takes the connection and says nothing', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const model = createOpenAICompatible({ name: 'sim', baseURL: `http://127.0.0.1:${port}/v1` })('m');
    const report = await anApp(model).perf.warmup({ timeout: 300, rehearsal: false });
    expect(statuses(report)).toMatchObject({ 'model support': 'late', storage: 'done' });
    expect(report.ms).toBeGreaterThanOrEqual(299);
    expect(report.ms).toBeLessThan(3_000);
  });

  it.each([
    ['a store that hangs', () => new Promise<void>(() => undefined), 'late'],
    ['a store that refuses', () => Promise.reject(new Error('refused')), 'failed'],
  ])('is all that is lost to %s', async (_, connect, status) => {
    const store: PerfStore = { ...memoryStore(), connect };
    const { perf, support } = anApp(mockModel(), { store });
    const report = await perf.warmup({ timeout: 500, rehearsal: false });
    expect(statuses(report)).toMatchObject({ store: status, answers: status, storage: 'done' });
    expect(report.ms).toBeLessThan(3_000);
    expect((await support.generate('Hello')).text).not.toBe('');
  });

  it('is all that is lost to a storage that hangs', async () => {
    const storage = new InMemoryStore();
    storage.init = () => new Promise(() => undefined);
    const { perf } = anApp(mockModel(), {}, { storage });
    const report = await perf.warmup({ timeout: 500, rehearsal: false });
    expect(statuses(report)).toMatchObject({ storage: 'late', prices: 'done' });
  });
});

describe('what comes into memory', () => {
  it('is what another process has given most often, without asking the store or the model again', async () => {
    const store = memoryStore();
    const model = mockModel();
    const first = anApp(model, { store });
    for (const _ of [1, 2, 3]) await first.support.generate('What are your hours?');
    await first.perf.close();
    const second = anApp(model, { store });
    const report = await second.perf.warmup();
    expect(partOf(report, 'answers')).toMatchObject({ status: 'done', detail: '1 answers are in memory' });
    const result = await second.support.generate('What are your hours?');
    expect(second.perf.outcome(result)).toMatchObject({ outcome: 'hit', tier: 'l1' });
    expect(model.calls.total).toBe(1);
  });

  it('is the answer to a named question, of the resource that is named, and the model is asked only if told so', async () => {
    const store = memoryStore();
    const model = mockModel();
    const { perf, support, storage } = anApp(model, { store });
    const question = { agent: 'support', question: 'What are your hours?', resource: 'alice' };
    expect(statuses(await perf.warmup({ questions: [question] }))).toMatchObject({
      'question 1 support': 'skipped',
    });
    expect(model.calls.total).toBe(0);
    const asked = await perf.warmup({ questions: [{ ...question, ask: true }] });
    expect(statuses(asked)).toMatchObject({ 'question 1 support': 'done' });
    expect(model.calls.total).toBe(1);
    const threads = await (await storage.getStore('memory'))!.listThreads({ filter: {} });
    expect(threads.threads).toEqual([]);

    const answer = (resource: string) =>
      support.generate(question.question, { memory: { thread: `of ${resource}`, resource } });
    expect(perf.outcome(await answer('alice'))).toMatchObject({ outcome: 'hit' });
    expect(perf.outcome(await answer('bob'))).toMatchObject({ outcome: 'miss' });
  });

  it('names the agent that is not there', async () => {
    const { perf } = anApp(mockModel());
    const report = await perf.warmup({ questions: [{ agent: 'sales', question: 'Hm?' }] });
    expect(partOf(report, 'question 1 sales')).toMatchObject({
      status: 'failed',
      error: 'Error: no agent "sales" in this Mastra',
    });
  });
});

describe('a warm-up', () => {
  it('is done once, leaves nothing in storage and accounts, and asks no model', async () => {
    const model = mockModel();
    const { perf, storage } = anApp(model, { context: true });
    const events: unknown[] = [];
    for (const name of ['call', 'fault', 'stored'] as const) perf.on(name, (event) => events.push(event));
    const [one, other] = await Promise.all([perf.warmup(), perf.warmup()]);
    expect(one).toBe(other);
    expect(statuses(one)).toEqual({
      storage: 'done',
      'memory support': 'done',
      'model support': 'skipped',
      rehearsal: 'done',
      prices: 'done',
      context: 'done',
    });
    expect(model.calls.total).toBe(0);
    expect(events).toEqual([]);
    expect(await perf.usage.report({ by: ['agent'] })).toEqual([]);
    const threads = await (await storage.getStore('memory'))!.listThreads({ filter: {} });
    expect(threads.threads).toEqual([]);
  });

  it('does what is left when it is asked for before registration', async () => {
    const perf = createPerf({ store: memoryStore() });
    onTestFinished(() => perf.close());
    const before = await perf.warmup();
    expect(statuses(before)).toMatchObject({ mastra: 'skipped', store: 'done' });
    const agent = new Agent({ id: 'a', name: 'a', instructions: 'x', model: mockModel() as never });
    new Mastra({ agents: { a: agent }, logger: false, storage: new InMemoryStore(), processors: { perf } });
    expect(statuses(await perf.warmup())).toMatchObject({ storage: 'done', rehearsal: 'done' });
  });

  it('does work of the application, and goes on when that fails', async () => {
    const { perf } = anApp(mockModel());
    const done: string[] = [];
    const also = {
      mine: async () => done.push('mine'),
      broken: async () => Promise.reject(new Error('no')),
      rude: () => {
        throw new Error('at once');
      },
    };
    expect(statuses(await perf.warmup({ also }))).toMatchObject({
      'also mine': 'done',
      'also broken': 'failed',
      'also rude': 'failed',
    });
    expect(done).toEqual(['mine']);
  });

  it('is refused after close()', async () => {
    const perf = createPerf();
    await perf.close();
    await expect(perf.warmup()).rejects.toMatchObject({ code: 'MASTRA_PERF_CLOSED' });
  });

  it.each([
    [{ timeout: 0 }, 'timeout'],
    [{ timeout: '6m' }, 'timeout'],
    [{ connections: 0 }, 'connections'],
    [{ connections: -1 }, 'connections'],
    [{ connections: 101 }, 'connections'],
    [{ transport: 'https://a.example' }, 'transport'],
    [{ transport: ['ftp://a.example'] }, 'transport'],
    [{ transport: ['nowhere'] }, 'transport'],
    [{ tokens: 1 }, 'tokens'],
    [{ rehearsal: 'yes' }, 'rehearsal'],
    [{ preload: 0 }, 'preload'],
    [{ preload: 501 }, 'preload'],
    [{ preload: true }, 'preload'],
    [{ questions: {} }, 'questions'],
    [{ questions: [{ agent: 'a' }] }, 'questions[0].question'],
    [{ questions: [{ agent: '', question: 'x' }] }, 'questions[0].agent'],
    [{ questions: [{ agent: 'a', question: ' ' }] }, 'questions[0].question'],
    [{ questions: Array.from({ length: 51 }, () => ({ agent: 'a', question: 'x' })) }, 'questions'],
    [{ also: { mine: 1 } }, 'also.mine'],
    [{ everything: true }, 'everything'],
  ])('is refused with a wrong option: %o', async (options, where) => {
    const { perf } = anApp(mockModel());
    await expect(perf.warmup(options as never)).rejects.toMatchObject({
      code: 'MASTRA_PERF_CONFIG',
      path: `perf.warmup.${where}`,
    });
  });
});
