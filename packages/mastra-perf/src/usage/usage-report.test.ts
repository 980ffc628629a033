import { describe, expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import type { LedgerEntry, LedgerQuery } from '../stores/ledger.ts';
import { memoryLedger } from '../stores/memory-ledger.ts';
import { usageName } from './usage-name.ts';
import { usageQuestion, type UsageQuery } from './usage-query.ts';
import { usageReport } from './usage-report.ts';

const HOUR = 3_600_000;

async function setUp(entries: readonly (Partial<LedgerEntry> & { readonly ago?: number })[]) {
  const clock = testClock();
  const ledger = memoryLedger(clock);
  await ledger.record(
    entries.map(({ ago = 0, ...entry }, index) => ({
      id: `e${index}`,
      at: clock.now() - ago,
      group: { agent: 'a', model: 'p/m' },
      counts: { misses: 1, modelCalls: 1 },
      ...entry,
    })),
  );
  const report = (query?: UsageQuery) => usageReport(ledger, usageQuestion(query, clock.now()));
  return { clock, report };
}

describe('a report of usage', () => {
  it('puts the dearest row first, then the one with the most tokens, then with the most calls', async () => {
    const of = (agent: string, counts: Record<string, number>) => ({ group: { agent, model: 'm' }, counts });
    const { report } = await setUp([
      of('calls', { misses: 9 }),
      of('tokens', { outputTokens: 5 }),
      of('dollars', { nanoUsd: 1 }),
      of('nothing', { misses: 1 }),
    ]);
    const rows = await report({ by: ['agent'] });
    expect(rows.map(({ agent }) => agent)).toEqual(['dollars', 'tokens', 'calls', 'nothing']);
  });

  it('leaves out of a row what was not asked for or is not known', async () => {
    const { report } = await setUp([
      { group: { agent: 'a', model: 'p/x', resource: 'r' } },
      { group: { agent: 'a', model: 'p/x', resource: 'r' } },
      { group: { agent: 'a', model: 'p/x' } },
    ]);
    const told = async (query?: UsageQuery) =>
      (await report(query)).map(({ agent, model, resource, calls }) => ({ agent, model, resource, calls }));
    expect(await told()).toEqual([{ agent: 'a', model: 'p/x', calls: 3 }]);
    expect(await told({ by: ['resource'] })).toEqual([{ resource: 'r', calls: 2 }, { calls: 1 }]);
    expect(await told({ by: [] })).toEqual([{ calls: 3 }]);
    expect(await told({ by: [], where: { resource: 'r' } })).toEqual([{ calls: 2 }]);
    expect(await report({ where: { resource: 'other' } })).toEqual([]);
  });

  it('leaves it to the ledger to find what is asked for', async () => {
    const clock = testClock();
    const ledger = memoryLedger(clock);
    const asked: LedgerQuery[] = [];
    const watched = {
      report: async (query: LedgerQuery) => {
        asked.push(query);
        return ledger.report(query);
      },
    };
    const where = { resource: `r\u0000${'x'.repeat(400)}`, labels: { team: 'core' } };
    await usageReport(watched, usageQuestion({ by: ['model'], where }, clock.now()));
    expect(asked).toMatchObject([{ by: ['model'], where: { 'label.team': 'core' } }]);
    expect(asked[0]?.where?.['resource']).toBe(usageName(where.resource));
  });

  it('tells means and what had no price', async () => {
    const { report } = await setUp([
      { counts: { modelCalls: 3, inputTokens: 90, outputTokens: 30, nanoUsd: 6e9, unpricedCalls: 1 } },
      { counts: { modelCalls: 1, inputTokens: 10, hits: 4, savedCalls: 4, savedNanoUsd: 2e9 } },
    ]);
    expect(await report()).toMatchObject([
      {
        modelCalls: 4,
        mean: { inputTokens: 25, outputTokens: 7.5, usd: 1.5 },
        unpricedShare: 0.25,
        saved: { calls: 4, usd: 2 },
      },
    ]);
  });

  it('tells the share of its input that providers had cached, over all calls of a row', async () => {
    const { report } = await setUp([
      { counts: { modelCalls: 1, inputTokens: 100, cachedInputTokens: 90 } },
      { counts: { modelCalls: 1, inputTokens: 300, cachedInputTokens: 10 } },
    ]);
    expect(await report()).toMatchObject([{ spent: { cachedInputTokens: 100 }, cachedShare: 0.25 }]);
  });

  it('has a row for each interval, the earliest first', async () => {
    const { report, clock } = await setUp([
      { ago: 2 * HOUR },
      { ago: 0 },
      { ago: 2 * HOUR, group: { agent: 'b', model: 'p/m' }, counts: { misses: 1, nanoUsd: 1 } },
    ]);
    const hour = (ago: number) => new Date(clock.now() - ((clock.now() - ago) % HOUR) - ago).toISOString();
    const rows = await report({ by: ['agent'], interval: 'hour', from: '3h' });
    expect(rows.map(({ start, agent }) => [start, agent])).toEqual([
      [hour(2 * HOUR), 'b'],
      [hour(2 * HOUR), 'a'],
      [hour(0), 'a'],
    ]);
  });

  it.each<[string, (now: number) => UsageQuery, number]>([
    ['30 days by default', () => ({}), 2],
    ['a duration ago', () => ({ from: '90m' }), 1],
    ['a date', (now) => ({ from: new Date(now - 10 * HOUR) }), 2],
    ['a number', (now) => ({ from: now - 10 * HOUR, to: now - 60_000 }), 1],
    ['a text', (now) => ({ from: new Date(now - 60 * 24 * HOUR).toISOString() }), 3],
  ])('begins where it is told: %s', async (_what, query, calls) => {
    const { report, clock } = await setUp([{ ago: 0 }, { ago: 2 * HOUR }, { ago: 45 * 24 * HOUR }]);
    expect(await report({ by: [], ...query(clock.now()) })).toMatchObject([{ calls }]);
  });

  it.each<[UsageQuery, string]>([
    [
      { by: ['agnet' as 'agent'] },
      "usage.report.by[0]: expected 'agent', 'model', 'purpose', 'resource', 'user', 'via' or { label: 'team' }",
    ],
    [{ by: [{ label: '' }] }, 'usage.report.by[0]'],
    [
      { from: 'yesterday' },
      'usage.report.from: expected a Date, milliseconds since the epoch, ISO 8601 or how long ago',
    ],
    [{ to: -1 }, 'usage.report.to'],
    [{ from: new Date(Number.NaN) }, 'usage.report.from'],
    [{ interval: 'week' as 'day' }, "usage.report.interval: expected 'minute' or 'hour' or 'day' or 'month'"],
    [{ where: { team: 'x' } as never }, 'usage.report.where.team'],
    [{ where: { user: '' } }, 'usage.report.where.user'],
    [{ form: '7d' } as never, 'usage.report.form: expected'],
  ])('refuses %o', async (query, message) => {
    const { report } = await setUp([]);
    await expect(async () => report(query)).rejects.toThrow(message);
  });
});
