import { memoryLedger } from '../stores/memory-ledger.ts';
import { describe, expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { PerfError } from '../errors.ts';
import type { Middleware } from '../pipeline/call.ts';
import { replyOf, testModel, textFrom } from '../pipeline/test-calls.ts';
import type { BudgetExceededError } from './budget-exceeded-error.ts';
import { billed, guardsOn } from './test-budgets.ts';

const guarded = guardsOn(memoryLedger);

// At most 1,000 tokens of input and 100 of output are 0.001 + 0.001 = 0.002 dollars.
const request = { maxOutputTokens: 100 };
const cheapModel = () => testModel(() => replyOf(billed(500, 50))); // 0.0005 + 0.0005 = 0.001
const perDay = { per: 'resource', window: 'day' } as const;
const ann = { resource: 'ann' };

const refusalOf = async (reply: Promise<unknown>): Promise<BudgetExceededError> =>
  reply.then(
    () => expect.fail('it was not refused'),
    (error: unknown) => error as BudgetExceededError,
  );

describe('a budget in dollars', () => {
  it('lets calls through until the next may not fit, and charges what they cost', async () => {
    const guard = guarded([{ ...perDay, limitUsd: 0.005 }]);
    const model = cheapModel();
    for (let calls = 1; calls <= 4; calls++)
      expect(await textFrom(guard.ask(model, { request, caller: ann }))).toBe('hello');
    await guard.flush();
    const error = await refusalOf(guard.ask(model, { request, caller: ann }));
    expect(model.asked).toHaveLength(4);
    expect(error).toBeInstanceOf(PerfError);
    expect(error).toMatchObject({
      name: 'BudgetExceededError',
      code: 'MASTRA_PERF_BUDGET_EXCEEDED',
      isRetryable: false,
      reason: 'exceeded',
      budget: 'resource-usd-day',
      per: 'resource',
      scope: 'ann',
      unit: 'usd',
      limit: 0.005,
      spent: 0.004,
      held: 0,
      needed: 0.002,
    });
    expect(new Date(error.resetsAt!).toISOString()).toBe('2025-06-16T00:00:00.000Z');
    expect(error.message).toBe(
      'budget "resource-usd-day" of resource "ann": $0.004 of $0.005 are spent, $0 held by calls under way, and this call may need $0.002; it resets at 2025-06-16T00:00:00.000Z',
    );
    expect(guard.kinds()).toContain('exceeded:block');
    expect(guard.faults).toEqual([]);
  });

  it('is one for each resource', async () => {
    const guard = guarded([{ ...perDay, limitUsd: 0.002 }]);
    const model = cheapModel();
    for (const resource of ['a', 'b', 'c'])
      await textFrom(guard.ask(model, { request, caller: { resource } }));
    await guard.flush();
    expect((await refusalOf(guard.ask(model, { request, caller: { resource: 'b' } }))).scope).toBe('b');
    expect(model.asked).toHaveLength(3);
  });

  it('begins anew with its window', async () => {
    const guard = guarded([{ ...perDay, limitUsd: 0.002 }]);
    const model = cheapModel();
    await textFrom(guard.ask(model, { request, caller: ann }));
    await guard.flush();
    const { resetsAt } = await refusalOf(guard.ask(model, { request, caller: ann }));
    guard.clock.advance(resetsAt! - guard.clock.now() - 1);
    await refusalOf(guard.ask(model, { request, caller: ann }));
    guard.clock.advance(1);
    expect(await textFrom(guard.ask(model, { request, caller: ann }))).toBe('hello');
  });

  it('rolls: what was spent counts until its time is over, and not longer than a twelfth of it', async () => {
    const guard = guarded([{ ...perDay, window: '1h', limitUsd: 0.002 }]);
    const model = cheapModel();
    await textFrom(guard.ask(model, { request, caller: ann }));
    await guard.flush();
    for (let minutes = 0; minutes < 60; minutes += 6) {
      const { resetsAt } = await refusalOf(guard.ask(model, { request, caller: ann }));
      expect(resetsAt! - guard.clock.now()).toBeLessThanOrEqual(300_000);
      guard.clock.advance(360_000);
    }
    guard.clock.advance(300_000);
    expect(await textFrom(guard.ask(model, { request, caller: ann }))).toBe('hello');
  });

  it('asks for the limit of whoever calls', async () => {
    const limitUsd = ({
      resource,
      labels,
    }: {
      resource?: string;
      labels: Readonly<Record<string, string>>;
    }) => Promise.resolve(labels.tier === 'gold' ? Infinity : resource === 'ann' ? 0.002 : 0);
    let labels: Readonly<Record<string, string>> = {};
    const guard = guarded([{ ...perDay, limitUsd }], { labelsOf: () => labels });
    const model = cheapModel();
    await textFrom(guard.ask(model, { request, caller: ann }));
    await guard.flush();
    await refusalOf(guard.ask(model, { request, caller: ann }));
    await refusalOf(guard.ask(model, { request, caller: { resource: 'bob' } }));
    labels = { tier: 'gold' };
    await textFrom(guard.ask(model, { request, caller: ann }));
    expect(model.asked).toHaveLength(2);
    expect(guard.kinds()).not.toContain('unavailable:allow');
  });
});

describe('budgets in tokens and calls', () => {
  it('charge tokens of both kinds, and calls that the model took', async () => {
    const guard = guarded([
      { per: 'total', limitTokens: 2200, window: 'hour', name: 'tokens' },
      { per: 'user', limitCalls: 3, window: 'hour', name: 'calls' },
    ]);
    const model = cheapModel();
    for (let calls = 1; calls <= 3; calls++) {
      await textFrom(guard.ask(model, { request, caller: { user: `u${calls}` } }));
      await guard.flush();
    }
    expect(await refusalOf(guard.ask(model, { request }))).toMatchObject({
      budget: 'tokens',
      unit: 'tokens',
      limit: 2200,
      spent: 1650,
      needed: 1100,
    });
  });

  it('charge no call that the provider has refused', async () => {
    const guard = guarded([{ per: 'total', limitCalls: 1, window: 'hour' }]);
    const refusing = testModel(() => {
      throw Object.assign(new Error('overloaded'), { statusCode: 529 });
    });
    for (let calls = 1; calls <= 3; calls++) {
      await expect(guard.ask(refusing)).rejects.toThrow('overloaded');
      await guard.flush();
    }
    expect(await textFrom(guard.ask(cheapModel()))).toBe('hello');
    await guard.flush();
    await refusalOf(guard.ask(cheapModel()));
  });
});

describe('several budgets', () => {
  it('are all kept or nothing is reserved', async () => {
    const guard = guarded([
      { per: 'total', limitUsd: 100, window: 'day' },
      { per: 'agent', limitCalls: 0, window: 'day' },
    ]);
    expect(await refusalOf(guard.ask(cheapModel()))).toMatchObject({
      budget: 'agent-calls-day',
      scope: 'support',
    });
    const counters = ['["total-usd-day","total","day 2025-06-15"]'];
    expect(await guard.ledger.budgets(counters)).toEqual([{ spent: 0, held: 0 }]);
  });

  it('are asked in one round trip', async () => {
    let reserved = 0;
    let settled = 0;
    const guard = guarded(
      [
        { per: 'total', limitUsd: 100, window: 'day' },
        { per: 'agent', limitTokens: 1e6, window: '1h' },
        { per: { label: 'tenant' }, limitCalls: 10, window: 'month' },
      ],
      {
        ledger: {
          reserve: async (_id: string, claims: readonly unknown[]) => {
            reserved++;
            return { granted: true, states: claims.map(() => ({ spent: 0, held: 0 })) };
          },
          settle: async () => void settled++,
          release: async () => undefined,
        } as never,
      },
    );
    await textFrom(guard.ask(cheapModel()));
    await guard.flush();
    expect([reserved, settled]).toEqual([1, 1]);
  });
});

describe('a call without an identity', () => {
  it('shares a budget with others, apart from whoever is called by an empty name', async () => {
    const guard = guarded([{ ...perDay, limitCalls: 1 }]);
    await textFrom(guard.ask(cheapModel()));
    await textFrom(guard.ask(cheapModel(), { caller: { resource: '' } }));
    await guard.flush();
    const error = await refusalOf(guard.ask(cheapModel()));
    expect(error.scope).toBeUndefined();
  });

  it('is refused where one is asked for', async () => {
    const guard = guarded([{ ...perDay, limitCalls: 1, onMissingIdentity: 'block' }]);
    const error = await refusalOf(guard.ask(cheapModel()));
    expect(error.reason).toBe('identity');
    expect(error.message).toContain("the call has no resource, and onMissingIdentity is 'block'");
    await textFrom(guard.ask(cheapModel(), { caller: ann }));
  });
});

describe('what does not reach the model', () => {
  it('reserves nothing', async () => {
    const cache: Middleware = {
      name: 'cache',
      run: async (call, next) => (call.overrides.cache === 'bypass' ? next() : replyOf(billed(500, 50))),
    };
    let reserved = 0;
    const guard = guarded([{ per: 'total', limitCalls: 1, window: 'day', alerts: [] }], {
      before: [cache],
      newId: () => `id${++reserved}`,
    });
    const model = cheapModel();
    for (let calls = 0; calls < 5; calls++) await textFrom(guard.ask(model));
    expect([reserved, model.asked.length]).toEqual([0, 0]);
    await textFrom(guard.ask(model, { overrides: { cache: 'bypass' } }));
    expect([reserved, model.asked.length]).toEqual([1, 1]);
  });

  it('holds nothing when the caller gives up while it is reserved', async () => {
    const clock = testClock();
    const ledger = memoryLedger(clock);
    const controller = new AbortController();
    const guard = guarded([{ per: 'total', limitCalls: 1, window: 'day' }], {
      clock,
      ledger: {
        ...ledger,
        reserve: (...args: Parameters<typeof ledger.reserve>) => {
          controller.abort(new Error('given up'));
          return ledger.reserve(...args);
        },
      },
    });
    const model = cheapModel();
    await expect(guard.ask(model, { request: { abortSignal: controller.signal } })).rejects.toThrow(
      'given up',
    );
    await guard.flush();
    expect(model.asked).toHaveLength(0);
    const counters = ['["total-calls-day","total","day 2025-06-15"]'];
    expect(await ledger.budgets(counters)).toEqual([{ spent: 0, held: 0 }]);
  });

  it('reserves nothing when the caller has given up before', async () => {
    let reserved = 0;
    const guard = guarded([{ per: 'total', limitCalls: 1, window: 'day' }], {
      newId: () => `id${++reserved}`,
    });
    const given = { abortSignal: AbortSignal.abort(new Error('given up')) };
    await expect(guard.ask(cheapModel(), { request: given })).rejects.toThrow('given up');
    expect(reserved).toBe(0);
  });
});
