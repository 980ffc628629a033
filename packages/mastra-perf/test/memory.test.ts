import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { LibSQLStore } from '@mastra/libsql';
import { Memory } from '@mastra/memory';
import { mockModel } from '@mastra-perf/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { createPerf, type Perf } from '../src/index.ts';

/* Hits in conversations that are stored in a database. */

let folder: string;
let perf: Perf;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mastra-perf-'));
});
afterEach(async () => {
  await perf.close();
  await rm(folder, { recursive: true });
});

interface Stored {
  readonly id: string;
  readonly role: string;
  readonly content: {
    readonly parts: readonly {
      readonly type: string;
      readonly toolInvocation?: { readonly toolCallId: string };
    }[];
  };
}

function start(model: ReturnType<typeof mockModel>, tools = {}) {
  perf = createPerf();
  const storage = new LibSQLStore({ id: 'db', url: `file:${join(folder, 'test.db')}` });
  const memory = new Memory({ storage, options: { lastMessages: 10 } });
  const agent = new Agent({ id: 'a', name: 'a', instructions: 'i', model, tools, memory });
  new Mastra({ agents: { a: agent }, logger: false, storage, processors: { perf } });
  const ask = (question: string, thread: string) =>
    agent.generate(question, { memory: { thread, resource: 'user' } });
  const stored = async (thread: string) =>
    (await memory.recall({ threadId: thread, resourceId: 'user' })).messages as unknown as Stored[];
  return { ask, stored };
}

it('answers the same opening in two threads from the cache, and stores it in both', async () => {
  const model = mockModel();
  const { ask, stored } = start(model);
  const texts = [(await ask('hello', 't1')).text, (await ask('hello', 't2')).text];
  expect([model.calls.total, texts]).toEqual([1, ['answer #1', 'answer #1']]);
  const messages = [...(await stored('t1')), ...(await stored('t2'))];
  expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
  expect(new Set(messages.map(({ id }) => id)).size).toBe(4);
});

it('asks the model for what follows, since the history differs from an empty one', async () => {
  const model = mockModel();
  const { ask } = start(model);
  await ask('hello', 't1');
  await ask('hello', 't2');
  expect((await ask('hello', 't2')).text).toBe('answer #2');
  expect((await ask('hello', 't1')).text).toBe('answer #2'); // the same history by now, word for word
});

it('stores tool calls of a replay under ids of their own', async () => {
  const look = createTool({
    id: 'look',
    description: 'l',
    inputSchema: z.object({}),
    execute: async () => ({ seen: true }),
  });
  const model = mockModel({
    respond: ({ prompt }) =>
      prompt.at(-1)?.role === 'tool'
        ? { text: 'done' }
        : { tools: [{ id: 'call_abcdef0123456789', name: 'look', args: {} }] },
  });
  const { ask, stored } = start(model, { look });
  await ask('look', 't1');
  await ask('look', 't2');
  expect(model.calls.total).toBe(2);
  const ids = async (thread: string) =>
    (await stored(thread)).flatMap(({ content }) =>
      content.parts.flatMap(({ toolInvocation }) => (toolInvocation ? [toolInvocation.toolCallId] : [])),
    );
  const [first, second] = [await ids('t1'), await ids('t2')];
  expect(first).toEqual(['call_abcdef0123456789']);
  expect(second).toHaveLength(1);
  expect(second).not.toEqual(first);
});
