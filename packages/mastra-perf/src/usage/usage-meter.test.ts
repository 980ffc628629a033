import { describe, expect, it } from 'vitest';
import { systemClock } from '../base/clock.ts';
import type { Middleware, ModelCall, Reply } from '../pipeline/call.ts';
import { readAll } from '../pipeline/collect.ts';
import { compose } from '../pipeline/compose.ts';
import type { OutcomeFacts } from '../pipeline/call.ts';
import type { StreamPart } from '../pipeline/parts.ts';
import { readerOfParts, type PartReader } from '../pipeline/reader.ts';
import { memoryLedger } from '../stores/memory-ledger.ts';
import { createPriceBook, type PriceBook, type PriceBookOptions } from './prices.ts';
import { testUsage } from './test-usage.ts';
import type { UsageDeps } from './usage-deps.ts';

// gpt-4o-mini: 0.15 and 0.60 dollars per million tokens
const USAGE = { inputTokens: { total: 1000, cacheRead: 0 }, outputTokens: { total: 100, reasoning: 40 } };
const USD = 0.00021;
const usdOf = (input: number, output: number): number => (input * 150 + output * 600) / 1e9;
/** What a request without messages is estimated at, and the answer `hello`, in tokens. */
const SENT = 201;
const HELLO = 2;

const answer = (usage: unknown = USAGE): StreamPart[] => [
  { type: 'stream-start', warnings: [] },
  { type: 'text-start', id: '0' },
  { type: 'text-delta', id: '0', delta: 'hello' },
  { type: 'text-end', id: '0' },
  { type: 'finish', finishReason: 'stop', usage },
];

const callOf = (
  parts: () => PartReader | Promise<PartReader>,
  changes: Partial<ModelCall> = {},
): ModelCall => ({
  method: 'stream',
  model: { provider: 'openai.chat', modelId: 'gpt-4o-mini', specification: 'v3' },
  request: { prompt: [] },
  caller: { agent: 'support', resource: 'r1', scope: [] },
  overrides: {},
  key: () => 'key',
  facts: { outcome: { name: 'miss' } },
  invoke: async () => ({ head: {}, parts: await parts() }),
  ...changes,
});

function setUp(
  options: Partial<UsageDeps> & {
    readonly prices?: Partial<PriceBookOptions>;
    readonly between?: Middleware;
  } = {},
) {
  const faults: unknown[] = [];
  const fault = (_where: string, error: unknown): void => void faults.push(error);
  const priceBook: PriceBook = createPriceBook({
    clock: systemClock,
    onUnpriced: () => {},
    fault,
    ...options.prices,
  });
  const usage = testUsage({ priceBook, ledger: memoryLedger(systemClock), fault, ...options });
  const run = compose([usage.outcomes, ...(options.between ? [options.between] : []), usage.spend], fault);
  return { usage, run, faults };
}

/** Stands where the cache and coalescing stand: answers without asking the model. */
const elsewhere = (outcome: OutcomeFacts, parts = answer()): Middleware => ({
  name: 'elsewhere',
  async run(call): Promise<Reply> {
    call.facts.outcome = outcome;
    return { head: {}, parts: readerOfParts(parts) };
  },
});

const failing = (before: StreamPart[], error: unknown): PartReader => {
  const parts = readerOfParts(before);
  return {
    async read() {
      const result = await parts.read();
      if (result.done) throw error;
      return result;
    },
    cancel: parts.cancel,
  };
};

const NO_CALLS = {
  calls: 0,
  misses: 0,
  hits: 0,
  stale: 0,
  shared: 0,
  bypassed: 0,
  errors: 0,
  aborted: 0,
  modelCalls: 0,
  embeddingCalls: 0,
  unpricedCalls: 0,
  estimatedCalls: 0,
  unpricedShare: 0,
  cachedShare: 0,
  mean: { inputTokens: 0, outputTokens: 0, usd: 0 },
};
const NOTHING_SPENT = {
  inputTokens: 0,
  outputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  usd: 0,
};
const NOTHING_SAVED = { calls: 0, embeddings: 0, inputTokens: 0, outputTokens: 0, usd: 0, ms: 0 };

