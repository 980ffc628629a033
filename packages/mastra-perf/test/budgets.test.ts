import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import { gate, mockModel } from '@mastra-perf/testkit';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createPerf, memoryStore, type BudgetOptions, type Perf, type PerfOptions } from '../src/index.ts';

/* Budgets in front of real agents. */

const open: Perf[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((perf) => perf.close()));
});

/** A cent per call that may use 500 tokens; the model keeps to what it may use. */
const prices = { '*': { inputPerMillion: 100, outputPerMillion: 16 } };
const usageOf = ({ maxOutputTokens = 500 }: { readonly maxOutputTokens?: number }) => ({
  inputTokens: 20,
  outputTokens: Math.min(maxOutputTokens, 500),
});

function start(budgets: readonly BudgetOptions[], options: PerfOptions = {}, respond = {}) {
  const perf = createPerf({ cache: false, ...options, usage: { prices, budgets } });
  open.push(perf);
  const model = mockModel({
    spec: 'v3',
    respond: (request) => ({ text: 'fine', usage: usageOf(request), ...respond }),
  });
  const agent = new Agent({ id: 'a', name: 'a', instructions: 'i', model: model as never });
  new Mastra({ agents: { a: agent }, logger: false, storage: new InMemoryStore(), processors: { perf } });
  let asked = 0;
  const ask = (resource = 'ann', settings = {}) =>
    agent.generate(`question ${++asked}`, {
      modelSettings: { maxOutputTokens: 500 },
      memory: { thread: 't', resource },
      ...settings,
    });
  return { perf, model, agent, ask };
}

const perUser: BudgetOptions = { per: 'resource', limitUsd: 0.1, window: 'day' };

it('lets no burst spend more than the limit of each resource, and refuses the rest with an error that says why', async () => {
  const { ask, model, perf } = start([perUser]);
  const results = await Promise.allSettled(
    Array.from({ length: 60 }, (_, index) => ask(index % 2 ? 'ann' : 'bob')),
  );
  const errors = results.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  expect(errors.length).toBe(60 - model.calls.total);
  expect(errors[0]).toMatchObject({
    code: 'MASTRA_PERF_BUDGET_EXCEEDED',
    budget: 'resource-usd-day',
    reason: 'exceeded',
    unit: 'usd',
    limit: 0.1,
  });
  for (const row of await perf.usage.report({ by: ['resource'] })) {
    expect(row.spent.usd).toBeLessThanOrEqual(0.1);
    expect(row.spent.usd).toBeGreaterThan(0);
  }
});

it('spends the limit to less than one reservation when calls come one after the other', async () => {
  const { ask, model, perf } = start([{ ...perUser, limitUsd: 0.1 }]);
  const needed: number[] = [];
  for (let call = 0; call < 30; call++)
    await ask().catch((error: { readonly needed: number }) => needed.push(error.needed));
  const { usd } = (await perf.report()).spent;
  expect(model.calls.total + needed.length).toBe(30);
  expect(usd).toBeLessThanOrEqual(0.1);
  expect(0.1 - usd).toBeLessThan(needed[0] ?? 0);
  expect(needed[0]).toBeLessThan(0.1);
});

it('reaches who reads a stream, and Mastra does not try again', async () => {
  const { agent, model } = start([{ per: 'total', limitCalls: 0, window: 'hour' }]);
  const stream = await agent.stream('hello');
  for await (const _ of stream.textStream);
  expect(stream.error).toMatchObject({ code: 'MASTRA_PERF_BUDGET_EXCEEDED', unit: 'calls' });
  expect(model.calls.total).toBe(0);
});

it('costs nothing to be answered from the cache, or by a call under way', async () => {
  const { agent, model } = start([{ per: 'total', limitCalls: 1, window: 'hour' }], { cache: true });
  const answers = await Promise.all(Array.from({ length: 20 }, () => agent.generate('the same')));
  const later = await agent.generate('the same');
  expect([model.calls.total, answers.length, later.text]).toEqual([1, 20, 'fine']);
});

