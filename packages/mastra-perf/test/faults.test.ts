import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { ModerationProcessor } from '@mastra/core/processors';
import { InMemoryStore } from '@mastra/core/storage';
import { mockModel } from '@mastra-perf/testkit';
import { afterEach, beforeEach, expect, it, vi, type MockInstance } from 'vitest';
import { createPerf, type Perf } from '../src/index.ts';

/* What goes wrong in the plugin is told and does not reach the caller. */

let perf: Perf;
let warn: MockInstance<typeof process.emitWarning>;
beforeEach(() => {
  warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});
afterEach(async () => {
  warn.mockRestore();
  await perf.close();
});

const codes = () => warn.mock.calls.map(([, options]) => (options as { readonly code: string }).code);

function start(model: ReturnType<typeof mockModel>, extra = {}) {
  perf = createPerf({ agents: { a: {} } });
  const agent = new Agent({ id: 'a', name: 'a', instructions: 'i', model, ...extra });
  const mastra = new Mastra({
    agents: { a: agent },
    logger: false,
    storage: new InMemoryStore(),
    processors: { perf },
  });
  return { agent, mastra };
}

it('a call goes on when the plugin cannot even begin', async () => {
  const model = mockModel();
  const { agent, mastra } = start(model);
  const faults: string[] = [];
  perf.on('fault', ({ where }) => faults.push(where));
  mastra.listAgents = () => {
    throw new Error('no agents today');
  };
  expect((await agent.generate('q')).text).toBe('answer #1');
  expect((await agent.generate('q')).text).toBe('answer #2');
  expect(faults).toEqual(['begin', 'begin']);
  expect(codes()).toEqual(['MASTRA_PERF_FAULT']);
});

it('a question that cannot be hashed is asked uncached', async () => {
  const model = mockModel();
  const { agent } = start(model);
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const ask = () => agent.generate('q', { providerOptions: { own: cyclic as never } });
  expect([(await ask()).text, (await ask()).text]).toEqual(['answer #1', 'answer #2']);
  expect(new Set(codes())).toEqual(new Set(['MASTRA_PERF_FAULT']));
});

it('an answer that cannot be kept is given all the same', async () => {
  const model = mockModel({
    respond: () => ({ text: 'hi', extraParts: [{ type: 'raw', rawValue: new (class Odd {})() }] }),
  });
  const { agent } = start(model);
  const ask = async () => (await agent.stream('q')).text;
  expect([await ask(), await ask()]).toEqual(['hi', 'hi']);
  expect(model.calls.total).toBe(2);
  expect(codes()).toEqual(['MASTRA_PERF_FAULT']);
});

it('options of a run hold for the agents inside its processors', async () => {
  const judge = mockModel({ respond: () => ({ text: '{"category_scores":[],"reason":""}' }) });
  const { agent } = start(mockModel(), { inputProcessors: [new ModerationProcessor({ model: judge })] });
  for (let i = 0; i < 2; i++)
    await agent.generate('q', { requestContext: perf.context({ cache: 'bypass' }) });
  expect(judge.calls.total).toBe(2);
});
