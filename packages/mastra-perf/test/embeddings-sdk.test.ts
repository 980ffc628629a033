import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { APICallError, embed, embedMany } from 'ai';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import { LibSQLVector } from '@mastra/libsql';
import { Memory } from '@mastra/memory';
import { gate, hashVector, mockEmbedder, mockModel } from '@mastra-perf/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createPerf,
  EmbeddingError,
  memoryStore,
  type BatchEmbeddingsProgress,
  type Perf,
  type PerfOptions,
} from '../src/index.ts';

/* Embedding models that are wrapped by hand: under the AI SDK, by themselves, and for many texts. */

const open: Perf[] = [];
const start = (options?: PerfOptions): Perf => {
  const perf = createPerf(options);
  open.push(perf);
  return perf;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((perf) => perf.close()));
});
const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `text ${index}`);
const vectorOf = (text: string): number[] => hashVector(text, 8);

describe.each(['v2', 'v3', 'v4'] as const)('an embedding model under the AI SDK (%s)', (spec) => {
  it('is asked once for what several calls want, and not again', async () => {
    const model = mockEmbedder({ spec, maxEmbeddingsPerCall: 10 });
    const wrapped = start().embedder(model) as never;
    const [many, one, same] = await Promise.all([
      embedMany({ model: wrapped, values: ['a', 'b', 'a'] }),
      embed({ model: wrapped, value: 'c' }),
      embed({ model: wrapped, value: 'b' }),
    ]);
    expect(many.embeddings).toEqual(['a', 'b', 'a'].map(vectorOf));
    expect([one.embedding, same.embedding]).toEqual(['c', 'b'].map(vectorOf));
    expect(model.calls.texts.map((texts) => texts.toSorted())).toEqual([['a', 'b', 'c']]);
    expect(many.usage.tokens + one.usage.tokens + same.usage.tokens).toBe(3);
    expect((await embed({ model: wrapped, value: 'a' })).usage.tokens).toBe(0);
    expect(model.calls.total).toBe(1);
  });

  it('is asked in parts where the SDK cuts the texts by the limit of the model', async () => {
    const model = mockEmbedder({ spec, maxEmbeddingsPerCall: 10 });
    const wrapped = start().embedder(model) as never;
    const { embeddings } = await embedMany({ model: wrapped, values: numbered(35) });
    expect(embeddings).toEqual(numbered(35).map(vectorOf));
    expect(model.calls.texts.map(({ length }) => length)).toEqual([10, 10, 10, 5]);
  });
});

it('leaves repetitions to the SDK, which asks anew for what failed and is retryable', async () => {
  const later = new APICallError({
    message: 'later',
    url: '',
    requestBodyValues: {},
    statusCode: 503,
    responseHeaders: { 'retry-after-ms': '1' },
  });
  const model = mockEmbedder({ spec: 'v4', fail: (_texts, call) => (call === 1 ? later : undefined) });
  const wrapped = start().embedder(model) as never;
  const replies = await Promise.all(numbered(5).map((value) => embed({ model: wrapped, value })));
  expect(replies.map(({ embedding }) => embedding)).toEqual(numbered(5).map(vectorOf));
  expect(model.calls.total).toBeLessThanOrEqual(3);
});

it('says of a text that the model refuses which it is, and lets others through', async () => {
  const bad = new APICallError({ message: 'empty', url: '', requestBodyValues: {}, statusCode: 400 });
  const model = mockEmbedder({ spec: 'v3', fail: (texts) => (texts.includes('') ? bad : undefined) });
  const wrapped = start().embedder(model) as never;
  const [failed, single, good] = await Promise.allSettled([
    embedMany({ model: wrapped, values: ['a', 'b', ''] }),
    embed({ model: wrapped, value: '' }),
    embedMany({ model: wrapped, values: ['c', 'd'] }),
  ]);
  expect(failed).toMatchObject({ reason: { code: 'MASTRA_PERF_EMBEDDING', index: 2, cause: bad } });
  expect((failed as PromiseRejectedResult).reason).toBeInstanceOf(EmbeddingError);
  expect(single).toMatchObject({ reason: bad });
  expect(good).toMatchObject({ value: { embeddings: ['c', 'd'].map(vectorOf) } });
});