describe('a call that asks the model', () => {
  it('is a miss that costs what the provider bills', async () => {
    const { usage, run, faults } = setUp();
    expect(await readAll(await run(callOf(() => readerOfParts(answer()))))).toEqual(answer());
    expect(await usage.totals()).toEqual({
      ...NO_CALLS,
      calls: 1,
      misses: 1,
      modelCalls: 1,
      spent: { ...NOTHING_SPENT, inputTokens: 1000, outputTokens: 100, reasoningTokens: 40, usd: USD },
      saved: NOTHING_SAVED,
      mean: { inputTokens: 1000, outputTokens: 100, usd: USD },
      unpricedModels: [],
    });
    expect(faults).toEqual([]);
  });

  it('is counted for its agent, model, resource and user', async () => {
    const { usage, run } = setUp();
    const caller = { agent: 'support', resource: 'r1', user: 'ann', scope: [] };
    await readAll(await run(callOf(() => readerOfParts(answer()), { caller })));
    await readAll(
      await run(
        callOf(() => readerOfParts(answer()), {
          caller,
          model: { provider: 'openai.responses', modelId: 'gpt-4o-mini', specification: 'v3' },
        }),
      ),
    );
    const by = ['agent', 'model', 'resource', 'user', 'purpose', 'via'] as const;
    const [row, ...others] = await usage.report({ by });
    expect(row).toMatchObject({
      agent: 'support',
      model: 'openai/gpt-4o-mini',
      purpose: 'answer',
      resource: 'r1',
      user: 'ann',
      calls: 2,
      modelCalls: 2,
    });
    expect(others).toEqual([]);
  });

  it('is counted for the agent that caused it, with what for and by whom', async () => {
    const { usage, run } = setUp();
    const caller = { agent: 'observer', cause: { agent: 'support', purpose: 'memory' as const }, scope: [] };
    await readAll(await run(callOf(() => readerOfParts(answer()), { caller })));
    expect(await usage.report({ by: ['agent', 'purpose', 'via'] })).toMatchObject([
      { agent: 'support', purpose: 'memory', via: 'observer', modelCalls: 1 },
    ]);
  });

  it('is counted for its labels', async () => {
    const { usage, run } = setUp();
    const overrides = { labels: { team: 'search', agent: 'not the agent' } };
    await readAll(await run(callOf(() => readerOfParts(answer()), { overrides })));
    const [row] = await usage.report({ by: [{ label: 'team' }, 'agent', { label: 'agent' }] });
    expect(row).toMatchObject({ agent: 'support', labels: overrides.labels, calls: 1 });
    const another = { labels: { team: 'ads' } };
    expect(await usage.report({ by: [], where: another })).toEqual([]);
    expect(await usage.report({ by: [], where: { agent: 'support' } })).toHaveLength(1);
  });

  it('is a bypass where it was told to', async () => {
    const { usage, run } = setUp();
    await readAll(
      await run(callOf(() => readerOfParts(answer()), { facts: { outcome: { name: 'bypass' } } })),
    );
    expect(await usage.totals()).toMatchObject({
      calls: 1,
      misses: 0,
      bypassed: 1,
      modelCalls: 1,
      spent: { usd: USD },
    });
  });

  it('without a known price is unpriced, and its tokens count', async () => {
    const { usage, run } = setUp();
    const model = { provider: 'sim', modelId: 'gpt-4o-mini', specification: 'v3' };
    await readAll(await run(callOf(() => readerOfParts(answer()), { model })));
    expect(await usage.totals()).toMatchObject({
      unpricedCalls: 1,
      estimatedCalls: 0,
      unpricedModels: ['sim/gpt-4o-mini'],
      spent: { inputTokens: 1000, outputTokens: 100, usd: 0 },
    });
  });

  it('without usage is estimated by what was sent and received', async () => {
    const { usage, run } = setUp();
    await readAll(await run(callOf(() => readerOfParts(answer({ inputTokens: undefined })))));
    expect(await usage.totals()).toMatchObject({
      misses: 1,
      modelCalls: 1,
      estimatedCalls: 1,
      unpricedCalls: 0,
      spent: { ...NOTHING_SPENT, inputTokens: SENT, outputTokens: HELLO, usd: usdOf(SENT, HELLO) },
    });
  });

  it('without usage and without a known price is estimated in tokens, and unpriced', async () => {
    const { usage, run } = setUp();
    const model = { provider: 'sim', modelId: 'x', specification: 'v3' };
    await readAll(await run(callOf(() => readerOfParts(answer({})), { model })));
    expect(await usage.totals()).toMatchObject({
      estimatedCalls: 1,
      unpricedCalls: 1,
      unpricedModels: ['sim/x'],
      spent: { inputTokens: SENT, outputTokens: HELLO, usd: 0 },
    });
  });

  it('is not counted where counting is off', async () => {
    const { usage, run } = setUp({ settingsOf: () => false });
    await readAll(await run(callOf(() => readerOfParts(answer()))));
    expect(await usage.totals()).toMatchObject({ ...NO_CALLS, spent: NOTHING_SPENT });
  });
});

