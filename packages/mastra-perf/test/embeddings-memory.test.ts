import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { globalEmbeddingCache } from '@mastra/core/processors';
import { InMemoryStore } from '@mastra/core/storage';
import { LibSQLVector } from '@mastra/libsql';
import { Memory } from '@mastra/memory';
import { mockEmbedder, mockModel, type MockEmbedder } from '@mastra-perf/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPerf, memoryStore, type Perf, type PerfOptions } from '../src/index.ts';

/* The embedding model of real memories: how often it is asked, and that what is recalled is the same. */

const open: Perf[] = [];
beforeEach(() => globalEmbeddingCache.clear()); // Mastra's own, of this process: other tests have the same texts
afterEach(async () => {
  await Promise.all(open.splice(0).map((perf) => perf.close()));
});

interface World {
  readonly memory: Memory;
  readonly embedder: MockEmbedder<'v2' | 'v3'>;
  readonly perf: Perf;
  ask(question: string, thread: string): Promise<unknown>;
  save(texts: readonly string[], thread?: string): Promise<void>;
}

interface WorldOptions {
  readonly perf?: PerfOptions | false;
  readonly spec?: 'v2' | 'v3';
  readonly vectors?: string;
  /** Whether Mastra has the memory by name, so that it is met before an agent asks for it. */
  readonly isNamed?: boolean;
}

let worlds = 0;

function world({
  perf: options = {},
  spec = 'v2',
  vectors = ':memory:',
  isNamed = true,
}: WorldOptions = {}): World {
  const embedder = mockEmbedder({ spec, dimensions: 16, maxEmbeddingsPerCall: 96 });
  const perf = createPerf(options === false ? {} : options);
  open.push(perf);
  const storage = new InMemoryStore();
  const memory = new Memory({
    storage,
    vector: new LibSQLVector({ id: `v${++worlds}`, url: vectors }),
    embedder: embedder as never,
    options: { lastMessages: 2, semanticRecall: { topK: 3, messageRange: 1, scope: 'resource' } },
  });
  const agent = new Agent({
    id: 'a',
    name: 'a',
    instructions: 'i',
    model: mockModel({
      respond: ({ prompt }) => ({ text: `answer to ${textIn(prompt.at(-1)?.content)}` }),
    }),
    memory,
  });
  new Mastra({
    agents: { a: agent },
    ...(isNamed && { memory: { m: memory } }),
    logger: false,
    storage,
    ...(options !== false && { processors: { perf } }),
  });
  return {
    memory,
    embedder,
    perf,
    ask: (question, thread) => agent.generate(question, { memory: { thread, resource: 'r' } }),
    async save(texts, thread = 't') {
      await memory.saveMessages({
        messages: texts.map((text, index) => ({
          id: `${thread}-${index}`,
          role: index % 2 === 0 ? 'user' : 'assistant',
          threadId: thread,
          resourceId: 'r',
          createdAt: new Date(1_750_000_000_000 + index * 1000),
          content: { format: 2, parts: [{ type: 'text', text }] },
        })) as never,
      });
    },
  };
}

const textIn = (content: unknown): string =>
  (content as readonly { readonly text: string }[]).map(({ text }) => text).join();

const TWENTY = Array.from({ length: 20 }, (_, index) => `message number ${index}`);
const QUESTIONS = Array.from({ length: 8 }, (_, index) => `what is ${index}?`);
const askAll = (one: World, questions = QUESTIONS) =>
  Promise.all(questions.map((question, index) => one.ask(question, `t${index}`)));