describe('batchEmbeddings', () => {
  it('gives the vectors of many texts in order, in full requests, and tells how far it is', async () => {
    const perf = start({ store: memoryStore() });
    const model = mockEmbedder({ spec: 'v3', maxEmbeddingsPerCall: 96 });
    const texts = [...numbered(1990), ...numbered(10)];
    const told: BatchEmbeddingsProgress[] = [];
    const vectors = await perf.batchEmbeddings(model, texts, {
      onProgress: (progress) => told.push(progress),
    });
    expect(vectors).toEqual(texts.map(vectorOf));
    expect(model.calls.total).toBeLessThanOrEqual(Math.ceil(1990 / 96) + 1);
    expect(model.calls.texts.flat()).toHaveLength(1990);
    expect(told).toHaveLength(4);
    expect(told.at(-1)).toEqual({ done: 2000, total: 2000, fromCache: 0 });
    told.length = 0;
    await perf.batchEmbeddings(model, texts, { onProgress: (progress) => told.push(progress) });
    expect(told.at(-1)).toEqual({ done: 2000, total: 2000, fromCache: 2000 });
    expect(model.calls.texts.flat()).toHaveLength(1990);
  });

  it('of no texts asks nothing', async () => {
    const model = mockEmbedder();
    expect(await start().batchEmbeddings(model, [])).toEqual([]);
    expect(model.calls.total).toBe(0);
  });

  it('repeats what is retryable, and only what has failed', async () => {
    const later = new APICallError({
      message: 'later',
      url: '',
      requestBodyValues: {},
      statusCode: 429,
      responseHeaders: { 'retry-after-ms': '1' },
    });
    const model = mockEmbedder({
      maxEmbeddingsPerCall: 100,
      fail: (_texts, call) => (call === 3 ? later : undefined),
    });
    expect(await start().batchEmbeddings(model, numbered(400))).toEqual(numbered(400).map(vectorOf));
    expect(model.calls.total).toBe(5);
    const failing = mockEmbedder({ fail: () => later });
    await expect(start().batchEmbeddings(failing, ['a'], { maxRetries: 1 })).rejects.toBe(later);
    expect(failing.calls.total).toBe(2);
  });

  it('names a bad text by its place among all, and keeps what it has', async () => {
    const perf = start();
    const isBad = (text: string): boolean => text === 'text 1300';
    const model = mockEmbedder({
      maxEmbeddingsPerCall: 100,
      fail: (texts) => (texts.some(isBad) ? Object.assign(new Error('bad'), { statusCode: 400 }) : undefined),
    });
    await expect(perf.batchEmbeddings(model, numbered(2000))).rejects.toMatchObject({
      code: 'MASTRA_PERF_EMBEDDING',
      index: 1300,
      message: 'text 1300 of 2000: bad',
    });
    expect(perf.cache.stats().embeddings.entries).toBeGreaterThan(0);
  });

  it('ends with the reason of its signal, and asks no more', async () => {
    const ended = new AbortController();
    const door = gate();
    const model = mockEmbedder({ maxEmbeddingsPerCall: 10, gate: door.wait });
    const work = start().batchEmbeddings(model, numbered(1000), { signal: ended.signal });
    work.catch(() => undefined);
    await expect.poll(() => model.calls.total).toBe(8);
    const reason = new Error('enough');
    ended.abort(reason);
    await expect(work).rejects.toBe(reason);
    door.open();
    expect(model.calls.total).toBe(8);
  });
});

describe('a model that is wrapped by hand', () => {
  it('counts for the agent in whose run it is asked, and for its own name elsewhere', async () => {
    const perf = start();
    const model = mockEmbedder({ spec: 'v2', dimensions: 24 });
    const storage = new InMemoryStore();
    const memory = new Memory({
      storage,
      embedder: perf.embedder(model, { agent: 'indexer' }) as never,
      vector: new LibSQLVector({ id: 'v', url: ':memory:' }),
      options: { semanticRecall: { topK: 1, messageRange: 0 } },
    });
    const agent = new Agent({ id: 'support', name: 's', instructions: 'i', model: mockModel(), memory });
    new Mastra({ agents: { support: agent }, logger: false, storage, processors: { perf } });
    await memory.saveMessages({
      messages: [
        {
          id: '1',
          role: 'user',
          threadId: 't',
          resourceId: 'r',
          createdAt: new Date(),
          content: { format: 2, parts: [{ type: 'text', text: 'early words' }] },
        },
      ] as never,
    });
    await agent.generate('a question', { memory: { thread: 't', resource: 'r' } });
    const rows = await perf.usage.report({ by: ['agent', 'resource'], where: { purpose: 'embedding' } });
    expect(rows.map((row) => [row.agent, row.resource, row.embeddingCalls])).toEqual(
      expect.arrayContaining([
        ['indexer', undefined, 1],
        ['support', 'r', model.calls.total - 1],
      ]),
    );
  });

  it('asks for everything itself in a run that says so', async () => {
    const perf = start();
    const model = mockEmbedder({ spec: 'v2', dimensions: 40 });
    const storage = new InMemoryStore();
    const memory = new Memory({
      storage,
      embedder: model as never,
      vector: new LibSQLVector({ id: 'v', url: ':memory:' }),
      options: { semanticRecall: { topK: 1, messageRange: 0 } },
    });
    const agent = new Agent({ id: 'a', name: 'a', instructions: 'i', model: mockModel(), memory });
    new Mastra({ agents: { a: agent }, logger: false, storage, processors: { perf } });
    await agent.generate('hello', {
      memory: { thread: 't', resource: 'r' },
      requestContext: perf.context({ embeddings: false }),
    });
    expect(model.calls.total).toBeGreaterThan(1);
    expect(perf.cache.stats().embeddings).toMatchObject({ texts: 0, entries: 0 });
  });

  it('is asked anew after everything was cleared, also where it had been stored', async () => {
    const store = memoryStore();
    const [one, other] = [start({ store }), start({ store })];
    const model = mockEmbedder({ spec: 'v3' });
    const ask = (perf: Perf) => perf.embedder(model).doEmbed({ values: ['a'] });
    await ask(one);
    await one.flush();
    await ask(other);
    expect(model.calls.total).toBe(1);
    await one.cache.clear();
    expect(other.cache.stats().embeddings.entries).toBe(0); // it was told
    await ask(other);
    await other.flush();
    await ask(one);
    expect(model.calls.total).toBe(2);
  });
});

it('keeps a process alive that does nothing but wait for a vector', async () => {
  const index = new URL('../src/index.ts', import.meta.url).href;
  const script = `
    import { createPerf } from ${JSON.stringify(index)};
    const model = { provider: 'p', modelId: 'm', doEmbed: async () => ({ embeddings: [[1]] }) };
    const { embeddings } = await createPerf().embedder(model).doEmbed({ values: ['a'] });
    console.log(JSON.stringify(embeddings));`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    '--input-type=module-typescript',
    '--eval',
    script,
  ]);
  expect(stdout.trim()).toBe('[[1]]');
});
