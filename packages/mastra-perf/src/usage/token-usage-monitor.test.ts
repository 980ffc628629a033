import { describe, expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { memoryLedger } from '../stores/memory-ledger.ts';
import { createPriceBook } from './prices.ts';
import { testUsage } from './test-usage.ts';
import { TokenUsageMonitor } from './token-usage-monitor.ts';
import { noCounts } from './usage-counts.ts';
import { figuresOf } from './usage-figures.ts';
import type { TrackedUsage } from './tracked-usage.ts';

const DAY = 86_400_000;
const NOTHING = figuresOf(noCounts());

function setUp() {
  const clock = testClock();
  const fault = (_where: string, error: unknown): never => {
    throw error;
  };
  const overrides = {
    'acme/*': { inputPerMillion: 1, cachedInputPerMillion: 0.5, outputPerMillion: 10 },
  };
  const priceBook = createPriceBook({ clock, overrides, onUnpriced: () => {}, fault });
  const usage = testUsage({ clock, ledger: memoryLedger(clock), priceBook });
  return { clock, usage, monitor: new TokenUsageMonitor({ usage }) };
}

describe('a monitor of usage by user', () => {
  it('tells what a user used, in all and by model, and nothing of others', async () => {
    const { monitor } = setUp();
    monitor.track('ann', { inputTokens: 1000, outputTokens: 100 }, { model: 'acme/small', agent: 'batch' });
    monitor.track('ann', { inputTokens: 500, outputTokens: 50 }, { model: 'acme/small' });
    monitor.track('ann', { inputTokens: 7, outputTokens: 3 });
    monitor.track('bob', { inputTokens: 9, outputTokens: 9 }, { model: 'acme/small' });
    const report = await monitor.getUsageReport('ann');
    expect(report).toMatchObject({
      userId: 'ann',
      calls: 3,
      bypassed: 3,
      modelCalls: 3,
      spent: { inputTokens: 1507, outputTokens: 153, usd: 0.003 },
      unpricedCalls: 1,
      unpricedShare: 1 / 3,
      mean: { inputTokens: 1507 / 3, usd: 0.001 },
    });
    expect(report.models).toMatchObject([
      { model: 'acme/small', modelCalls: 2, spent: { usd: 0.003 }, unpricedCalls: 0 },
      { modelCalls: 1, unpricedCalls: 1 },
    ]);
    expect(report.models[1]).not.toHaveProperty('model');
  });

  it('has zeros for a user of whom nothing is known', async () => {
    const { monitor } = setUp();
    monitor.track('ann', { inputTokens: 1, outputTokens: 1 });
    expect(await monitor.getUsageReport('nobody')).toEqual({ userId: 'nobody', ...NOTHING, models: [] });
  });

  it('counts from and to when it is told', async () => {
    const { monitor, usage, clock } = setUp();
    monitor.track('ann', { inputTokens: 1, outputTokens: 1 });
    await usage.flush();
    clock.advance(40 * DAY);
    monitor.track('ann', { inputTokens: 10, outputTokens: 1 });
    const input = async (time?: Parameters<typeof monitor.getUsageReport>[1]) =>
      (await monitor.getUsageReport('ann', time)).spent.inputTokens;
    expect(await input()).toBe(10);
    expect(await input({ from: '60d' })).toBe(11);
    expect(await input({ from: '60d', to: '2d' })).toBe(1);
  });

  it('is in reports like other calls, under its agent and what it was for', async () => {
    const { monitor, usage } = setUp();
    monitor.track('ann', { inputTokens: 1, outputTokens: 1 }, { agent: 'batch', model: 'acme.chat/small' });
    monitor.track('ann', { tokens: 4 }, { model: 'acme/embed' });
    const by = ['agent', 'model', 'purpose', 'user'] as const;
    expect(await usage.report({ by })).toMatchObject([
      { agent: 'batch', model: 'acme/small', purpose: 'answer', user: 'ann', calls: 1, embeddingCalls: 0 },
      { agent: 'model', model: 'acme/embed', purpose: 'embedding', user: 'ann', calls: 0, embeddingCalls: 1 },
    ]);
  });

  it('reports a user whose id is one that stores cut or replace', async () => {
    const { monitor } = setUp();
    const id = `\u0000${'a'.repeat(150)}\ud800`;
    monitor.track(id, { inputTokens: 3, outputTokens: 1 });
    expect(await monitor.getUsageReport(id)).toMatchObject({ userId: id, modelCalls: 1 });
  });
});

describe('usage that is tracked', () => {
  const spent = (over: object) => ({ ...NOTHING.spent, inputTokens: 100, outputTokens: 20, ...over });
  const parts = { cachedInputTokens: 30, cacheWriteTokens: 10, reasoningTokens: 5 };

  it.each<[string, TrackedUsage, object]>([
    ['plain counts', { inputTokens: 100, outputTokens: 20 }, {}],
    ['plain counts with parts', { inputTokens: 100, outputTokens: 20, ...parts }, parts],
    [
      'result.usage of AI SDK 5',
      {
        inputTokens: 100,
        outputTokens: 20,
        totalTokens: 120,
        cachedInputTokens: 30,
        reasoningTokens: 5,
      } as TrackedUsage,
      { cachedInputTokens: 30, reasoningTokens: 5 },
    ],
    [
      'result.usage of AI SDK 6 and 7',
      {
        inputTokens: 100,
        outputTokens: 20,
        inputTokenDetails: { cacheReadTokens: 30, cacheWriteTokens: 10 },
        outputTokenDetails: { reasoningTokens: 5 },
      },
      parts,
    ],
    [
      'what models of specification v3 and v4 report',
      {
        inputTokens: { total: 100, cacheRead: 30, cacheWrite: 10 },
        outputTokens: { total: 20, reasoning: 5 },
      },
      parts,
    ],
    ['AI SDK 4', { promptTokens: 100, completionTokens: 20 }, {}],
    [
      'Mastra',
      { inputTokens: 100, outputTokens: 20, cachedInputTokens: 30, cacheCreationInputTokens: 10 },
      { cachedInputTokens: 30, cacheWriteTokens: 10 },
    ],
    ['one that lacks the output', { inputTokens: 100, outputTokens: undefined }, { outputTokens: 0 }],
    ['null for what is not known', { inputTokens: 100, outputTokens: 20, reasoningTokens: null }, {}],
  ])('is read in any form: %s', async (_what, usage, expected) => {
    const { monitor } = setUp();
    monitor.track('ann', usage, { model: 'acme/small' });
    const report = await monitor.getUsageReport('ann');
    expect(report.spent).toEqual(spent({ ...expected, usd: report.spent.usd }));
    expect(report.spent.usd).toBeGreaterThan(0);
  });

  it('is priced like the calls of agents, with what the provider kept for an hour', async () => {
    const { monitor, usage } = setUp();
    const told = { inputTokens: 100, outputTokens: 0, cacheCreationInputTokens: 100 };
    monitor.track('five', told, { model: 'anthropic/claude-sonnet-4-5' });
    monitor.track(
      'hour',
      { ...told, cacheCreationInputTokens1h: 100 },
      { model: 'anthropic/claude-sonnet-4-5' },
    );
    await usage.flush();
    const usd = async (user: string) => (await monitor.getUsageReport(user)).spent.usd;
    expect(await usd('five')).toBeCloseTo(0.000_375, 9);
    expect(await usd('hour')).toBeCloseTo(0.000_6, 9);
  });

  it('counts as a call without tokens where the provider told none', async () => {
    const { monitor } = setUp();
    monitor.track('ann', { inputTokens: undefined, outputTokens: undefined });
    expect(await monitor.getUsageReport('ann')).toMatchObject({
      modelCalls: 1,
      unpricedCalls: 0,
      spent: { inputTokens: 0 },
    });
  });

  it.each<[unknown, unknown, unknown, string]>([
    ['', { inputTokens: 1 }, {}, 'TokenUsageMonitor.track: userId: expected a text of 1 to 200 characters'],
    [undefined, { inputTokens: 1 }, {}, 'TokenUsageMonitor.track: userId'],
    ['ann', undefined, {}, 'usage.track.usage: expected usage as the AI SDK tells it'],
    ['ann', Promise.resolve({ inputTokens: 1 }), {}, 'await it'],
    ['ann', { input_tokens: 1 }, {}, 'usage.track.usage: expected'],
    [
      'ann',
      { inputTokens: -1 },
      {},
      'usage.track.usage.inputTokens: expected a number of tokens from 0, got -1',
    ],
    ['ann', { inputTokens: 1, outputTokens: Number.NaN }, {}, 'usage.track.usage.outputTokens'],
    ['ann', { inputTokens: { total: '5' } }, {}, 'usage.track.usage.inputTokens.total'],
    ['ann', { inputTokens: 1e300 }, {}, 'usage.track.usage.inputTokens'],
    ['ann', { inputTokens: 1 }, { model: 'gpt-4o' }, "usage.track.model: expected 'provider/model'"],
    ['ann', { inputTokens: 1 }, { agent: '' }, 'usage.track.agent: expected'],
  ])('refuses what is none: %j, %j, %j', async (user, usage, of, message) => {
    const { monitor } = setUp();
    expect(() => monitor.track(user as string, usage as TrackedUsage, of as object)).toThrow(message);
    expect(await monitor.getUsageReport('ann')).toMatchObject(NOTHING);
  });

  it('refuses to report of nobody', async () => {
    const { monitor } = setUp();
    await expect(monitor.getUsageReport('')).rejects.toThrow('TokenUsageMonitor.getUsageReport: userId');
    await expect(monitor.getUsageReport('ann', { from: 'x' })).rejects.toThrow('usage.report.from');
  });
});
