import { AsyncLocalStorage } from 'node:async_hooks';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import type { MemoryStorage } from '@mastra/core/storage';
import { PostgresStore } from '@mastra/pg';
import { mockModel, service, startPostgres } from '@mastra-perf/testkit';
import fc from 'fast-check';
import { createPerf, memoryStore, type PerfStore, type StorageOptions } from 'mastra-perf';
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { fastPostgres } from '../src/index.ts';
import { at, letTimeRun, outcome, rowsOf, stopTime } from './fast-comparison.ts';
import { anyOperation, type Operation } from './fast-operations.ts';
import { AT, aMessage, text } from './fast-samples.ts';
import { countedPool, openBare } from './fast-store.ts';

/* The storage of an application with the plugin beside one of Mastra alone: the same operations, the same answers, the same rows. */

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());
beforeEach(stopTime);
afterEach(letTimeRun);

interface Level {
  readonly storage: StorageOptions;
  /** Each with a plugin, a pool and a store of Mastra, on the same tables. */
  readonly processes: number;
}

const levels: Readonly<Record<string, Level>> = {
  'the defaults': { storage: {}, processes: 2 },
  "history: 'validate'": { storage: { history: 'validate' }, processes: 3 },
  "history: 'sticky'": { storage: { history: 'sticky' }, processes: 1 },
  "writes: 'behind'": { storage: { history: 'sticky', writes: 'behind' }, processes: 1 },
};

/** What Mastra does in one turn, in the order in which it does it. */
const turn = fc
  .record({
    thread: fc.integer({ min: 0, max: 4 }),
    resourceId: fc.constantFrom('alice', 'bob'),
    number: fc.nat(999),
  })
  .map(({ thread, resourceId, number }): Operation => ({
    name: `turn ${thread} ${resourceId} ${number}`,
    async run(memory) {
      const threadId = `t${thread}`;
      const found = await memory.getThreadById({ threadId });
      const { messages } = await memory.listMessages({
        threadId,
        resourceId,
        page: 0,
        perPage: 10,
        orderBy: { field: 'createdAt', direction: 'DESC' },
        includeTotal: false,
      });
      // Later than all that the other operations save: times that tie would be moved apart.
      const createdAt = (offset: number) => new Date(AT + 1e8 + Date.now() - Date.UTC(2026, 5, 1) + offset);
      const saved =
        found &&
        (await memory.saveMessages({
          messages: [0, 1].map((offset) =>
            aMessage('', {
              id: `turn-${number}-${offset}-${Date.now()}`,
              threadId,
              resourceId,
              role: offset ? 'assistant' : 'user',
              createdAt: createdAt(offset),
              content: text(`${messages.length}`),
            } as never),
          ) as never,
        }));
      const after = found && (await memory.getThreadById({ threadId }));
      return { found, seen: messages, saved: saved && saved.messages, after };
    },
  }));

/** Mastra's types forbid to update a time, and it does so in one of its two columns: lists then depend on how much is listed. */
const isForbidden = ({ name }: Operation): boolean =>
  name.startsWith('updateMessages') && name.includes('createdAt');

const operations = fc.oneof(
  { weight: 1, arbitrary: turn },
  { weight: 2, arbitrary: anyOperation.filter((one) => !isForbidden(one)) },
);

async function aProcess(
  schemaName: string,
  storage: StorageOptions,
  store: PerfStore | undefined,
): Promise<MemoryStorage> {
  const { pool } = countedPool({ connectionString: postgres.service.connectionString, max: 3 });
  const pg = fastPostgres(new PostgresStore({ id: 'pg', pool, schemaName }));
  const perf = createPerf({ cache: false, storage, ...(store && { store }) });
  onTestFinished(async () => {
    await perf.close();
    await pool.end();
  });
  const agent = new Agent({ id: 'a', name: 'a', instructions: 'i', model: mockModel() as never });
  const mastra = new Mastra({ agents: { a: agent }, storage: pg, logger: false, processors: { perf } });
  const memory = await mastra.getStorage()?.getStore('memory');
  if (!memory) throw new Error('no memory');
  return memory;
}

const inRun = (step: Operation): Operation => ({
  ...step,
  run: (memory) => runs().run({}, () => step.run(memory)),
});

function runs(): AsyncLocalStorage<object> {
  const registry = (globalThis as unknown as Record<symbol, { agentRun: AsyncLocalStorage<object> }>)[
    Symbol.for('mastra-perf.registry')
  ];
  if (!registry) throw new Error('no plugin is registered');
  return registry.agentRun;
}

describe.skipIf(postgres.skip).each(Object.entries(levels))('%s', (_, { storage, processes }) => {
  test(
    'answer the same to 500 random operations as Mastra alone, and the rows are the same',
    { timeout: 180_000 },
    async () => {
      const seed = Number(process.env['LEVELS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
      const steps = fc.sample(operations, { numRuns: 500, seed });
      const bare = await openBare(postgres.service.connectionString, { pool: { max: 2 } });
      const other = await openBare(postgres.service.connectionString, { pool: { max: 2 } });
      const store = processes > 1 ? memoryStore() : undefined;
      const memories: MemoryStorage[] = [];
      for (let count = 0; count < processes; count++)
        memories.push(await aProcess(other.schemaName, storage, store));
      for (const [index, step] of steps.entries()) {
        const memory = memories[(index * 7 + (index >> 2)) % processes] as MemoryStorage;
        at(index);
        const expected = await outcome(step, bare.memory);
        at(index);
        const asked = step.name.startsWith('turn') ? inRun(step) : step;
        expect(await outcome(asked, memory), `seed ${seed}, ${index}: ${step.name}`).toEqual(expected);
      }
      for (const memory of memories) await memory.listMessagesById({ messageIds: ['m0'] });
      expect(await rowsOf(other.pool, other.schemaName)).toEqual(await rowsOf(bare.pool, bare.schemaName));
    },
  );
});
