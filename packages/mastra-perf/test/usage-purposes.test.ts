import { Agent } from '@mastra/core/agent';
import { Mastra } from '@mastra/core/mastra';
import { ModerationProcessor } from '@mastra/core/processors';
import { InMemoryStore } from '@mastra/core/storage';
import { createTool } from '@mastra/core/tools';
import { LibSQLVector } from '@mastra/libsql';
import { Memory } from '@mastra/memory';
import { mockEmbedder, mockModel } from '@mastra-perf/testkit';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { createPerf, type Perf } from '../src/index.ts';

/* What an agent has others do is counted for it and the resource that it works for, apart from its answers. */

let perf: Perf;
afterEach(() => perf.close());

const answering = (text: string) => mockModel({ respond: () => ({ text }) });
const purposes = async () => {
  const rows = await perf.usage.report({ by: ['agent', 'purpose', 'via', 'resource', 'model'] });
  return rows
    .map(({ agent, purpose, via, resource, modelCalls }) => ({
      agent,
      purpose,
      ...(via !== undefined && { via }),
      resource,
      modelCalls,
    }))
    .toSorted((a, b) => String(a.purpose).localeCompare(String(b.purpose)));
};
const memory = { thread: 't', resource: 'ann' };

/** The agent that is asked, and others of its Mastra. */
function start(extra: object, others: Record<string, Agent> = {}): Agent {
  perf = createPerf();
  const agent = agentOf('support', extra);
  new Mastra({
    agents: { agent, ...others },
    logger: false,
    storage: new InMemoryStore(),
    processors: { perf },
  });
  return agent;
}
const agentOf = (id: string, extra: object): Agent =>
  new Agent({ id, name: id, instructions: 'i', model: answering('hello'), ...extra } as never);

it('tells titles from answers, also with a model of their own', async () => {
  for (const generateTitle of [true, { model: answering('A title') }]) {
    const agent = start({ memory: new Memory({ options: { generateTitle } as never }) });
    await agent.generate('q', { memory });
    await expect.poll(purposes).toEqual([
      { agent: 'support', purpose: 'answer', resource: 'ann', modelCalls: 1 },
      { agent: 'support', purpose: 'title', resource: 'ann', modelCalls: 1 },
    ]);
    await perf.close();
  }
});

it('tells moderation from answers', async () => {
  const agent = start({
    inputProcessors: [
      new ModerationProcessor({ model: answering('{"category_scores":[],"reason":null}') as never }),
    ],
  });
  await agent.generate('q', { memory });
  expect(await purposes()).toEqual([
    { agent: 'support', purpose: 'answer', resource: 'ann', modelCalls: 1 },
    { agent: 'support', purpose: 'processor', via: 'content-moderator', resource: 'ann', modelCalls: 1 },
  ]);
});

it('tells observational memory from answers', async () => {
  const agent = start({
    memory: new Memory({
      options: {
        observationalMemory: {
          observation: { model: answering('<observations>* a fact</observations>'), messageTokens: 20 },
          reflection: {
            model: answering('<observations>* a fact</observations>'),
            observationTokens: 100_000,
          },
        },
      } as never,
    }),
  });
  for (let turn = 0; turn < 4; turn++) await agent.generate(`question ${turn} `.repeat(40), { memory });
  const rows = await purposes();
  expect(rows.map(({ purpose }) => purpose)).toContain('memory');
  for (const row of rows) expect(row).toMatchObject({ agent: 'support', resource: 'ann' });
  const observed = rows.find(({ purpose }) => purpose === 'memory');
  expect(observed!.via).toMatch(/observer/);
});

it('tells a tool that asks an agent', async () => {
  const helper = agentOf('helper', { model: answering('found') });
  const look = createTool({
    id: 'look',
    description: 'd',
    inputSchema: z.object({}),
    execute: async () => (await helper.generate('look')).text,
  });
  let asked = 0;
  const model = mockModel({
    respond: () => (asked++ === 0 ? { tools: [{ name: 'look', args: {} }] } : { text: 'done' }),
  });
  const agent = start({ model, tools: { look } }, { helper });
  await agent.generate('q', { memory });
  expect(await purposes()).toEqual([
    { agent: 'support', purpose: 'answer', resource: 'ann', modelCalls: 2 },
    { agent: 'support', purpose: 'tool', via: 'helper', resource: 'ann', modelCalls: 1 },
  ]);
});

it('tells the embeddings of semantic recall from answers, and from those of another Mastra with the same memory', async () => {
  perf = createPerf();
  const other = createPerf();
  const embedder = mockEmbedder();
  const shared = new Memory({
    storage: new InMemoryStore(),
    vector: new LibSQLVector({ id: 'v', url: ':memory:' }),
    embedder: embedder as never,
    options: { semanticRecall: { topK: 1, messageRange: 0 } },
  });
  const agent = agentOf('support', { memory: shared });
  const another = agentOf('sales', { memory: shared });
  new Mastra({ agents: { agent }, logger: false, processors: { perf } });
  new Mastra({ agents: { another }, logger: false, processors: { perf: other } });
  await agent.generate('one', { memory });
  await another.generate('two', { memory: { thread: 'u', resource: 'bob' } });
  const [row, ...rest] = (await perf.usage.report({ by: ['agent', 'purpose', 'resource'] })).filter(
    ({ purpose }) => purpose === 'embedding',
  );
  expect(rest).toEqual([]);
  expect(row).toMatchObject({ agent: 'support', resource: 'ann', modelCalls: 0 });
  expect(row!.embeddingCalls).toBeGreaterThan(0);
  const { embeddingCalls } = await other.report();
  expect(row!.embeddingCalls + embeddingCalls).toBe(embedder.calls.total);
  await other.close();
  await another.generate('three', { memory: { thread: 'u', resource: 'bob' } });
  expect((await perf.report()).embeddingCalls).toBe(row!.embeddingCalls);
});