describe('a call that is answered from elsewhere', () => {
  it.each(['hit', 'shared'] as const)('costs nothing and is a saving: %s', async (name) => {
    const { usage, run } = setUp({ between: elsewhere({ name, savedMs: 812.4 }) });
    let asked = 0;
    await readAll(await run(callOf(() => (asked++, readerOfParts([])))));
    expect(asked).toBe(0);
    expect(await usage.totals()).toEqual({
      ...NO_CALLS,
      calls: 1,
      [name === 'hit' ? 'hits' : 'shared']: 1,
      spent: NOTHING_SPENT,
      saved: { calls: 1, embeddings: 0, inputTokens: 1000, outputTokens: 100, usd: USD, ms: 812 },
      unpricedModels: [],
    });
  });

  it('saves no dollars where the price is not known', async () => {
    const { usage, run } = setUp({ between: elsewhere({ name: 'hit', savedMs: 5 }) });
    await readAll(
      await run(
        callOf(() => readerOfParts([]), { model: { provider: 'sim', modelId: 'x', specification: 'v3' } }),
      ),
    );
    expect(await usage.totals()).toMatchObject({
      unpricedCalls: 0,
      saved: { calls: 1, inputTokens: 1000, usd: 0, ms: 5 },
    });
  });

  it('saves what its answer is estimated at where that reports no usage', async () => {
    const { usage, run } = setUp({ between: elsewhere({ name: 'hit' }, answer(null)) });
    await readAll(await run(callOf(() => readerOfParts([]))));
    expect(await usage.totals()).toMatchObject({
      estimatedCalls: 0,
      spent: NOTHING_SPENT,
      saved: { calls: 1, inputTokens: SENT, outputTokens: HELLO, usd: usdOf(SENT, HELLO) },
    });
  });

  it('saves nothing when it is given up', async () => {
    const { usage, run } = setUp({ between: elsewhere({ name: 'shared', savedMs: 5 }) });
    const reply = await run(callOf(() => readerOfParts([])));
    await reply.parts.read();
    await reply.parts.cancel();
    expect(await usage.totals()).toMatchObject({ calls: 1, shared: 1, aborted: 1, saved: NOTHING_SAVED });
  });
});

