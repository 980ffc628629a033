import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import { LibSQLStore } from '@mastra/libsql';
import { Memory } from '@mastra/memory';
import { mockModel } from '@mastra-perf/testkit';
import { expect, test } from 'vitest';
import { memoryStore } from '../src/index.ts';
import { createDoctor, type DoctorDeps } from '../src/mastra/doctor/create-doctor.ts';
import type { DoctorReport } from '../src/mastra/doctor/report.ts';

const SECRET = 'hunter2';

const examine = (deps: Omit<DoctorDeps, 'isFastMemory'>): Promise<DoctorReport> =>
  createDoctor({ env: {}, isFastMemory: () => false, ...deps })();
const codes = ({ findings }: DoctorReport): string[] => findings.map(({ code }) => code);

const agent = (id: string, memory?: Memory | (() => Memory)): Agent =>
  new Agent({
    id,
    name: id,
    instructions: 'Answer.',
    model: mockModel({ spec: 'v3' }),
    ...(memory && { memory }),
  });
const mastraWith = (config: object): Mastra => new Mastra({ logger: false, ...config });

/** Throws at whatever is done with it, with a text that nobody may see. */
const hostile = (): never =>
  new Proxy(
    {},
    {
      get: () => raise(),
      has: () => raise(),
      getPrototypeOf: () => raise(),
      ownKeys: () => raise(),
      getOwnPropertyDescriptor: () => raise(),
    },
  ) as never;
const raise = (): never => {
  throw new Error(`connecting to postgres://app:${SECRET}@db/app`);
};

test('an installation without faults has no findings, and it says what was looked at', async () => {
  const mastra = mastraWith({ storage: new InMemoryStore(), agents: { a: agent('a', new Memory()) } });
  const report = await examine({ mastra, store: memoryStore() });
  expect(report.findings).toEqual([]);
  expect(report.checked).toEqual(['storage-split', 'perf-store']);
  expect(report.skipped).toContainEqual({ check: 'redis-scans', reason: 'no storage on Redis' });
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});

test('a Mastra without a storage is told in production, and not when it has one that lasts', async () => {
  const env = { NODE_ENV: 'production' };
  expect(codes(await examine({ mastra: mastraWith({}), env }))).toEqual(['MASTRA_PERF_STORAGE_IN_MEMORY']);
  const storage = new LibSQLStore({ id: 'file', url: ':memory:' });
  const report = await examine({ mastra: mastraWith({ storage }), env });
  expect(report.findings).toEqual([]);
  expect(report.checked).toContain('storage-in-memory');
});

test('a memory with a storage of its own is told, and one that was given the storage of Mastra is not', async () => {
  const storage = new InMemoryStore({ id: 'main' });
  const apart = mastraWith({
    storage,
    agents: {
      a: agent('a', new Memory({ storage: new InMemoryStore({ id: 'other' }) })),
      b: agent('b', new Memory()),
    },
  });
  const { findings } = await examine({ mastra: apart });
  expect(findings).toMatchObject([
    { code: 'MASTRA_PERF_STORAGE_SPLIT', severity: 'advice', where: 'storage "other", memory of "a"' },
  ]);
  const same = mastraWith({ storage, agents: { a: agent('a', new Memory({ storage })) } });
  const report = await examine({ mastra: same });
  expect(report.findings).toEqual([]);
  expect(report.checked).toContain('storage-split');
});

test('asking for a storage makes no tables in it', async () => {
  const storage = new LibSQLStore({ id: 'file', url: ':memory:' });
  let inits = 0;
  const { init } = storage;
  storage.init = async function (this: typeof storage) {
    inits++;
    return init.call(this);
  };
  const mastra = mastraWith({ storage, agents: { a: agent('a', new Memory()) } });
  await examine({ mastra });
  expect(inits).toBe(0);
});

test('a storage that throws at everything is skipped, and its texts are not shown', async () => {
  const report = await examine({
    mastra: {
      listAgents: () => ({ a: { getMemory: async () => hostile() }, b: hostile() }),
      addAgent: raise,
      getStorage: hostile,
      listVectors: raise,
    },
  });
  expect(report.findings).toEqual([]);
  expect(report.skipped).toContainEqual({ check: 'installation', reason: 'storage of Mastra: Error' });
  expect(report.skipped).toContainEqual({ check: 'installation', reason: 'vector stores: Error' });
  expect(report.skipped).toContainEqual({ check: 'installation', reason: 'memory of agent "b": Error' });
  expect(JSON.stringify(report)).not.toContain(SECRET);
});

test('a Mastra that is none, and errors that are none, make no doctor throw', async () => {
  for (const mastra of [hostile(), {}, undefined, { listAgents: () => null }] as never[]) {
    const report = await examine({ mastra });
    expect(report.findings).toEqual([]);
    expect(report.skipped.length).toBeGreaterThan(0);
  }
});

test('a memory that is made per request may refuse to be made without one', async () => {
  const mastra = mastraWith({
    storage: new InMemoryStore(),
    agents: { a: agent('a', raise), b: agent('b', new Memory()) },
  });
  const report = await examine({ mastra });
  expect(report.skipped.find(({ reason }) => reason.startsWith('memory of agent "a"'))).toBeDefined();
  expect(report.checked).toContain('storage-split');
  expect(JSON.stringify(report)).not.toContain(SECRET);
});