describe.each(['v2', 'v3'] as const)('the embedding model of a memory (%s)', (spec) => {
  it('is asked once for twenty messages that are saved together, and never again for these', async () => {
    const plain = world({ spec, perf: false });
    await plain.save(TWENTY);
    expect(plain.embedder.calls.total).toBe(20);
    const store = memoryStore();
    const one = world({ spec, perf: { store } });
    await one.save(TWENTY);
    expect(one.embedder.calls.texts).toEqual([TWENTY]);
    await one.perf.flush();
    const other = world({ spec, perf: { store } }); // as in another process: nothing is in memory
    await other.save(TWENTY);
    expect(other.embedder.calls.total).toBe(0);
  });

  it('is asked for eight questions at once, for their answers at once, and never again for these', async () => {
    const plain = world({ spec, perf: false });
    await askAll(plain);
    expect(plain.embedder.calls.total).toBe(17);
    globalEmbeddingCache.clear();
    const store = memoryStore();
    const one = world({ spec, perf: { store } });
    await one.ask('hello', 't'); // the first time Mastra asks for the length of vectors, and waits for it
    await one.perf.flush();
    const before = one.embedder.calls.total;
    await askAll(one);
    expect(one.embedder.calls.total - before).toBeLessThanOrEqual(2);
    await one.perf.flush();
    globalEmbeddingCache.clear();
    const other = world({ spec, perf: { store } });
    await askAll(other);
    expect(other.embedder.calls.total).toBe(0);
  });
});

describe('what a memory recalls', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mastra-perf-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.each([':memory:', 'file'])(
    'is the same with the plugin as without it (vectors in %s)',
    async (place) => {
      const vectorsIn = (name: string): string =>
        place === 'file' ? `file:${join(folder, `${name}.db`)}` : place;
      const long = Array.from({ length: 2000 }, (_, index) => `word${index}`).join(' '); // more than one chunk
      const texts = [...TWENTY, long, 'ünïcode ✓', TWENTY[3]!];
      const recalled = async (one: World) => {
        await one.save(texts);
        for (const [index, question] of QUESTIONS.entries()) await one.ask(question, `t${index}`);
        const all = [];
        for (const query of [TWENTY[7]!, QUESTIONS[2]!, long, 'something else']) {
          const { messages } = await one.memory.recall({
            threadId: 't',
            resourceId: 'r',
            perPage: 0,
            vectorSearchString: query,
            threadConfig: { semanticRecall: { topK: 3, messageRange: 1, scope: 'resource' } },
          });
          all.push(
            messages.map(({ role, content, threadId }) => [
              role,
              threadId,
              textIn(content.parts).slice(0, 50),
            ]),
          );
        }
        return all;
      };
      const without = await recalled(world({ perf: false, vectors: vectorsIn('without') }));
      globalEmbeddingCache.clear();
      const store = memoryStore();
      const first = world({ perf: { store }, vectors: vectorsIn('first') });
      const withPlugin = await recalled(first);
      await first.perf.flush();
      globalEmbeddingCache.clear();
      const second = world({ perf: { store }, vectors: vectorsIn('second') });
      const fromStore = await recalled(second);
      expect(without.flat().length).toBeGreaterThan(10);
      expect(withPlugin).toEqual(without);
      expect(fromStore).toEqual(without);
      expect(second.embedder.calls.total).toBe(0);
    },
  );
});

describe('a memory that only an agent knows', () => {
  it('is met when an agent is asked for it, and from then on also in what the app asks it for', async () => {
    const one = world({ isNamed: false });
    await one.ask('hello', 't');
    const before = one.embedder.calls.total;
    await one.save(TWENTY);
    expect(one.embedder.calls.total - before).toBe(1);
  });

  it('goes on by itself when the plugin is closed', async () => {
    const one = world();
    await one.perf.close();
    await one.save(TWENTY.slice(0, 3));
    expect(one.embedder.calls.total).toBe(3);
  });
});

it('counts requests once and tells what was saved, for whom it was', async () => {
  const one = world();
  await one.save(TWENTY);
  await askAll(one, ['the same', 'the same', 'the same']);
  const rows = await one.perf.usage.report({ by: ['agent', 'purpose'], where: { purpose: 'embedding' } });
  const requests = rows.reduce((sum, { embeddingCalls }) => sum + embeddingCalls, 0);
  expect(requests).toBe(one.embedder.calls.total);
  const { saved } = await one.perf.report();
  expect(saved.embeddings).toBeGreaterThanOrEqual(2);
  expect(saved.inputTokens).toBeGreaterThan(0);
});

it('leaves a run alone that says so, and an agent that is told so', async () => {
  const one = world({ perf: { agents: { a: { embeddings: false } } } });
  await askAll(one);
  expect(one.embedder.calls.texts.every(({ length }) => length === 1)).toBe(true);
  expect(one.perf.cache.stats().embeddings).toMatchObject({ texts: 0, requests: 0 });
});
