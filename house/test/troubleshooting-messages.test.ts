import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import { Memory } from '@mastra/memory';
import { mockModel, until } from '@mastra-perf/testkit';
import { AgentPool, createPerf, isPerfError, memoryStore, type Perf, type PerfOptions } from 'mastra-perf';
import { chaosStore, type ChaosStore } from 'mastra-perf/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { codeBlocks } from '../src/docs/blocks/code-blocks.ts';

/* The messages that docs/troubleshooting.md shows are what a user is told who does the same. */

const shown = codeBlocks('docs/troubleshooting.md')
  .filter(({ language }) => language === '')
  .flatMap(({ code }) => [...code.matchAll(/^(MASTRA_PERF_\w+)\n {2}(.+)$/gm)])
  .map(([, code = '', message = '']) => [code, message] as const);

const open: Perf[] = [];
const broken: ChaosStore[] = [];
afterEach(async () => {
  for (const store of broken.splice(0)) store.heal();
  await Promise.all(open.splice(0).map((perf) => perf.close()));
});

function start(options: PerfOptions = {}, config = {}) {
  const perf = createPerf(options);
  open.push(perf);
  const support = new Agent({
    id: 'support',
    name: 'Support',
    instructions: 'Answer.',
    model: mockModel(),
    ...config,
  });
  const mastra = new Mastra({
    agents: { support },
    logger: false,
    storage: new InMemoryStore(),
    processors: { perf },
  });
  return { perf, support, mastra };
}

function brokenStore(): ChaosStore {
  const store = chaosStore(memoryStore());
  store.fail('*', new Error('ECONNREFUSED'));
  broken.push(store);
  return store;
}

const told: Array<Error & { readonly code?: string }> = [];
const listen = (warning: Error): void => void told.push(warning);
beforeAll(() => void process.on('warning', listen));
afterAll(() => void process.off('warning', listen));

const ERRORS: Readonly<Record<string, () => unknown>> = {
  MASTRA_PERF_CONFIG: () => createPerf({ cache: { ttl: '5 minutes' as '5m' } }),
  MASTRA_PERF_ALREADY_INSTALLED: () => createPerf().install(start().mastra),
  async MASTRA_PERF_CLOSED() {
    const { perf, mastra } = start();
    await perf.close();
    perf.install(mastra);
  },
  async MASTRA_PERF_NOT_CACHED() {
    const { perf, support } = start();
    await support.generate('q', { requestContext: perf.context({ cache: 'only-if-cached' }) });
  },
  async MASTRA_PERF_STORE() {
    await start({ store: brokenStore() }).perf.cache.invalidate({ tags: ['kb:42'] });
  },
  async MASTRA_PERF_BUDGET_EXCEEDED() {
    const prices = { '*': { inputPerMillion: 1, outputPerMillion: 10 } };
    const budgets = [{ per: 'resource', limitUsd: 0.001, window: 'day' }] as const;
    const { support } = start({ usage: { prices, budgets } });
    await support.generate('q', { memory: { thread: 't', resource: 'ann' } });
  },
  async MASTRA_PERF_CONTEXT_OVERFLOW() {
    const { support } = start({ context: { maxTokens: 256, onOverflow: 'error' } });
    await support.generate('word '.repeat(2000));
  },
  async MASTRA_PERF_POOL() {
    const pool = new AgentPool({ create: () => ({}), max: 1, timeout: 20 });
    using _lease = await pool.acquire();
    await pool.acquire();
  },
  async MASTRA_PERF_LEASE() {
    const lease = await new AgentPool({ create: () => ({}) }).acquire();
    lease.release();
    lease.release();
  },
};

const WARNINGS: Readonly<Record<string, () => unknown>> = {
  MASTRA_PERF_UNKNOWN_AGENT: () => start({ agents: { suport: { cache: false } } }),
  async MASTRA_PERF_LISTENER() {
    const { perf, support } = start();
    perf.on('call', () => {
      throw new Error('of yours');
    });
    await support.generate('q');
  },
  async MASTRA_PERF_FAULT() {
    const normalize = () => {
      throw new Error('of yours');
    };
    await start({ cache: { normalize } }).support.generate('q');
  },
  async MASTRA_PERF_STORE_DOWN() {
    const { support } = start({ store: brokenStore() });
    for (let question = 0; question < 5; question++) await support.generate(`q${question}`);
  },
  async MASTRA_PERF_HISTORY_OFF() {
    const { support } = start({ storage: { history: 'validate' } }, { memory: new Memory() });
    await support.generate('q', { memory: { thread: 't', resource: 'ann' } });
  },
};

it.each(shown)('%s says what the page shows', async (code, message) => {
  const cause = ERRORS[code] ?? WARNINGS[code];
  if (!cause) throw new Error(`expected a way to cause ${code} in this test, got none`);
  const warned = told.length;
  const error = await (async () => cause())().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (code in ERRORS) {
    if (!isPerfError(error)) throw new Error(`expected ${code}, got ${String(error)}`);
    expect([error.code, always(error.message)]).toEqual([code, always(message)]);
    return;
  }
  const found = () => told.slice(warned).find((warning) => warning.code === code);
  await until(`${code} is told`, () => found() !== undefined);
  expect(always(found()?.message ?? '')).toBe(always(message));
});

it('every message that can be caused here is on the page', () => {
  const caused = [...Object.keys(ERRORS), ...Object.keys(WARNINGS)];
  expect(shown.map(([code]) => code).toSorted()).toEqual(caused.toSorted());
});

/** Estimates get better, a day ends at another time each day, and of several operations any may be the one that fails last. */
const always = (message: string): string =>
  message
    .replaceAll(/\d+ tokens/g, 'N tokens')
    .replaceAll(/(?<=may need \$)[\d.]+/g, 'N')
    .replaceAll(/(?<=failed \()\w+/g, 'operation')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T');
