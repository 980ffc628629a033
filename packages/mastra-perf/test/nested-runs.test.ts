import { AsyncLocalStorage } from 'node:async_hooks';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { RequestContext } from '@mastra/core/request-context';
import { InMemoryStore } from '@mastra/core/storage';
import { createTool } from '@mastra/core/tools';
import { Memory } from '@mastra/memory';
import { mockModel } from '@mastra-perf/testkit';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { createPerf, type Perf } from '../src/index.ts';

/* Agents that work for another agent's run: answers made for one user there are not given to others. */

let perf: Perf;
afterEach(() => perf.close());

/** A model that calls one tool and then says what it gave. */
const calls = (name: string, args: object) =>
  mockModel({
    respond: ({ prompt }) =>
      prompt.at(-1)?.role === 'tool'
        ? { text: JSON.stringify(prompt.at(-1)?.content) }
        : { tools: [{ name, args }] },
  });

interface Outer {
  readonly model: ReturnType<typeof mockModel>;
  readonly agents?: Record<string, Agent>;
  readonly tools?: object;
}

const ways: ReadonlyArray<{ readonly way: string; readonly outer: (inner: Agent) => Outer }> = [
  {
    way: 'delegated to',
    outer: (inner) => ({ model: calls('agent-inner', { prompt: 'look' }), agents: { inner } }),
  },
  {
    way: 'delegated to, for a resource that the model has made up',
    outer: (inner) => ({
      model: calls('agent-inner', { prompt: 'look', resourceId: 'user', threadId: 'thread' }),
      agents: { inner },
    }),
  },
  {
    way: 'asked by a tool that passes nothing on',
    outer: (inner) => ({
      model: calls('look', {}),
      tools: {
        look: createTool({
          id: 'look',
          description: 'l',
          inputSchema: z.object({}),
          execute: async () => ({ text: (await inner.generate('look')).text }),
        }),
      },
    }),
  },
  {
    way: 'delegated to by an agent that is delegated to',
    outer: (inner) => ({
      model: calls('agent-middle', { prompt: 'look' }),
      agents: {
        middle: new Agent({
          id: 'middle',
          name: 'm',
          description: 'm',
          instructions: 'i',
          model: calls('agent-inner', { prompt: 'look' }),
          agents: { inner },
        }),
      },
    }),
  },
];
const memories = [
  {
    memory: 'with memory',
    remembers: true,
    options: (id: string) => ({ memory: { thread: `of-${id}`, resource: id } }),
  },
  {
    memory: 'without memory',
    remembers: false,
    options: (id: string) => ({ requestContext: new RequestContext([['mastra__resourceId', id]]) }),
  },
  {
    memory: 'without memory, told by the option',
    remembers: false,
    options: (id: string) => ({ memory: { thread: `of-${id}`, resource: id } }),
  },
];

it.each(ways.flatMap((way) => memories.map((memory) => ({ ...way, ...memory }))))(
  'an agent that is $way, $memory',
  async ({ outer, remembers, options }) => {
    perf = createPerf();
    const asking = new AsyncLocalStorage<string>();
    const innerModel = mockModel({ respond: () => ({ text: `for ${asking.getStore()}` }) });
    const inner = new Agent({
      id: 'inner',
      name: 'n',
      description: 'd',
      instructions: 'i',
      model: innerModel,
    });
    const config = { ...outer(inner), ...(remembers && { memory: new Memory() }) };
    const agent = new Agent({ id: 'outer', name: 'o', instructions: 'i', ...config } as never);
    new Mastra({
      agents: { agent, inner },
      logger: false,
      storage: new InMemoryStore(),
      processors: { perf },
    });
    const ask = (id: string) => asking.run(id, async () => (await agent.generate('q', options(id))).text);
    for (const id of ['user-a', 'user-b']) expect(await ask(id)).toContain(`for ${id}`);
    const rows = await perf.usage.report({ by: ['agent', 'purpose', 'via', 'resource'] });
    const spent = rows.filter((row) => row.via === 'inner');
    expect(spent.map(({ resource }) => resource).toSorted()).toEqual(['user-a', 'user-b']);
    for (const row of spent) expect(row).toMatchObject({ agent: 'outer', purpose: 'tool' });
  },
);
