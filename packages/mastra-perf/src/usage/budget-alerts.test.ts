import { describe, expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { readAll } from '../pipeline/collect.ts';
import { replyOf, testModel } from '../pipeline/test-calls.ts';
import { memoryLedger } from '../stores/memory-ledger.ts';
import type { BudgetAlert, BudgetOptions } from './budget-options.ts';
import { billed, guardsOn, type Guarded } from './test-budgets.ts';

const guarded = guardsOn(memoryLedger);

const model = testModel(() => replyOf(billed(1, 1)));
const budget: BudgetOptions = { per: 'resource', limitCalls: 10, window: 'day' };
const ask = async (guard: Guarded, calls = 1, resource = 'ann'): Promise<void> => {
  for (let call = 0; call < calls; call++) {
    await guard.ask(model, { caller: { resource } }).then(readAll, () => undefined);
    await guard.flush();
  }
};
const thresholds = (guard: Guarded): unknown[] =>
  guard.events.filter(({ kind }) => kind === 'threshold').map(({ threshold }) => threshold);

describe('thresholds', () => {
  it('are told once each, as soon as they are passed', async () => {
    const guard = guarded([budget]);
    const told: unknown[][] = [];
    for (let call = 1; call <= 12; call++) {
      await ask(guard);
      told.push(thresholds(guard));
    }
    expect(told[3]).toEqual([]);
    expect(told[4]).toEqual([0.5]);
    expect(told[6]).toEqual([0.5]);
    expect(told[7]).toEqual([0.5, 0.8]);
    expect(told[8]).toEqual([0.5, 0.8]);
    expect(told[11]).toEqual([0.5, 0.8, 1]);
  });

  it('are told by one of all processes', async () => {
    const clock = testClock();
    const ledger = memoryLedger(clock);
    const guards = [0, 1, 2].map(() => guarded([budget], { clock, ledger }));
    for (let call = 0; call < 12; call++, clock.advance(61_000)) await ask(guards[call % 3]!);
    expect(guards.flatMap(thresholds)).toEqual(expect.arrayContaining([0.5, 0.8, 1]));
    expect(guards.flatMap(thresholds)).toHaveLength(3);
  });

  it('are told again in the next window, and for each resource apart', async () => {
    const guard = guarded([budget]);
    await ask(guard, 5);
    await ask(guard, 5, 'bob');
    expect(thresholds(guard)).toEqual([0.5, 0.5]);
    guard.clock.advance(86_400_000);
    await ask(guard, 5);
    expect(thresholds(guard)).toEqual([0.5, 0.5, 0.5]);
  });

  it('that are passed at once are told as the highest', async () => {
    const guard = guarded([{ ...budget, limitCalls: 1 }]);
    await ask(guard, 3);
    expect(thresholds(guard)).toEqual([1]);
  });

  it('count the whole limit as reached by the first call that does not fit', async () => {
    const guard = guarded([{ per: 'total', limitTokens: 1200, window: 'day' }]);
    const call = { request: { maxOutputTokens: 600 } };
    await expect(guard.ask(model, call)).rejects.toThrow('tokens are spent');
    await guard.flush();
    expect(guard.events).toContainEqual(
      expect.objectContaining({ kind: 'threshold', threshold: 1, spent: 0 }),
    );
  });

  it('above the limit are for budgets that let calls go on', async () => {
    const guard = guarded([{ ...budget, limitCalls: 2, onExceed: 'warn', alerts: [1.5, 1] }]);
    await ask(guard, 6);
    expect(thresholds(guard)).toEqual([1, 1.5]);
  });

  it('can be none', async () => {
    const guard = guarded([{ ...budget, alerts: [] }]);
    await ask(guard, 12);
    expect(thresholds(guard)).toEqual([]);
  });

  it('are told later when the ledger was away', async () => {
    const clock = testClock();
    const inner = memoryLedger(clock);
    let away = true;
    const ledger = {
      ...inner,
      reserve: (...args: Parameters<typeof inner.reserve>) =>
        away && args[1][0]!.limit === 1 ? Promise.reject(new Error('away')) : inner.reserve(...args),
    };
    const guard = guarded([budget], { clock, ledger });
    await ask(guard, 6);
    expect(thresholds(guard)).toEqual([]);
    expect(guard.faults.length).toBeGreaterThan(0);
    away = false;
    await ask(guard);
    expect(thresholds(guard)).toEqual([0.5]);
  });
});

describe('who is told', () => {
  it('gets the alert; what fails there reaches no call', async () => {
    const alerts: BudgetAlert[] = [];
    const guard = guarded([budget], {
      budgetAlerts: {
        onAlert: async (alert) => {
          alerts.push(alert);
          throw new Error('pager is out');
        },
      },
    });
    await ask(guard, 7);
    expect(alerts).toEqual([
      {
        type: 'budget.threshold',
        id: '["resource-calls-day","resource","once day 2025-06-15","ann"] 0.5',
        budget: 'resource-calls-day',
        scope: 'ann',
        unit: 'calls',
        threshold: 0.5,
        limit: 10,
        spent: 5,
        resetsAt: '2025-06-16T00:00:00.000Z',
        at: '2025-06-15T15:06:40.000Z',
      },
    ]);
    expect(guard.faults).toEqual([new Error('pager is out')]);
  });

  it('gets it by webhook too', async () => {
    const bodies: unknown[] = [];
    const guard = guarded([budget], {
      budgetAlerts: { webhook: { url: 'https://hooks.example/x', secret: 's'.repeat(16) } },
      fetch: async (_url, init) => {
        bodies.push(JSON.parse(String(init?.body)));
        return new Response(null, { status: 204 });
      },
    });
    await ask(guard, 12);
    expect(bodies.map((body) => (body as { threshold: number }).threshold)).toEqual([0.5, 0.8, 1]);
  });
});
