import { memoryLedger } from '../stores/memory-ledger.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAll } from '../pipeline/collect.ts';
import { callOf, replyOf, testModel, textFrom } from '../pipeline/test-calls.ts';
import type { BudgetOptions } from './budget-options.ts';
import { billed, guardsOn, type Guarded, testPrices } from './test-budgets.ts';

const guarded = guardsOn(memoryLedger);

// 1,000 tokens of input are 0.001 dollars, 100 of output are as much.
const total: Pick<BudgetOptions, 'per' | 'window'> = { per: 'total', window: 'day' };
const answering = (output: number, finishReason = 'stop') =>
  testModel(() => replyOf(billed(1000, output, finishReason)));
const spend = async (guard: Guarded, output: number): Promise<void> => {
  await readAll(await guard.ask(answering(output), { request: { maxOutputTokens: output } }));
  await guard.flush();
};

describe('a call that does not fit into what is left', () => {
  it('gets a shorter answer where that fits', async () => {
    const guard = guarded([{ ...total, limitUsd: 0.01 }]);
    await spend(guard, 400); // 0.005 are left: 0.001 for the input, 400 tokens of output
    const model = answering(300);
    await textFrom(guard.ask(model, { request: { maxOutputTokens: 2000 } }));
    const given = Number(model.asked[0]!.request.maxOutputTokens);
    expect(given).toBeGreaterThan(398);
    expect(given).toBeLessThanOrEqual(400);
    expect(guard.kinds()).toContain('clamped');
  });

  it('is refused where less than 256 tokens are left, or the answer must be whole', async () => {
    const guard = guarded([{ ...total, limitUsd: 0.01 }]);
    await spend(guard, 400);
    const json = { maxOutputTokens: 2000, responseFormat: { type: 'json' } };
    await expect(guard.ask(answering(1), { request: json })).rejects.toMatchObject({ reason: 'exceeded' });
    await spend(guard, 200); // 0.002 are left
    await expect(guard.ask(answering(1), { request: { maxOutputTokens: 2000 } })).rejects.toMatchObject({
      reason: 'exceeded',
      limit: 0.01,
      spent: 0.008,
    });
    await spend(guard, 100);
  });

  it('is bounded by the tightest of its budgets', async () => {
    const guard = guarded([
      { ...total, limitUsd: 0.008 }, // 700 tokens
      { ...total, limitTokens: 1500 }, // 500 tokens
      { ...total, limitCalls: 5 },
    ]);
    const model = answering(300);
    await textFrom(guard.ask(model, { request: { maxOutputTokens: 2000 } }));
    expect(model.asked[0]!.request.maxOutputTokens).toBe(499);
  });

  it('never gets an answer that costs more than what is left, whatever the prices are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 50_000_000 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 0, max: 3000 }),
        async (limit, wanted, input) => {
          const guard = guarded([{ ...total, limitUsd: limit / 1e9 }], { countInput: () => input });
          const model = testModel(({ request }) => replyOf(billed(input, Number(request.maxOutputTokens))));
          await guard.ask(model, { request: { maxOutputTokens: wanted } }).then(readAll, () => undefined);
          await guard.flush();
          const [state] = await guard.ledger.budgets(['["total-usd-day","total","day 2025-06-15"]']);
          expect(state!.spent).toBeLessThanOrEqual(limit);
          expect(state!.held).toBe(0);
          // Whatever fits in full is let through in full.
          if (input * 1000 + wanted * 10_000 <= limit)
            expect(model.asked[0]!.request.maxOutputTokens).toBe(wanted);
        },
      ),
    );
  });

  it('marks an answer that its bound has cut off, so that nobody stores it', async () => {
    const guard = guarded([{ ...total, limitUsd: 1 }]);
    const facts = async (finish: string, maxOutputTokens?: number) => {
      const call = callOf(answering(50, finish), { request: { maxOutputTokens } });
      await readAll(await guard.run(call));
      return call.facts.unlike;
    };
    expect(await facts('length')).toBe('cut short');
    expect(await facts('stop')).toBeUndefined();
    expect(await facts('length', 50)).toBeUndefined();
  });
});

describe("onExceed: 'warn'", () => {
  it('tells and lets the call go on as it is', async () => {
    const guard = guarded([{ ...total, limitUsd: 0.003, onExceed: 'warn' }]);
    await spend(guard, 200);
    expect(guard.kinds()).not.toContain('exceeded:warn');
    const model = answering(700);
    await textFrom(guard.ask(model, { request: { maxOutputTokens: 700 } }));
    expect(model.asked[0]!.request.maxOutputTokens).toBe(700);
    await guard.flush();
    expect(guard.events).toContainEqual(
      expect.objectContaining({ kind: 'exceeded', action: 'warn', spent: 0.003, limit: 0.003 }),
    );
    const [state] = await guard.ledger.budgets(['["total-usd-day","total","day 2025-06-15"]']);
    expect(state).toEqual({ spent: 11_000_000, held: 0 });
  });
});