describe('a call that does not end well', () => {
  it('is aborted when its reader leaves, and estimated as far as it came', async () => {
    const { usage, run } = setUp();
    const reply = await run(callOf(() => readerOfParts(answer())));
    await reply.parts.read();
    await reply.parts.cancel();
    await reply.parts.cancel();
    expect(await usage.totals()).toMatchObject({
      calls: 1,
      misses: 1,
      aborted: 1,
      errors: 0,
      modelCalls: 1,
      estimatedCalls: 1,
      spent: { inputTokens: SENT, outputTokens: 0, usd: usdOf(SENT, 0) },
    });
  });

  it('costs nothing when it was given up before the model was asked', async () => {
    const { usage, run } = setUp();
    const request = { prompt: [], abortSignal: AbortSignal.abort() };
    await expect(run(callOf(() => Promise.reject(request.abortSignal.reason), { request }))).rejects.toBe(
      request.abortSignal.reason,
    );
    expect(await usage.totals()).toMatchObject({
      calls: 1,
      aborted: 1,
      modelCalls: 1,
      estimatedCalls: 0,
      spent: NOTHING_SPENT,
    });
  });

  it('is complete when its reader leaves after the last part', async () => {
    const { usage, run } = setUp();
    const reply = await run(callOf(() => readerOfParts(answer())));
    for (let index = 0; index < answer().length; index++) await reply.parts.read();
    await reply.parts.cancel();
    expect(await usage.totals()).toMatchObject({
      calls: 1,
      aborted: 0,
      estimatedCalls: 0,
      spent: { usd: USD },
    });
  });

  it.each([
    ['aborted', true, { aborted: 1, errors: 0, estimatedCalls: 1 }],
    ['an error', false, { aborted: 0, errors: 1, estimatedCalls: 1 }],
  ])('is %s when its stream fails', async (_what, abort, expected) => {
    const { usage, run, faults } = setUp();
    const failure = new Error('connection lost');
    const controller = new AbortController();
    const reply = await run(
      callOf(() => failing(answer().slice(0, 3), failure), {
        request: { prompt: [], abortSignal: controller.signal },
      }),
    );
    if (abort) controller.abort();
    await expect(readAll(reply)).rejects.toBe(failure);
    expect(await usage.totals()).toMatchObject({ calls: 1, misses: 1, modelCalls: 1, ...expected });
    expect(faults).toEqual([]);
  });

  it('is an error when it carries an error part, and billed if the usage came', async () => {
    const { usage, run } = setUp();
    const failure = new Error('overloaded');
    const reply = await run(callOf(() => readerOfParts([{ type: 'error', error: failure }, ...answer()])));
    while (!(await reply.parts.read()).done);
    expect(await usage.totals()).toMatchObject({
      calls: 1,
      errors: 1,
      estimatedCalls: 0,
      spent: { usd: USD },
    });
  });

  it.each([
    ['refused by the provider', { statusCode: 429 }, 0],
    ['not answered', {}, 1],
  ])('is an error when it is %s', async (_what, fields, estimatedCalls) => {
    const { usage, run, faults } = setUp();
    const failure = Object.assign(new Error('no'), fields);
    await expect(run(callOf(() => Promise.reject(failure)))).rejects.toBe(failure);
    expect(await usage.totals()).toMatchObject({
      calls: 1,
      misses: 1,
      errors: 1,
      modelCalls: 1,
      estimatedCalls,
      spent: estimatedCalls ? { inputTokens: SENT, outputTokens: 0, usd: usdOf(SENT, 0) } : NOTHING_SPENT,
    });
    expect(faults).toEqual([]);
  });
});

describe('prices', () => {
  it('that come after the calls are still charged', async () => {
    let deliver = (): void => {};
    const arrival = new Promise<void>((resolve) => (deliver = resolve));
    const rates = () => ({ input_mtok: 1, output_mtok: 10 });
    const { usage, run } = setUp({ prices: { load: () => arrival.then(() => ({ find: () => rates })) } });
    for (let call = 0; call < 3; call++) await readAll(await run(callOf(() => readerOfParts(answer()))));
    const totals = usage.totals();
    deliver();
    expect(await totals).toMatchObject({
      modelCalls: 3,
      unpricedCalls: 0,
      spent: { inputTokens: 3000, usd: 0.006 },
    });
    await readAll(await run(callOf(() => readerOfParts(answer()))));
    expect(await usage.totals()).toMatchObject({ spent: { usd: 0.008 } });
  });

  it('that cannot be loaded leave calls unpriced and are one fault', async () => {
    const failure = new Error('no such package');
    const { usage, run, faults } = setUp({ prices: { load: () => Promise.reject(failure) } });
    for (let call = 0; call < 2; call++) await readAll(await run(callOf(() => readerOfParts(answer()))));
    await usage.flush();
    for (let call = 0; call < 2; call++) await readAll(await run(callOf(() => readerOfParts(answer()))));
    expect(await usage.totals()).toMatchObject({
      modelCalls: 4,
      unpricedCalls: 4,
      spent: { inputTokens: 4000, usd: 0 },
    });
    expect(faults).toEqual([failure]);
  });

  it('are not loaded as long as nobody has called', async () => {
    let loads = 0;
    const { usage } = setUp({ prices: { load: async () => (loads++, { find: () => undefined }) } });
    expect(await usage.totals()).toMatchObject(NO_CALLS);
    expect(await usage.report()).toEqual([]);
    expect(loads).toBe(0);
  });
});

it('what fails in counting is a fault and never reaches the caller', async () => {
  const failure = new Error('clock');
  const broken = {
    ...systemClock,
    now: () => {
      throw failure;
    },
  };
  const { run, faults } = setUp({ clock: broken });
  expect(await readAll(await run(callOf(() => readerOfParts(answer()))))).toEqual(answer());
  expect(faults).toEqual([failure, failure]);
  const refused = new Error('refused');
  await expect(run(callOf(() => Promise.reject(refused)))).rejects.toBe(refused);
});
