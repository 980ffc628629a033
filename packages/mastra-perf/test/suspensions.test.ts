import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { LibSQLStore } from '@mastra/libsql';
import { Memory } from '@mastra/memory';
import { gate, mockModel } from '@mastra-perf/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createPerf, type Perf, type PerfOptions } from '../src/index.ts';

/* Agents that wait for approval, compared with Mastra alone: what they say, and what is stored after each step. */

let folder: string;
const open: Perf[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mastra-perf-'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((perf) => perf.close()));
  await rm(folder, { recursive: true });
});

const storeIn = (name: string) => new LibSQLStore({ id: 'db', url: `file:${join(folder, `${name}.db`)}` });

interface Call {
  readonly name: string;
  readonly args: object;
}

/** How many tools the supervisor has used when it answers, and which it asks for until then. */
const PLANS: Record<string, { readonly until: number; readonly ask: (nth: number) => Call[] }> = {
  'a tool of an agent that it delegates to': {
    until: 1,
    ask: () => [{ name: 'agent-sub', args: { prompt: 'book it' } }],
  },
  'two tools, one after the other': { until: 2, ask: (nth) => [{ name: 'book', args: { nth } }] },
  'two tools at once': {
    until: 1,
    ask: () => [
      { name: 'book', args: { nth: 1 } },
      { name: 'book', args: { nth: 2 } },
    ],
  },
};

/** One process. */
function start(name: string, plan: string, storageOptions: PerfOptions['storage'] | undefined) {
  const storage = storeIn(name);
  const book = createTool({
    id: 'book',
    description: 'Books.',
    inputSchema: z.object({ nth: z.number().optional() }),
    requireApproval: true,
    execute: async () => ({ booked: true }),
  });
  const used = (prompt: readonly { readonly role: string }[]) =>
    prompt.filter(({ role }) => role === 'tool').length;
  const { until, ask } = PLANS[plan]!;
  const sub = new Agent({
    id: 'sub',
    name: 'sub',
    description: 'Books.',
    instructions: 'i',
    model: mockModel({
      respond: ({ prompt }) =>
        used(prompt) > 0 ? { text: 'sub done' } : { tools: [{ name: 'book', args: {} }] },
    }) as never,
    tools: { book },
  });
  const memory = new Memory({ options: { lastMessages: 10 } });
  const agent = new Agent({
    id: 'a',
    name: 'a',
    instructions: 'i',
    model: mockModel({
      respond: ({ prompt }) => (used(prompt) >= until ? { text: 'done' } : { tools: ask(used(prompt)) }),
    }) as never,
    agents: { sub },
    tools: { book },
    memory,
  });
  const perf = storageOptions ? createPerf({ cache: false, storage: storageOptions }) : undefined;
  if (perf) open.push(perf);
  new Mastra({ agents: { a: agent }, logger: false, storage, ...(perf && { processors: { perf } }) });
  const rows = async () =>
    ((await storage.stores?.workflows?.listWorkflowRuns({}))?.runs ?? [])
      .map((run) => run.workflowName)
      .toSorted();
  return { agent, memory, perf, rows };
}

interface Streamed {
  readonly runId: string;
  readonly fullStream: AsyncIterable<{ readonly type: string; readonly payload?: unknown }>;
}

async function read({ fullStream }: Streamed) {
  const waiting: string[] = [];
  let text = '';
  for await (const { type, payload } of fullStream) {
    const told = payload as { readonly toolCallId: string; readonly text: string };
    if (type === 'tool-call-approval') waiting.push(told.toolCallId);
    if (type === 'text-delta') text += told.text;
  }
  return { waiting, text };
}

async function story(name: string, plan: string, isElsewhere: boolean, options?: PerfOptions['storage']) {
  const memory = { thread: 't', resource: 'user' };
  let process = start(name, plan, options);
  const events: unknown[] = [];
  const run = (await process.agent.stream('go', { memory })) as unknown as Streamed;
  const { waiting } = await read(run);
  events.push(waiting.length, await process.rows());
  for (let toolCallId = waiting.shift(); toolCallId; toolCallId = waiting.shift()) {
    if (isElsewhere) process = start(name, plan, options);
    const approved = await process.agent.approveToolCall({ runId: run.runId, toolCallId, memory });
    const told = await read(approved as unknown as Streamed);
    for (const id of told.waiting) if (!waiting.includes(id)) waiting.push(id);
    events.push(told.text, await process.rows());
  }
  await process.perf?.flush();
  const { messages } = await process.memory.recall({ threadId: 't', resourceId: 'user' });
  events.push(messages.map(({ role }) => role));
  return events;
}

describe.each(Object.keys(PLANS))('approval of %s', (plan) => {
  it.each([true, false])('goes on as in Mastra, and leaves no row (elsewhere: %s)', async (isElsewhere) => {
    const expected = await story('bare', plan, isElsewhere);
    expect(expected.at(-2)).toEqual([]);
    expect(await story('through', plan, isElsewhere, {})).toEqual(expected);
    const behind = { history: 'sticky', writes: 'behind' } as const;
    expect(await story('behind', plan, isElsewhere, behind)).toEqual(expected);
  });
});

it.each(['through', 'behind'] as const)(
  'a run goes on when the plugin is closed in the middle of it (writes: %s)',
  async (writes) => {
    const storage = storeIn('closing');
    const answer = gate();
    const asked = Promise.withResolvers<void>();
    const model = mockModel({
      respond: async ({ prompt }) => {
        if (prompt.at(-1)?.role === 'tool') return { text: 'done' };
        asked.resolve();
        await answer.wait();
        return { tools: [{ name: 'tool', args: {} }] };
      },
    });
    const tool = createTool({
      id: 'tool',
      description: 'd',
      inputSchema: z.object({}),
      execute: async () => 1,
    });
    const memory = new Memory({ options: { lastMessages: 10 } });
    const agent = new Agent({
      id: 'a',
      name: 'a',
      instructions: 'i',
      model: model as never,
      memory,
      tools: { tool },
    });
    const perf = createPerf({ cache: false, storage: { history: 'sticky', writes } });
    new Mastra({ agents: { a: agent }, logger: false, storage, processors: { perf } });
    const run = agent.generate('hi', { memory: { thread: 't', resource: 'user' } });
    await asked.promise;
    await perf.close();
    answer.open();
    expect((await run).text).toBe('done');
    const { messages } = await memory.recall({ threadId: 't', resourceId: 'user' });
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
    expect((await storage.stores?.workflows?.listWorkflowRuns({}))?.total).toBe(0);
  },
);
