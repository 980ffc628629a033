import { describe, expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { memoryLedger } from '../stores/memory-ledger.ts';
import type { BudgetAlert, BudgetOptions } from './budget-options.ts';
import { billed, guardsOn, type Guarded } from './test-budgets.ts';
import { ask, budget, HOUR_MS, pass, told, watchedLedger } from './test-burn-rate.ts';

const guarded = guardsOn(memoryLedger);

describe('an hour that costs several times a usual one', () => {
  it('is told once, as soon as it does', async () => {
    const guard = guarded([budget]);
    await pass(guard, 30, 2);
    const counts: number[] = [];
    for (let call = 1; call <= 9; call++) {
      await ask(guard);
      counts.push(told(guard).length);
    }
    expect(counts).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1]);
    expect(told(guard)).toEqual([
      {
        kind: 'burn-rate',
        budget: 'resource-usd-day',
        scope: 'ann',
        unit: 'usd',
        limit: 1,
        resetsAt: Date.parse('2025-06-17T00:00:00Z'),
        spentThisHour: 0.012,
        usualPerHour: 0.004,
      },
    ]);
  });

  it('is told again in the next hour when that is one too', async () => {
    const guard = guarded([budget]);
    await pass(guard, 30, 1);
    await pass(guard, 2, 5);
    await pass(guard, 1, 1);
    expect(told(guard)).toHaveLength(2);
  });

  it('is told by one of all processes, of what all of them spend', async () => {
    const clock = testClock();
    const ledger = memoryLedger(clock);
    const guards = [0, 1].map(() => guarded([budget], { clock, ledger })) as [Guarded, Guarded];
    await pass(guards[0], 30, 2);
    for (let round = 0; round < 3; round++, clock.advance(10_000))
      for (const guard of guards) await ask(guard);
    expect(told(...guards)).toHaveLength(1);
    expect(told(...guards)[0]?.spentThisHour).toBe(0.012);
  });

  it('is told by one of all that see it at the same time', async () => {
    const clock = testClock();
    const ledger = memoryLedger(clock);
    const guards = Array.from({ length: 4 }, () => guarded([budget], { clock, ledger }));
    await pass(guards[0]!, 30, 1);
    for (let round = 0; round < 3; round++, clock.advance(10_000))
      await Promise.all(guards.map((guard) => ask(guard, 2)));
    expect(told(...guards)).toHaveLength(1);
  });

  it('is none before there is a day of it, however much is spent', async () => {
    const guard = guarded([budget]);
    await pass(guard, 23, 1);
    await pass(guard, 1, 20);
    expect(told(guard)).toEqual([]);
    await pass(guard, 1, 20);
    expect(told(guard)).toHaveLength(1);
  });

  it('is not the first one after a night', async () => {
    const guard = guarded([budget]);
    for (let day = 0; day < 4; day++) {
      await pass(guard, 8, 2);
      guard.clock.advance(16 * HOUR_MS);
    }
    await ask(guard, 5);
    expect(told(guard)).toEqual([]);
    await ask(guard);
    expect(told(guard)).toHaveLength(1);
  });

  it('is compared with seven days, not with what was before', async () => {
    const guard = guarded([budget]);
    await pass(guard, 30, 8);
    guard.clock.advance(144 * HOUR_MS);
    await pass(guard, 30, 1);
    await ask(guard, 4);
    expect(told(guard)).toHaveLength(1);
  });

  it('is not told of a scope that spends next to nothing', async () => {
    const guard = guarded([{ ...budget, limitUsd: 5 }]); // 0.0208 dollars are a tenth of an hour's share
    await pass(guard, 30, 1);
    await ask(guard, 10);
    expect(told(guard)).toEqual([]);
    await ask(guard);
    expect(told(guard)).toHaveLength(1);
  });

  it('is told of each resource apart', async () => {
    const guard = guarded([budget]);
    for (let hour = 0; hour < 30; hour++) {
      await ask(guard, 1, 'ann');
      await pass(guard, 1, 4, 'bob');
    }
    await ask(guard, 4, 'ann');
    await ask(guard, 4, 'bob');
    expect(told(guard).map(({ scope }) => scope)).toEqual(['ann']);
  });

  it.each<BudgetOptions>([
    { per: 'total', limitTokens: 100_000, window: '24h' },
    { per: 'total', limitCalls: 1, window: 'day', onExceed: 'warn' },
    { per: 'agent', limitCalls: 30, window: 'minute' },
    { per: 'user', limitUsd: 3, window: 'month', timezone: 'Asia/Kolkata' },
  ])('is told of %j', async (other) => {
    const guard = guarded([{ alerts: [], alertAtTimesUsual: 3, ...other }]);
    await pass(guard, 30, 1);
    await ask(guard, 2);
    expect(told(guard)).toEqual([]);
    await ask(guard, 2);
    expect(told(guard)).toHaveLength(1);
  });

  it('is told of what a cheaper model costs too', async () => {
    const cheap = {
      doGenerate: async () => ({}),
      doStream: async () => ({
        stream: new ReadableStream({
          start(controller) {
            for (const part of billed(1, 1)) controller.enqueue(part);
            controller.close();
          },
        }),
      }),
      provider: 'test',
      modelId: 'cheap',
      specificationVersion: 'v3',
    };
    const guard = guarded([
      {
        per: 'total',
        limitCalls: 0,
        window: 'day',
        alertAtTimesUsual: 3,
        onExceed: { degrade: cheap as never },
      },
    ]);
    await pass(guard, 30, 1);
    await ask(guard, 3);
    expect(told(guard)).toMatchObject([{ spentThisHour: 3, usualPerHour: 1 }]);
  });

  it('is not looked for where that is not asked for', async () => {
    const { ledger, clock, reads, charges } = watchedLedger(memoryLedger);
    const { alertAtTimesUsual: _, ...plain } = budget;
    const guard = guarded([plain], { ledger, clock });
    await pass(guard, 30, 1);
    await ask(guard, 9);
    expect(told(guard)).toEqual([]);
    expect(reads).toEqual([]);
    expect(new Set(charges)).toEqual(new Set([1]));
  });
});

it('goes to the callback and the webhook as thresholds do', async () => {
  const alerts: BudgetAlert[] = [];
  const bodies: unknown[] = [];
  const guard = guarded([budget], {
    budgetAlerts: {
      onAlert: (alert) => void alerts.push(alert),
      webhook: { url: 'https://hooks.example/x', secret: 's'.repeat(16) },
    },
    fetch: async (_url, init) => {
      bodies.push(JSON.parse(String(init?.body)));
      return new Response(null, { status: 204 });
    },
  });
  await pass(guard, 30, 1);
  await ask(guard, 3);
  expect(alerts).toEqual([
    {
      type: 'budget.burn-rate',
      id: '["resource-usd-day","resource","unusual 2025-06-16T21","ann"]',
      budget: 'resource-usd-day',
      scope: 'ann',
      unit: 'usd',
      limit: 1,
      spentThisHour: 0.006,
      usualPerHour: 0.002,
      resetsAt: '2025-06-17T00:00:00.000Z',
      at: '2025-06-16T21:06:40.000Z',
    },
  ]);
  expect(bodies).toEqual(alerts);
});
