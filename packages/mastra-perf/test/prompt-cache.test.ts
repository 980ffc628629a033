import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { Agent } from '@mastra/core/agent';
import { Mastra } from '@mastra/core/mastra';
import { InMemoryStore } from '@mastra/core/storage';
import { createTool } from '@mastra/core/tools';
import { Memory } from '@mastra/memory';
import { startSimulatedProvider } from '@mastra-perf/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createPerf, type Perf } from '../src/index.ts';
import type { ModelLike } from '../src/pipeline/model-proxy.ts';
import { markedBlocks, startAnthropicServer, type AnthropicServer, type Said } from './anthropic-server.ts';

/* Real models of the AI SDK in real agents: what arrives at the provider, over HTTP. */

const open: Perf[] = [];
afterEach(() => Promise.all(open.splice(0).map((perf) => perf.close())));
const installed = (): Perf => {
  const perf = createPerf({ cache: false, context: { promptCache: 'auto' } });
  perf.on('fault', ({ error }) => expect.fail(String(error)));
  open.push(perf);
  return perf;
};

const RULES = Array.from({ length: 600 }, (_, index) => `Rule ${index}: be kind.`).join(' ');
const lookTool = (id: string) =>
  createTool({
    id,
    description: `Looks at ${id}. ${'It is a long description. '.repeat(20)}`,
    inputSchema: z.object({ step: z.number().optional() }),
    execute: async () => ({ found: 'a result that has some words in it' }),
  } as never);

function agentWith(model: ModelLike, extra: object = {}) {
  const agent = new Agent({
    id: 'support',
    name: 'support',
    instructions: RULES,
    model: model as never,
    memory: new Memory({ options: { lastMessages: 100 } }),
    ...extra,
  } as never);
  new Mastra({
    agents: { agent },
    logger: false,
    storage: new InMemoryStore(),
    processors: { perf: installed() },
  });
  const ask = (text: string, options: object = {}) =>
    agent.generate(text, { memory: { thread: 't', resource: 'r' }, maxSteps: 20, ...options } as never);
  return { agent, ask };
}

const claude = ({ url }: AnthropicServer) =>
  createAnthropic({ baseURL: url, apiKey: 'none' })('claude-sonnet-4-5') as unknown as ModelLike;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('Anthropic', () => {
  it('reads in a loop of ten steps, and at the next turn, all that it has read before', async () => {
    const say = (_request: unknown, nth: number): Said =>
      nth <= 10 || (nth > 12 && nth <= 22) ? { call: 'look' } : { text: `answer ${nth}` };
    await using server = await startAnthropicServer(say);
    const tools = { zoom: lookTool('zoom'), look: lookTool('look') };
    const { ask } = agentWith(claude(server), { tools });
    for (const question of ['first', 'second', 'third']) await ask(question);

    const { requests, billed } = server;
    expect(requests).toHaveLength(23);
    for (const request of requests) {
      expect(markedBlocks(request).length).toBeLessThanOrEqual(4);
      expect(request.tools?.map(({ name }) => name)).toEqual(['look', 'zoom']);
    }
    expect(markedBlocks(requests[0]!)).toEqual(['tool zoom', 'system 0', '0 user text']);
    expect(markedBlocks(requests[1]!)).toEqual(['tool zoom', 'system 0', '2 user tool_result']);
    expect(billed[0]!.read).toBe(0);
    for (const [index, { read }] of billed.entries()) {
      const before = billed[index - 1];
      if (before) expect(read).toBe(before.read + before.written);
    }
    expect(sum(billed.map(({ plain }) => plain))).toBe(0);
    const share =
      sum(billed.map(({ read }) => read)) / sum(billed.map(({ read, written }) => read + written));
    expect(share).toBeGreaterThan(0.9);
  });

  it('finds what it had before steps with more calls at once than it looks back', async () => {
    const say = (_request: unknown, nth: number): Said =>
      nth <= 4 ? { call: 'look', times: 12 } : { text: 'done' };
    await using server = await startAnthropicServer(say);
    await agentWith(claude(server), { tools: { look: lookTool('look') } }).ask('all of them');
    const { requests, billed } = server;
    expect(requests).toHaveLength(5);
    for (const [index, { read }] of billed.entries()) {
      const before = billed[index - 1];
      if (before) expect(read).toBe(before.read + before.written);
    }
  });

  it('refuses nothing: several system messages, own markers, one for the whole request, streams', async () => {
    await using server = await startAnthropicServer(() => ({ text: 'ok' }));
    const cacheControl = { type: 'ephemeral', ttl: '1h' };
    const instructions = [
      { role: 'system', content: RULES },
      { role: 'system', content: 'Two.', providerOptions: { anthropic: { cacheControl } } },
      { role: 'system', content: 'Three.' },
    ];
    const { agent, ask } = agentWith(claude(server), { instructions });
    await ask('first');
    await ask('second', { providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } } });
    const stream = await agent.stream('third', { memory: { thread: 't', resource: 'r' } } as never);
    expect(await stream.text).toBe('ok');
    expect(server.requests.map((request) => markedBlocks(request))).toEqual([
      ['system 0', 'system 1', 'system 2'],
      ['system 1', 'system 2', '1 assistant text', 'request'],
      ['system 1', 'system 2', '3 assistant text', '4 user text'],
    ]);
    expect(server.requests[2]!.system!.map((block) => block.cache_control)).toEqual([
      undefined,
      cacheControl,
      { type: 'ephemeral' },
    ]);
  });
});

describe('OpenAI', () => {
  it.each(['chat', 'responses'] as const)('is told the key of the agent (%s)', async (kind) => {
    const provider = await startSimulatedProvider();
    const bodies: Array<Record<string, unknown>> = [];
    const openai = createOpenAI({
      apiKey: 'none',
      fetch: (input, init) => {
        bodies.push(JSON.parse(init?.body as string));
        return fetch(String(input).replace('https://api.openai.com/v1', provider.url), init);
      },
    });
    const { ask } = agentWith(openai[kind]('gpt-4o-mini') as unknown as ModelLike, {
      tools: { zoom: lookTool('zoom'), look: lookTool('look') },
    });
    await ask('first');
    await ask('second', { providerOptions: { openai: { promptCacheKey: 'mine' } } });
    expect(bodies.map((body) => body.prompt_cache_key)).toEqual(['mastra-perf:support', 'mine']);
    for (const { tools } of bodies as Array<{ tools: Array<{ name?: string; function?: { name: string } }> }>)
      expect(tools.map(({ name, function: own }) => name ?? own?.name)).toEqual(['look', 'zoom']);
    expect(provider.log.at(-1)!.cachedTokens).toBeGreaterThan(1024);
    await provider.close();
  });
});
