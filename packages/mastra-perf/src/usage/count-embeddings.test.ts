import { describe, expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import type { EmbedCall, EmbedReply } from '../pipeline/embedder-proxy.ts';
import { memoryLedger } from '../stores/memory-ledger.ts';
import { createPriceBook } from './prices.ts';
import { testUsage } from './test-usage.ts';
import type { UsageDeps } from './usage-deps.ts';

const call: EmbedCall = {
  model: { provider: 'openai.embedding', modelId: 'text-embedding-3-small', specification: 'v3' },
  source: {},
  request: { values: ['one two', 'three'] },
  caller: { agent: 'support', resource: 'ann', cause: { agent: 'support', purpose: 'embedding' }, scope: [] },
  overrides: { user: 'ann' },
};
const reply = (usage?: unknown): EmbedReply => ({ embeddings: [[1], [2]], usage });
const LIKELY = 4; // 12 bytes

function setUp(given: Partial<UsageDeps> = {}) {
  const clock = testClock();
  const faults: unknown[] = [];
  const fault = (_where: string, error: unknown) => void faults.push(error);
  const priceBook = createPriceBook({ clock, onUnpriced: () => undefined, fault });
  const usage = testUsage({
    clock,
    priceBook,
    ledger: memoryLedger(clock),
    fault,
    ...given,
  });
  return { usage, faults };
}

describe('requests to an embedding model', () => {
  it('are counted with the tokens that were reported, apart from answers', async () => {
    const { usage } = setUp();
    const answer = reply({ tokens: 1000 });
    expect(await usage.embeddings(call, async () => answer)).toBe(answer);
    expect(await usage.report({ by: ['agent', 'purpose', 'resource', 'model'] })).toMatchObject([
      {
        agent: 'support',
        purpose: 'embedding',
        resource: 'ann',
        model: 'openai/text-embedding-3-small',
        calls: 0,
        modelCalls: 0,
        embeddingCalls: 1,
        estimatedCalls: 0,
        spent: { inputTokens: 1000, outputTokens: 0, usd: 0.00002 },
      },
    ]);
  });

  it('are estimated by the length of the texts where nothing is reported', async () => {
    const { usage } = setUp();
    await usage.embeddings(call, async () => reply());
    expect(await usage.totals()).toMatchObject({
      embeddingCalls: 1,
      estimatedCalls: 1,
      spent: { inputTokens: LIKELY },
    });
  });

  it.each([
    ['nothing when the provider refuses', Object.assign(new Error('no'), { statusCode: 429 }), 0],
    ['an estimate when the connection breaks', new Error('broken'), LIKELY],
  ])('cost %s', async (_what, error, inputTokens) => {
    const { usage } = setUp();
    await expect(usage.embeddings(call, () => Promise.reject(error))).rejects.toBe(error);
    expect(await usage.totals()).toMatchObject({ embeddingCalls: 1, spent: { inputTokens } });
  });

  it('are not counted where counting is off', async () => {
    const { usage } = setUp({ settingsOf: () => false });
    await usage.embeddings(call, async () => reply({ tokens: 5 }));
    expect(await usage.totals()).toMatchObject({ embeddingCalls: 0, spent: { inputTokens: 0 } });
  });

  it('go on when counting fails', async () => {
    const failure = new Error('clock');
    const now = () => {
      throw failure;
    };
    const { usage, faults } = setUp({ clock: { ...testClock(), now } });
    expect(await usage.embeddings(call, async () => reply({ tokens: 5 }))).toEqual(reply({ tokens: 5 }));
    expect(faults).toEqual([failure]);
  });

  it('are counted once, and their tokens for whom the texts were, in proportion', async () => {
    const { usage } = setUp();
    const share = (resource: string, weight: number) => ({
      caller: { ...call.caller, resource },
      overrides: {},
      weight,
    });
    const shares = () => [share('ann', 30), share('ben', 50), share('ann', 20)];
    await usage.embeddings({ ...call, shares }, async () => reply({ tokens: 1001 }));
    const rows = await usage.report({ by: ['resource'] });
    expect(rows.map((row) => [row.resource, row.embeddingCalls, row.spent.inputTokens]).toSorted()).toEqual([
      ['ann', 1, 500],
      ['ben', 0, 501],
    ]);
    expect(await usage.totals()).toMatchObject({
      embeddingCalls: 1,
      spent: { inputTokens: 1001, usd: 0.00002002 },
    });
  });

  it('are not counted for those whose usage is not', async () => {
    const { usage } = setUp({ settingsOf: ({ caller }) => (caller.resource === 'ben' ? false : {}) });
    const shares = () =>
      ['ann', 'ben'].map((resource) => ({ caller: { ...call.caller, resource }, overrides: {}, weight: 1 }));
    await usage.embeddings({ ...call, shares }, async () => reply({ tokens: 10 }));
    expect(await usage.totals()).toMatchObject({ embeddingCalls: 1, spent: { inputTokens: 5 } });
  });

  it('that were not necessary are savings, at the price of the model', async () => {
    const { usage } = setUp();
    usage.savedEmbeddings(call, 3, 1000);
    expect(await usage.totals()).toMatchObject({
      embeddingCalls: 0,
      spent: { inputTokens: 0, usd: 0 },
      saved: { calls: 0, embeddings: 3, inputTokens: 1000, usd: 0.00002 },
    });
  });
});
