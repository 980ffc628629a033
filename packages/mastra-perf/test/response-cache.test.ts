import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryServerCache } from '@mastra/core/cache';
import { ResponseCache } from '@mastra/core/processors';
import { InMemoryStore } from '@mastra/core/storage';
import { createTool } from '@mastra/core/tools';
import { Memory } from '@mastra/memory';
import { mockModel } from '@mastra-perf/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createPerf, type Perf } from '../src/index.ts';

/*
 * The response cache that Mastra ships, and this one, on the same requests. A pair of requests that differ in something
 * that reaches the provider must reach the model twice; the built-in cache answers the second from the first.
 */

const open: Perf[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((perf) => perf.close()));
});

type Maker = (model: ReturnType<typeof mockModel>, id?: string, extra?: object) => Agent;

function withOurs(): Maker {
  return (model, id = 'a', extra = {}) => {
    const perf = createPerf();
    open.push(perf);
    const agent = new Agent({ id, name: id, instructions: 'i', model, ...extra });
    new Mastra({
      agents: { [id]: agent },
      logger: false,
      storage: new InMemoryStore(),
      processors: { perf },
    });
    return agent;
  };
}

function withBuiltIn(): Maker {
  const cache = new InMemoryServerCache();
  return (model, id = 'a', extra = {}) => {
    const agent = new Agent({
      id,
      name: id,
      instructions: 'i',
      model,
      inputProcessors: [new ResponseCache({ cache })],
      ...extra,
    });
    new Mastra({ agents: { [id]: agent }, logger: false, storage: new InMemoryStore() });
    return agent;
  };
}

const tool = (id: string) =>
  createTool({ id, description: id, inputSchema: z.object({}), execute: async () => 1 });
const [A, B] = [{ toolsets: { set: { A: tool('A') } } }, { toolsets: { set: { B: tool('B') } } }];
const structured = (key: string) => ({
  structuredOutput: { schema: z.object({ [key]: z.string() }), errorStrategy: 'warn' as const },
});

function bySchema(options: unknown) {
  const { responseFormat } = options as {
    readonly responseFormat?: { readonly schema?: { readonly properties?: object } };
  };
  const fields = Object.keys(responseFormat?.schema?.properties ?? {});
  return {
    text: responseFormat ? JSON.stringify(Object.fromEntries(fields.map((field) => [field, 'v']))) : 'plain',
  };
}

const pairs = [
  {
    what: 'temperature',
    first: { modelSettings: { temperature: 0 } },
    second: { modelSettings: { temperature: 1 } },
  },
  {
    what: 'maxOutputTokens',
    first: { modelSettings: { maxOutputTokens: 5 } },
    second: { modelSettings: { maxOutputTokens: 500 } },
  },
  { what: 'seed', first: { modelSettings: { seed: 1 } }, second: { modelSettings: { seed: 2 } } },
  { what: 'tools', first: A, second: B },
  { what: 'no tools and tools', first: {}, second: B },
  { what: 'toolChoice', first: A, second: { ...A, toolChoice: 'none' as const } },
  {
    what: 'provider options',
    first: { providerOptions: { openai: { reasoningEffort: 'low' } } },
    second: { providerOptions: { openai: { reasoningEffort: 'high' } } },
  },
  {
    what: 'headers',
    first: { modelSettings: { headers: { 'x-a': '1' } } },
    second: { modelSettings: { headers: { 'x-a': '2' } } },
  },
  { what: 'schemas', first: structured('x'), second: structured('y') },
  { what: 'text and a schema', first: {}, second: structured('x') },
];

async function modelCallsFor(make: Maker, first: object, second: object) {
  const model = mockModel({ respond: bySchema });
  const agent = make(model);
  await agent.generate('same prompt', first);
  const result = await agent.generate('same prompt', second);
  return { calls: model.calls.total, object: result.object };
}

describe.each(pairs)('two requests that differ in $what', ({ first, second }) => {
  it('are one question to the built-in cache', async () => {
    expect((await modelCallsFor(withBuiltIn(), first, second)).calls).toBe(1);
  });

  it('are two questions here', async () => {
    const { calls, object } = await modelCallsFor(withOurs(), first, second);
    expect(calls).toBe(2);
    if ('structuredOutput' in second)
      expect(Object.keys(object ?? {})).toEqual(Object.keys(second.structuredOutput.schema.shape));
  });

  it('are one question each: repeated, they cost nothing', async () => {
    const model = mockModel({ respond: bySchema });
    const agent = withOurs()(model);
    for (const options of [first, second, first, second])
      await agent.generate('same prompt', options as object);
    expect(model.calls.total).toBe(2);
  });
});

describe.each([
  { name: 'the built-in cache', make: withBuiltIn, crossed: true },
  { name: 'this cache', make: withOurs, crossed: false },
])('$name', ({ make, crossed }) => {
  it(`${crossed ? 'shows' : 'never shows'} one user the answer of another, told apart by memory: { resource }`, async () => {
    const model = mockModel();
    const agent = make()(model, 'a', { memory: new Memory({ options: { lastMessages: false } }) });
    const first = await agent.generate('q', { memory: { thread: 't1', resource: 'user-1' } });
    const second = await agent.generate('q', { memory: { thread: 't2', resource: 'user-2' } });
    expect(second.text === first.text).toBe(crossed);
    expect(model.calls.total).toBe(crossed ? 1 : 2);
  });

  it(`${crossed ? 'answers' : 'does not answer'} one agent with the answer of another one like it`, async () => {
    const [one, two] = [mockModel(), mockModel()];
    const maker = make();
    await maker(one, 'one').generate('q');
    await maker(two, 'two').generate('q');
    expect(two.calls.total).toBe(crossed ? 0 : 1);
  });

  it(`${crossed ? 'asks the model again for' : 'shares'} what is asked at the same time`, async () => {
    const model = mockModel();
    const agent = make()(model);
    await Promise.all(Array.from({ length: 10 }, () => agent.generate('q')));
    expect(model.calls.total).toBe(crossed ? 10 : 1);
  });

  it(`${crossed ? 'reports' : 'does not report'} the usage of a hit as spent`, async () => {
    const agent = make()(mockModel());
    await agent.generate('q');
    expect((await agent.generate('q')).usage.totalTokens).toBe(crossed ? 15 : 0);
  });
});

it('two agents of one Mastra that are alike share nothing', async () => {
  const [one, two] = [mockModel(), mockModel()];
  const perf = createPerf();
  open.push(perf);
  const agents = {
    one: new Agent({ id: 'one', name: 'x', instructions: 'i', model: one }),
    two: new Agent({ id: 'two', name: 'x', instructions: 'i', model: two }),
  };
  new Mastra({ agents, logger: false, storage: new InMemoryStore(), processors: { perf } });
  await agents.one.generate('q');
  await agents.two.generate('q');
  expect([one.calls.total, two.calls.total]).toEqual([1, 1]);
});
