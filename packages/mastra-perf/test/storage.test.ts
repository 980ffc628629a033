import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore, type MastraCompositeStore } from '@mastra/core/storage';
import { LibSQLStore } from '@mastra/libsql';
import { Memory } from '@mastra/memory';
import { mockModel } from '@mastra-perf/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPerf, type Perf, type PerfOptions } from '../src/index.ts';
import { noteCalls } from './storage-calls.ts';

/* What agents that remember ask of a storage of Mastra, with each option. */

let folder: string;
const open: Perf[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mastra-perf-'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((perf) => perf.close()));
  await rm(folder, { recursive: true });
});

const stores: Readonly<Record<string, () => MastraCompositeStore>> = {
  InMemoryStore: () => new InMemoryStore(),
  LibSQLStore: () => new LibSQLStore({ id: 'db', url: `file:${join(folder, 'test.db')}` }),
};

function start(storage: MastraCompositeStore, options?: PerfOptions, own?: MastraCompositeStore) {
  const noted = noteCalls(own ?? storage);
  const perf = options && createPerf(options);
  if (perf) open.push(perf);
  const model = mockModel({ spec: 'v3' });
  const memory = new Memory({ ...(own && { storage: own }), options: { lastMessages: 10 } });
  const agent = new Agent({ id: 'a', name: 'a', instructions: 'i', model: model as never, memory });
  new Mastra({ agents: { a: agent }, logger: false, storage, ...(perf && { processors: { perf } }) });
  const ask = (question: string, thread = 't') =>
    agent.generate(question, { memory: { thread, resource: 'user' } });
  return { ask, agent, model, memory, noted, perf };
}

const uncached = (storage?: PerfOptions['storage']): PerfOptions => ({
  cache: false,
  ...(storage !== undefined && { storage }),
});

describe.each(Object.entries(stores))('on %s', (_, storage) => {
  it('a turn reads its thread at its beginning and its end, the messages once, and saves once', async () => {
    const { ask, agent, noted } = start(storage(), uncached());
    await ask('one');
    noted.take();
    await ask('two');
    expect(noted.take()).toEqual(['getThreadById', 'listMessages', 'saveMessages', 'getThreadById']);
    const { textStream } = await agent.stream('three', { memory: { thread: 't', resource: 'user' } });
    for await (const _text of textStream);
    expect(noted.take()).toEqual(['getThreadById', 'listMessages', 'saveMessages', 'getThreadById']);
  });

  it('is left as it is with storage: false', async () => {
    const counts = await Promise.all(
      [undefined, uncached(false)].map(async (options) => {
        const { ask, noted } = start(storage(), options);
        await ask('one');
        noted.take();
        await ask('two');
        return noted.take();
      }),
    );
    expect(counts[1]).toEqual(counts[0]);
    expect(counts[0]?.length).toBeGreaterThan(8);
  });

  it("what is saved with writes: 'behind' is there for every reader, and after flush()", async () => {
    const { ask, memory, perf } = start(storage(), uncached({ history: 'sticky', writes: 'behind' }));
    for (const question of ['one', 'two', 'three']) await ask(question);
    const texts = async () =>
      (await memory.recall({ threadId: 't', resourceId: 'user' })).messages.map(({ role }) => role);
    expect(await texts()).toHaveLength(6);
    await perf?.flush();
    expect(await texts()).toHaveLength(6);
  });

  it.each(['off', 'validate', 'sticky'] as const)(
    'keeps 120 turns of one thread, answered from the cache, apart and in order (history: %s)',
    async (history) => {
      const run = start(storage(), { cache: { scope: 'agent' }, storage: { history } });
      for (let turn = 0; turn < 120; turn++) await run.ask('the same');
      const { messages } = await run.memory.recall({ threadId: 't', resourceId: 'user', perPage: false });
      expect(new Set(messages.map(({ id }) => id)).size).toBe(240);
      expect(messages.map(({ role }) => role).join()).toBe(Array(120).fill('user,assistant').join());
      const times = messages.map(({ createdAt }) => createdAt.getTime());
      expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0))).toBe(true);
    },
    60_000,
  );
});

it("a turn with history: 'sticky' does not read the messages, where the storage returns what it was given", async () => {
  const { ask, noted, memory } = start(stores['LibSQLStore']!(), uncached({ history: 'sticky' }));
  await ask('one');
  await ask('two');
  noted.take();
  await ask('three');
  expect(noted.take()).toEqual(['saveMessages', 'getThreadById']);
  const { messages } = await memory.recall({ threadId: 't', resourceId: 'user' });
  expect(messages.map(({ role }) => role).join()).toBe(Array(3).fill('user,assistant').join());
});

it('serves a memory that brings a storage of its own', async () => {
  const { ask, noted } = start(stores['LibSQLStore']!(), uncached(), new InMemoryStore());
  await ask('one');
  noted.take();
  await ask('two');
  expect(noted.take()).toEqual(['getThreadById', 'listMessages', 'saveMessages', 'getThreadById']);
});

it("says once that 'validate' is off where a storage tells no versions", async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  const { ask } = start(new InMemoryStore(), uncached({ history: 'validate' }));
  await ask('one');
  await ask('two');
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', note);
  expect(warnings.filter((one) => 'code' in one && one.code === 'MASTRA_PERF_HISTORY_OFF')).toHaveLength(1);
});
