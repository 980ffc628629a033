import { describe, expect, it } from 'vitest';
import { parseOptions } from '../base/parse-options.ts';
import { testClock } from '../base/test-clock.ts';
import type { Reply } from '../pipeline/call.ts';
import { compose } from '../pipeline/compose.ts';
import type { StreamPart } from '../pipeline/parts.ts';
import { callOf, handDriven, testModel, textFrom, type CallSettings } from '../pipeline/test-calls.ts';
import { memoryLedger } from '../stores/memory-ledger.ts';
import { answerUsage } from './answer-usage.ts';
import { billedTokens } from './billed-tokens.ts';
import { createBilling } from './billing.ts';
import { createBudgets } from './budget-guard.ts';
import { budgetsSchema } from './budget-schema.ts';
import { countSpend } from './count-spend.ts';
import { billed, testPrices } from './test-budgets.ts';
import { addCounts, noCounts } from './usage-counts.ts';

const neverAsked = testModel(() => {
  throw new Error('not asked');
});
const seen = (...parts: StreamPart[]) => {
  const answer = answerUsage();
  for (const part of parts) answer.see(part);
  return answer;
};
const text = (delta: string): StreamPart => ({ type: 'text-delta', id: '0', delta });
const refused = Object.assign(new Error('no'), { statusCode: 429 });

describe('the usage of a call', () => {
  const call = callOf(neverAsked);

  it('is what was reported, also when the call fails afterwards', () => {
    const usage = { inputTokens: 7, outputTokens: 3 };
    expect(seen({ type: 'finish', usage }).of(call, refused)).toEqual({ usage, estimated: false });
  });

  it('has what a v2 model of Anthropic read from and wrote to its prompt cache', () => {
    const usage = { inputTokens: 10, outputTokens: 5, cachedInputTokens: 700 };
    const providerMetadata = { anthropic: { cacheCreationInputTokens: 300 } };
    const used = seen({ type: 'finish', usage, providerMetadata }).of(call, undefined);
    expect(billedTokens(used?.usage)).toMatchObject({
      inputTokens: 1010,
      cachedInputTokens: 700,
      cacheWriteTokens: 300,
    });
  });

  it('is otherwise told by the bytes of texts, reasoning and tool input', () => {
    const parts = ['text-delta', 'reasoning-delta', 'tool-input-delta'].map((type) => ({
      type,
      id: '0',
      delta: 'äbc', // 4 bytes
    }));
    expect(seen(...parts).of(call, undefined, 50)).toEqual({
      usage: { inputTokens: 50, outputTokens: 4 },
      estimated: true,
    });
  });

  it('grows with what was sent', () => {
    const longer = callOf(neverAsked, {
      request: { prompt: [{ role: 'user', content: [{ type: 'text', text: `hi${'x'.repeat(3000)}` }] }] },
    });
    const sent = (of: typeof call) => billedTokens(seen().of(of, undefined)?.usage)?.inputTokens ?? 0;
    expect(sent(longer) - sent(call)).toBe(1000);
  });

  it('is within the bound of the request, with what the provider may think beside it', () => {
    const output = (request: CallSettings['request']) =>
      seen(text('x'.repeat(30_000))).of(callOf(neverAsked, { request: { ...request } }), undefined, 0)?.usage;
    expect(output({ maxOutputTokens: 100 })).toMatchObject({ outputTokens: 100 });
    expect(output({})).toMatchObject({ outputTokens: 10_000 });
    const thinking = { anthropic: { thinking: { type: 'enabled', budgetTokens: 2000 } } };
    expect(output({ maxOutputTokens: 100, providerOptions: thinking })).toMatchObject({ outputTokens: 2100 });
  });

  it.each<[string, StreamPart[], boolean, boolean]>([
    ['nothing when the provider refuses', [{ type: 'stream-start' }], false, true],
    ['estimated when it had said something', [text('x')], false, false],
    ['estimated when its caller had given up, whatever the error looks like', [], true, false],
  ])('is %s', (_what, parts, aborted, nothing) => {
    const abortSignal = aborted ? AbortSignal.abort() : new AbortController().signal;
    const used = seen(...parts).of(callOf(neverAsked, { request: { abortSignal } }), refused);
    expect(used === undefined).toBe(nothing);
  });
});

