import { describe, expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { readAll } from '../pipeline/collect.ts';
import type { Ledger } from '../stores/ledger.ts';
import { memoryLedger } from '../stores/memory-ledger.ts';
import type { Applied } from './budget-applied.ts';
import { burnRate } from './budget-burn-rate.ts';
import { guardsOn } from './test-budgets.ts';
import { ask, budget, HOUR_MS, model, pass, told, watchedLedger } from './test-burn-rate.ts';

const guarded = guardsOn(memoryLedger);

/* What the search for unusual hours asks of a ledger. */

describe('the ledger of hours', () => {
  it('is charged in the settlement of the call, and asked now and then', async () => {
    const { ledger, clock, reads, charges } = watchedLedger(memoryLedger);
    const guard = guarded([{ ...budget, alertAtTimesUsual: 100 }], { ledger, clock });
    await pass(guard, 30, 3);
    reads.length = 0;
    charges.length = 0;
    for (let call = 0; call < 60; call++, clock.advance(1000)) await ask(guard);
    expect(charges).toEqual(Array.from({ length: 60 }, () => 2));
    expect(reads).toEqual([1, 1, 168, 1, 1, 1, 1, 1]);
  });

  it('is asked no more in an hour that is told, or that is compared with nothing', async () => {
    const { ledger, clock, reads } = watchedLedger(memoryLedger);
    const guard = guarded([budget], { ledger, clock });
    await pass(guard, 1, 5);
    clock.advance(-(clock.now() % HOUR_MS) + HOUR_MS);
    reads.length = 0;
    for (let call = 0; call < 30; call++, clock.advance(60_000)) await ask(guard);
    expect(reads).toEqual([1, 1, 1, 168]); // of the third call on there is something to tell
    clock.advance(HOUR_MS);
    await pass(guard, 24, 3);
    await ask(guard, 15);
    expect(told(guard)).toHaveLength(1);
    reads.length = 0;
    for (let call = 0; call < 30; call++, clock.advance(60_000)) await ask(guard);
    expect(reads).toEqual([]);
  });

  it('does not keep the hours for longer than they are asked for', async () => {
    const { ledger, clock } = watchedLedger(memoryLedger);
    const ends: number[] = [];
    const settle: Ledger['settle'] = (id, list) => {
      ends.push(...list.map(({ expiresAt }) => expiresAt - clock.now()));
      return ledger.settle(id, list);
    };
    const guard = guarded([budget], { ledger: { ...ledger, settle }, clock });
    await ask(guard);
    expect(ends).toHaveLength(2);
    expect(Math.max(...ends)).toBeLessThanOrEqual(170 * HOUR_MS);
  });

  it('that is away is a fault, and is asked again later', async () => {
    const clock = testClock();
    const inner = memoryLedger(clock);
    let away: 'no' | 'reads' | 'claims' = 'no';
    const ledger: Ledger = {
      ...inner,
      budgets: (counters) => (away === 'reads' ? Promise.reject(new Error('away')) : inner.budgets(counters)),
      reserve: (id, claims, holdMs) =>
        away === 'claims' && claims[0]?.limit === 1
          ? Promise.reject(new Error('away'))
          : inner.reserve(id, claims, holdMs),
    };
    const guard = guarded([budget], { clock, ledger });
    await pass(guard, 30, 1);
    await ask(guard);
    away = 'reads';
    await ask(guard, 5);
    expect(guard.faults).toEqual([new Error('away')]);
    away = 'claims';
    clock.advance(10_000);
    await ask(guard, 5);
    expect(guard.faults).toHaveLength(2);
    expect(told(guard)).toEqual([]);
    away = 'no';
    clock.advance(10_000);
    await ask(guard);
    expect(told(guard)).toMatchObject([{ spentThisHour: 0.024 }]);
  });

  it('that never answers holds no call up', async () => {
    const clock = testClock();
    const ledger: Ledger = { ...memoryLedger(clock), budgets: () => new Promise(() => undefined) };
    const guard = guarded([budget], { clock, ledger });
    const parts = await readAll(await guard.ask(model, { caller: { resource: 'ann' } }));
    expect(parts.at(-1)?.type).toBe('finish');
    clock.advance(5000);
    await settled();
    expect(String(guard.faults)).toContain('no answer within 5000 ms');
  });
});

it('remembers 10,000 scopes at most', async () => {
  const asked: string[] = [];
  const charged = burnRate({
    ledger: {
      budgets: async ([counter = '']) => {
        asked.push(counter);
        return [{ spent: 0, held: 0 }];
      },
    },
    clock: testClock(),
    timeoutMs: 500,
    announcer: {
      once: async () => undefined,
      beside: (work) => void work(),
      flush: async () => undefined,
    },
  });
  const budgetOf = { name: 'b', per: 'user', unit: 'usd', alertAtTimesUsual: 3, span: { ms: HOUR_MS } };
  const spend = (user: number) =>
    charged({ budget: budgetOf, scope: `${user}`, limit: 1e9, begunAt: 0 } as unknown as Applied, 1);
  for (let user = 0; user < 10_000; user++) spend(user);
  spend(0);
  expect(asked).toHaveLength(10_000);
  spend(10_000);
  spend(1);
  expect(asked).toHaveLength(10_002);
});