it('holds for all processes that share a store', async () => {
  const store = memoryStore();
  const apps = [0, 1, 2].map(() => start([{ per: 'total', limitCalls: 10, window: 'hour' }], { store }));
  await Promise.allSettled(apps.flatMap(({ ask }) => Array.from({ length: 20 }, () => ask())));
  expect(apps.reduce((sum, { model }) => sum + model.calls.total, 0)).toBe(10);
});

it('gives a cheaper model the call, and does not store its answer as that of the dear one', async () => {
  const cheap = mockModel({
    spec: 'v3',
    modelId: 'cheap',
    respond: (request) => ({ text: 'cheap', usage: usageOf(request) }),
  });
  const { agent, model } = start(
    [{ per: 'total', limitCalls: 1, window: 'hour', onExceed: { degrade: cheap as never } }],
    { cache: true },
  );
  expect((await agent.generate('one')).text).toBe('fine');
  expect((await agent.generate('two')).text).toBe('cheap');
  expect((await agent.generate('two')).text).toBe('cheap');
  expect([model.calls.total, cheap.calls.total]).toEqual([1, 2]);
});

it('only warns where that is asked for, and tells thresholds once', async () => {
  const { ask, perf, model } = start([
    { per: 'total', limitCalls: 4, window: 'hour', onExceed: 'warn', alerts: [0.5] },
  ]);
  const told: string[] = [];
  perf.on('budget', ({ kind }) => told.push(kind));
  for (let call = 0; call < 6; call++) await ask();
  await perf.flush();
  expect(model.calls.total).toBe(6);
  expect(told.filter((kind) => kind === 'threshold')).toHaveLength(1);
});

it('tells of an hour that costs several times a usual one', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-03-02T00:00:00Z') });
  onTestFinished(() => void vi.useRealTimers());
  const { ask, perf } = start([
    { per: 'resource', limitUsd: 5, window: 'day', alerts: [], alertAtTimesUsual: 3 },
  ]);
  const told: unknown[] = [];
  perf.on('budget', (event) => told.push(event));
  for (let hour = 0; hour < 30; hour++, vi.advanceTimersByTime(3_600_000)) await ask();
  for (let call = 0; call < 8; call++) {
    await ask();
    await perf.flush();
  }
  const usual = 20e-6 * 100 + 500e-6 * 16;
  expect(told).toEqual([
    expect.objectContaining({ kind: 'burn-rate', budget: 'resource-usd-day', scope: 'ann', unit: 'usd' }),
  ]);
  expect(told[0]).toMatchObject({
    usualPerHour: expect.closeTo(usual, 9) as number,
    spentThisHour: expect.closeTo(3 * usual, 9) as number,
  });
});

it('goes by labels of the request, and by functions of who asks', async () => {
  const { ask, perf, model } = start([
    {
      per: { label: 'team' },
      limitCalls: ({ labels }) => (labels['team'] === 'gold' ? 3 : 1),
      window: 'hour',
    },
  ]);
  const as = (team: string) => ({ requestContext: perf.context({ labels: { team } }) });
  for (let call = 0; call < 5; call++) {
    await ask('ann', as('gold')).catch(() => undefined);
    await ask('ann', as('tin')).catch(() => undefined);
  }
  expect(model.calls.total).toBe(4);
});

describe('a call that is given up', () => {
  it('gives back what it held beyond what it cost', async () => {
    const held = gate();
    const { ask, model } = start([{ per: 'total', limitCalls: 2, window: 'hour' }], {}, { gate: held.wait });
    const controller = new AbortController();
    const first = ask('ann', { abortSignal: controller.signal }).catch(() => undefined);
    const { calls } = model;
    while (calls.total === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    held.open();
    await first;
    await ask();
    await expect(ask()).rejects.toMatchObject({ code: 'MASTRA_PERF_BUDGET_EXCEEDED' });
    expect(calls.total).toBe(2);
  });
});