/** A budget and the figures, as they stand behind one another in front of the model. */
function both() {
  const clock = testClock();
  const ledger = memoryLedger(clock);
  const budgets = createBudgets({
    budgets: parseOptions(budgetsSchema(), [{ per: 'total', limitUsd: 5, window: 'day' }], 'usage.budgets'),
    ledger,
    priceBook: testPrices(clock),
    clock,
    random: () => 0,
    newId: () => 'only',
    tell: () => undefined,
    fault: () => undefined,
  });
  const sum = noCounts();
  const tally = {
    record: (_group: unknown, counts: Parameters<typeof addCounts>[1]) => addCounts(sum, counts),
  };
  const billing = createBilling(testPrices(clock), tally);
  const spend = countSpend({ settingsOf: () => ({}), tally, billing, fault: () => undefined });
  const run = compose([budgets.guard, spend], () => undefined);
  return {
    ask: (respond: () => Reply | Promise<Reply>, settings?: CallSettings) =>
      run(callOf(testModel(respond), settings)),
    async spent() {
      await budgets.flush();
      const [state] = await ledger.budgets(['["total-usd-day","total","day 2025-06-15"]']);
      await billing.settled();
      return { charged: state!.spent, counted: sum.nanoUsd, estimatedCalls: sum.estimatedCalls };
    },
  };
}

describe('figures and budgets', () => {
  type Ask = ReturnType<typeof both>['ask'];
  const half = () => {
    const parts = handDriven();
    parts.push({ type: 'text-start', id: '0' }, text('x'.repeat(600)));
    return parts;
  };

  it.each<[string, number, (ask: Ask) => Promise<unknown>]>([
    ['is complete', 0, async (ask) => textFrom(ask(() => ({ head: {}, parts: complete() })))],
    ['reports no usage', 1, async (ask) => textFrom(ask(() => ({ head: {}, parts: complete({}) })))],
    [
      'is given up',
      1,
      async (ask) => {
        const reply = await ask(() => ({ head: {}, parts: half() }));
        await reply.parts.read();
        await reply.parts.read();
        await reply.parts.cancel();
      },
    ],
    [
      'breaks off',
      1,
      async (ask) => {
        const parts = half();
        parts.fail(new Error('reset'));
        await expect(textFrom(ask(() => ({ head: {}, parts })))).rejects.toThrow('reset');
      },
    ],
    [
      'is longer than its bound',
      1,
      async (ask) => {
        const parts = half();
        parts.end();
        await textFrom(ask(() => ({ head: {}, parts }), { request: { maxOutputTokens: 10 } }));
      },
    ],
    [
      'is given up while the model is asked',
      1,
      async (ask) => {
        const controller = new AbortController();
        const asked = ask(
          () => {
            controller.abort(refused);
            throw refused;
          },
          { request: { abortSignal: controller.signal } },
        );
        await expect(asked).rejects.toThrow('no');
      },
    ],
    ['is refused', 0, async (ask) => expect(ask(() => Promise.reject(refused))).rejects.toThrow('no')],
  ])('agree on what a call costs that %s', async (_what, estimatedCalls, use) => {
    const { ask, spent } = both();
    await use(ask);
    const result = await spent();
    expect(result.counted).toBe(result.charged);
    expect(result.estimatedCalls).toBe(estimatedCalls);
    expect(result.charged > 0).toBe(_what !== 'is refused');
  });
});

function complete(usage?: object) {
  const parts = handDriven();
  const answer = billed(500, 50);
  parts.push(
    ...answer.slice(0, -1),
    usage ? { type: 'finish', finishReason: 'stop', usage } : answer.at(-1)!,
  );
  parts.end();
  return parts;
}
