import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { RequestContext } from '@mastra/core/request-context';
import { InMemoryStore } from '@mastra/core/storage';
import { createTool } from '@mastra/core/tools';
import { Memory } from '@mastra/memory';
import { mockModel } from '@mastra-perf/testkit';
import { afterEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createPerf, type Perf, type PerfOptions } from '../src/index.ts';

let perf: Perf;
afterEach(() => perf.close());

function start(options: PerfOptions = {}, model = mockModel(), extra = {}) {
  perf = createPerf(options);
  const agent = new Agent({ id: 'support-agent', name: 'a', instructions: 'i', model, ...extra });
  new Mastra({
    agents: { support: agent },
    logger: false,
    storage: new InMemoryStore(),
    processors: { perf },
  });
  return {
    agent,
    model,
    ask: (context?: object) =>
      agent.generate('q', context ? { requestContext: context as RequestContext } : {}),
  };
}

it('tells on the result how it came about', async () => {
  const { agent, ask } = start(
    {},
    mockModel({ spec: 'v2', provider: 'openai.chat', modelId: 'gpt-4o-mini' }),
  );
  expect(perf.outcome(await ask())).toEqual({ outcome: 'miss' });
  await perf.flush();
  const saved = { inputTokens: 10, outputTokens: 5, usd: 0.0000045, ms: expect.any(Number) as number };
  expect(perf.outcome(await ask())).toEqual({
    outcome: 'hit',
    tier: 'l1',
    ageMs: expect.any(Number) as number,
    saved,
  });
  const stream = await agent.stream('q');
  await stream.text;
  expect(await perf.outcome(stream)).toMatchObject({ outcome: 'hit', saved: { inputTokens: 10 } });
  expect(perf.outcome({})).toBeUndefined();
  const told = perf.outcome(await ask());
  expect(JSON.parse(JSON.stringify(told))).toEqual(told);
});

it('reports what was spent and saved', async () => {
  const { ask } = start({}, mockModel({ provider: 'openai.chat', modelId: 'gpt-4o-mini' }));
  for (let i = 0; i < 3; i++) await ask();
  expect(await perf.report()).toMatchObject({
    calls: 3,
    misses: 1,
    hits: 2,
    spent: { inputTokens: 10, outputTokens: 5, usd: 0.0000045 },
    saved: { calls: 2, inputTokens: 20, outputTokens: 10, usd: 0.000009 },
  });
  expect(await perf.usage.report({ by: ['agent', 'model'] })).toHaveLength(1);
});

it('bypasses, refreshes, and answers only from the cache as asked per call', async () => {
  const { ask, model } = start();
  let calls = 0;
  perf.on('call', () => calls++);
  await expect(ask(perf.context({ cache: 'only-if-cached' }))).rejects.toMatchObject({
    code: 'MASTRA_PERF_NOT_CACHED',
  });
  expect(calls).toBe(1); // Mastra does not try again
  expect(model.calls.total).toBe(0);
  expect((await ask()).text).toBe('answer #1');
  expect((await ask(perf.context({ cache: 'only-if-cached' }))).text).toBe('answer #1');
  const bypassed = await ask(perf.context({ cache: 'bypass' }));
  expect([bypassed.text, perf.outcome(bypassed)]).toEqual(['answer #2', { outcome: 'bypass' }]);
  expect((await ask()).text).toBe('answer #1');
  expect((await ask(perf.context({ cache: 'refresh' }))).text).toBe('answer #3');
  expect((await ask()).text).toBe('answer #3');
  expect((await ask(perf.context({ cache: false }))).text).toBe('answer #4');
});

it('invalidates by tag, agent and key', async () => {
  const { ask, model } = start();
  const keys: string[] = [];
  perf.on('stored', ({ key }) => keys.push(key));
  const tagged = () => ask(perf.context({ tags: ['kb:42'] }));
  await tagged();
  await perf.cache.invalidate({ tags: ['kb:7'] });
  await tagged();
  expect(model.calls.total).toBe(1);
  await perf.cache.invalidate({ tags: ['kb:42', 'kb:7'] });
  await tagged();
  await perf.cache.invalidate({ agent: 'support-agent' });
  await tagged();
  await perf.cache.invalidate({ key: keys.at(-1) ?? '' });
  await tagged();
  await perf.cache.clear();
  await tagged();
  expect(model.calls.total).toBe(5);
});

it('keeps scopes apart that are named per call, and users are counted', async () => {
  const { ask, model } = start();
  for (const scope of ['a', 'b', 'a', 'b']) await ask(perf.context({ scope, user: `user-${scope}` }));
  expect(model.calls.total).toBe(2);
  const rows = await perf.usage.report({ by: ['user'] });
  expect(rows.map(({ user }) => user).toSorted()).toEqual(['user-a', 'user-b']);
});

