import { memoryLedger } from '../stores/memory-ledger.ts';
import { describe, expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { readAll } from '../pipeline/collect.ts';
import { callOf, replyOf, testModel, textFrom } from '../pipeline/test-calls.ts';
import type { BudgetExceededError } from './budget-exceeded-error.ts';
import { billed, guardsOn, type Guarded, testPrices } from './test-budgets.ts';

const guarded = guardsOn(memoryLedger);

const cheapModel = () => testModel(() => replyOf(billed(500, 50))); // 0.0005 + 0.0005 = 0.001

const refusalOf = async (reply: Promise<unknown>): Promise<BudgetExceededError> =>
  reply.then(
    () => expect.fail('it was not refused'),
    (error: unknown) => error as BudgetExceededError,
  );

describe('the bound on an answer', () => {
  it('is set where a budget needs one and the call has none', async () => {
    const model = cheapModel();
    const asked = async (guard: Guarded, own?: unknown) => {
      await textFrom(guard.ask(model, { request: { maxOutputTokens: own } }));
      return model.asked.at(-1)!.request.maxOutputTokens;
    };
    const strict = guarded([{ per: 'total', limitUsd: 9, window: 'day' }]);
    expect(await asked(strict)).toBe(4096);
    expect(await asked(strict, 12)).toBe(12);
    expect(await asked(strict, Number.NaN)).toBe(4096);
    const wider = guarded([{ per: 'total', limitUsd: 9, window: 'day' }], { budgetMaxOutputTokens: 16_000 });
    expect(await asked(wider)).toBe(16_000);
    expect(await asked(guarded([{ per: 'total', limitCalls: 9, window: 'day' }]))).toBeUndefined();
    expect(
      await asked(guarded([{ per: 'total', limitUsd: 9, window: 'day', onExceed: 'warn' }])),
    ).toBeUndefined();
    expect(await asked(guarded([{ per: 'total', limitUsd: Infinity, window: 'day' }]))).toBeUndefined();
  });

  it('leaves what a provider adds for thinking to the provider', async () => {
    const model = cheapModel();
    const providerOptions = { anthropic: { thinking: { type: 'enabled', budgetTokens: 4000 } } };
    await textFrom(
      guarded([{ per: 'total', limitTokens: 50_000, window: 'day' }]).ask(model, {
        request: { providerOptions },
      }),
    );
    expect(model.asked[0]!.request.maxOutputTokens).toBe(4096);
  });

  it('counts what a provider adds for thinking', async () => {
    const guard = guarded([{ per: 'total', limitTokens: 5000, window: 'day' }]);
    const providerOptions = { anthropic: { thinking: { type: 'enabled', budgetTokens: 4000 } } };
    const call = callOf(cheapModel(), {
      request: { maxOutputTokens: 100, providerOptions, responseFormat: { type: 'json' } },
    });
    expect((await refusalOf(guard.run(call))).needed).toBe(5100);
  });
});

describe('a model without a price', () => {
  const unpriced = (guard: Guarded, model = cheapModel()) =>
    guard.run({
      ...callOf(model),
      model: { provider: 'new', modelId: 'x', specification: 'v3' },
    });

  it('passes a budget in dollars uncounted and unbounded, and is told of', async () => {
    const guard = guarded([
      { per: 'total', limitUsd: 0, window: 'day' },
      { per: 'total', limitCalls: 1, window: 'day' },
    ]);
    const model = cheapModel();
    await readAll(await unpriced(guard, model));
    expect(model.asked[0]!.request.maxOutputTokens).toBeUndefined();
    expect(guard.events).toContainEqual(
      expect.objectContaining({ kind: 'unpriced', action: 'allow', budget: 'total-usd-day', model: 'x' }),
    );
    await guard.flush();
    expect((await refusalOf(unpriced(guard))).budget).toBe('total-calls-day');
  });

  it('is not one whose price is only not loaded yet', async () => {
    const clock = testClock();
    const prices = testPrices(clock);
    let loaded = false;
    const priceBook = {
      ready: async () => void (loaded = true),
      usdOf: prices.usdOf,
      windowOf: prices.windowOf,
      mostUsdOf: (...args: Parameters<typeof prices.mostUsdOf>) =>
        loaded ? prices.mostUsdOf(...args) : undefined,
    };
    const guard = guarded([{ per: 'total', limitUsd: 0, window: 'day' }], { clock, priceBook });
    expect((await refusalOf(guard.ask(cheapModel()))).reason).toBe('exceeded');
  });

  it('is refused where that was chosen', async () => {
    const guard = guarded([{ per: 'total', limitUsd: 5, window: 'day' }], { onUnknownPrice: 'block' });
    expect((await refusalOf(unpriced(guard))).reason).toBe('unpriced');
  });
});