const cheap = (specificationVersion = 'v3') => {
  const asked: unknown[] = [];
  return {
    asked,
    provider: 'test',
    modelId: 'cheap',
    specificationVersion,
    doGenerate: async (request: unknown) => {
      asked.push(request);
      return {
        content: [{ type: 'text', text: 'cheap' }],
        finishReason: 'stop',
        usage: { inputTokens: 1000, outputTokens: 100 },
        warnings: [],
      };
    },
    doStream: async (request: unknown) => {
      asked.push(request);
      return { stream: ReadableStream.from(billed(1000, 100)) };
    },
  };
};

describe('onExceed: { degrade: model }', () => {
  it.each(['generate', 'stream'] as const)(
    'lets a cheaper model answer, billed at its price (%s)',
    async (method) => {
      const degrade = cheap();
      const guard = guarded([{ ...total, limitUsd: 0.003, onExceed: { degrade } }]);
      await spend(guard, 200);
      const dear = answering(1);
      const call = callOf(dear, { method });
      expect(await textFrom(guard.run(call))).toBe(method === 'generate' ? 'cheap' : 'hello');
      await guard.flush();
      expect([dear.asked.length, degrade.asked.length]).toEqual([0, 1]);
      const [state] = await guard.ledger.budgets(['["total-usd-day","total","day 2025-06-15"]']);
      const prices = testPrices(guard.clock);
      const usd = prices.usdOf('test', 'cheap', { inputTokens: 1000, outputTokens: 100 })!;
      expect(state).toEqual({ spent: 3_000_000 + Math.round(usd * 1e9), held: 0 });
      expect(guard.kinds()).toContain('exceeded:degrade');
      expect(call.facts.unlike).toBe('another model');
    },
  );

  it('is told to what is inside, which counts the spending', async () => {
    const seen: string[] = [];
    const guard = guarded([{ ...total, limitCalls: 0, onExceed: { degrade: cheap() } }]);
    const reply = await guard.guard.run(callOf(answering(1)), async (call) => {
      seen.push(call!.model.modelId);
      return call!.invoke(call!.request, call!.method);
    });
    await readAll(reply);
    expect(seen).toEqual(['cheap']);
  });

  it('still keeps the other budgets', async () => {
    const first = cheap();
    const guard = guarded([
      { ...total, limitUsd: 0, onExceed: { degrade: first } },
      { ...total, limitCalls: 2 },
      { per: 'model', limitCalls: 1, window: 'day', onExceed: 'block' },
    ]);
    await textFrom(guard.ask(answering(1)));
    await guard.flush();
    await expect(guard.ask(answering(1))).rejects.toMatchObject({
      budget: 'model-calls-day',
      scope: 'test/cheap',
    });
    expect(first.asked).toHaveLength(1);
  });

  it('refuses where the model is of another specification: its answers would be read wrongly', async () => {
    const degrade = cheap('v2');
    const guard = guarded([{ ...total, limitCalls: 0, onExceed: { degrade } }]);
    const error: unknown = await guard.ask(answering(1)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ reason: 'exceeded' });
    expect((error as Error).cause).toEqual(
      new TypeError('cheap must be of specification v3, as the call is'),
    );
    expect(degrade.asked).toHaveLength(0);
  });
});

describe("onExceed: { degrade: 'only-if-cached' }", () => {
  const budget: BudgetOptions = { ...total, limitCalls: 0, onExceed: { degrade: 'only-if-cached' } };

  it('gives a stored answer, which nobody stores again', async () => {
    const guard = guarded([budget], { fromCache: async () => replyOf(billed(1, 1)) });
    const call = callOf(answering(1));
    expect(await textFrom(guard.run(call))).toBe('hello');
    expect(call.facts.unlike).toBe('stored already');
    expect(guard.kinds()).toContain('exceeded:cache');
  });

  it.each<[string, () => Promise<undefined>]>([
    ['there is none', async () => undefined],
    ['the cache fails', () => Promise.reject(new Error('broken'))],
  ])('refuses where %s', async (_what, fromCache) => {
    const guard = guarded([budget], { fromCache });
    const model = answering(1);
    await expect(guard.ask(model)).rejects.toMatchObject({ reason: 'exceeded' });
    expect(model.asked).toHaveLength(0);
  });
});