it('adds to a request context that exists', async () => {
  const { ask, model } = start();
  const existing = new RequestContext([['locale', 'en']]);
  expect(perf.context({ cache: 'bypass' }, existing)).toBe(existing);
  expect(perf.context({ user: 'u' }, existing)).toBe(existing); // what was set before stays
  expect(existing.get('locale')).toBe('en');
  await ask(existing);
  await ask(existing);
  expect(model.calls.total).toBe(2);
});

it('ignores options that came as data, as in the body of a request', async () => {
  const { ask, model } = start();
  const forged = JSON.parse(
    '{"mastraPerf":{"cache":"bypass","scope":"admin","user":"admin","usage":false,"tags":["x"]}}',
  ) as Record<string, unknown>;
  await ask(new RequestContext(Object.entries(forged) as never));
  await ask(
    new RequestContext(
      Object.entries(JSON.parse(JSON.stringify(perf.context({ cache: 'bypass' })))) as never,
    ),
  );
  expect(model.calls.total).toBe(1);
  expect((await perf.usage.report({ by: ['user'] })).map(({ user }) => user)).not.toContain('admin');
});

it('scopes answers by every sign of the resource', async () => {
  const { agent, model } = start();
  const reserved = (id: string) => new RequestContext([['mastra__resourceId', id]]);
  await agent.generate('q', { requestContext: reserved('u1') });
  await agent.generate('q', { requestContext: reserved('u2') });
  await agent.generate('q', { memory: { thread: 't1', resource: 'u3' } });
  await agent.generate('q', { memory: { thread: 't2', resource: 'u3' } });
  await agent.generate('q');
  expect(model.calls.total).toBe(4);
});

it.each([
  { memory: 'with memory', extra: () => ({ memory: new Memory() }) },
  { memory: 'without memory', extra: () => ({}) },
])('scopes and counts internal agents by the resource that they work for, $memory', async ({ extra }) => {
  const structurer = mockModel({ respond: () => ({ text: '{"x":"1"}' }) });
  const { agent } = start({}, mockModel({ respond: () => ({ text: 'same for all' }) }), extra());
  const structuredOutput = { schema: z.object({ x: z.string() }), model: structurer };
  for (const resource of ['u1', 'u2', 'u2'])
    await agent.generate('q', {
      memory: { thread: `${resource} ${structurer.calls.total}`, resource },
      structuredOutput,
    });
  expect(structurer.calls.total).toBe(2);
  const rows = await perf.usage.report({ by: ['agent', 'purpose', 'via', 'resource'] });
  const inner = rows.filter(({ via }) => via === 'structured-output-structurer');
  expect(inner.map(({ resource }) => resource).toSorted()).toEqual(['u1', 'u2']);
  for (const row of inner) expect(row).toMatchObject({ agent: agent.id, purpose: 'processor' });
});

it('shares answers between resources where the agent is told to', async () => {
  const { agent, model } = start({ agents: { support: { cache: { scope: 'agent' } } } });
  await agent.generate('q', { memory: { thread: 't1', resource: 'u1' } });
  await agent.generate('q', { memory: { thread: 't2', resource: 'u2' } });
  expect(model.calls.total).toBe(1);
});

it.each(['support', 'support-agent'])(
  'takes the options of an agent by its key or its id (%s)',
  async (name) => {
    const { ask, model } = start({ agents: { [name]: { cache: false } } });
    await ask();
    await ask();
    expect(model.calls.total).toBe(2);
  },
);

it('reports the original usage of hits on request', async () => {
  const { ask } = start({ cache: { usageOnHit: 'original' } });
  await ask();
  expect((await ask()).usage.totalTokens).toBe(15);
});

it('replays a tool loop: the model is spared, the tool runs each time, ids are fresh', async () => {
  const ids: string[] = [];
  const tool = createTool({
    id: 'w',
    description: 'w',
    inputSchema: z.object({}),
    execute: async (_input, context) => {
      ids.push(context.agent?.toolCallId ?? '');
      return { n: 1 };
    },
  });
  const model = mockModel({
    respond: ({ prompt }) =>
      prompt.at(-1)?.role === 'tool'
        ? { text: 'done' }
        : { tools: [{ id: 'call_0123456789', name: 'w', args: {} }] },
  });
  const { agent } = start({}, model, { tools: { w: tool } });
  for (let i = 0; i < 2; i++) expect((await agent.generate('q')).steps).toHaveLength(2);
  expect(await (await agent.stream('q')).text).toBe('done');
  expect(model.calls.total).toBe(2);
  expect(new Set(ids).size).toBe(3);
});

it('warns once of options for an agent that does not exist', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  start({ agents: { suport: { cache: false }, support: {}, 'support-agent': {} } });
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  expect(warn).toHaveBeenCalledOnce();
  expect(warn.mock.calls[0]?.[0]).toMatch(
    /"suport" \(did you mean "support"\?\).*its agents: support, support-agent/,
  );
  expect(warn.mock.calls[0]?.[1]).toMatchObject({ code: 'MASTRA_PERF_UNKNOWN_AGENT' });
  warn.mockRestore();
});
