import { describe, expect, it } from 'vitest';
import type { Clock } from '../base/clock.ts';
import { testClock } from '../base/test-clock.ts';
import { createPriceBook, type PriceBookOptions } from './prices.ts';

const clockAt = (time: string): Clock => testClock(Date.parse(time));

function setUp(options: Partial<PriceBookOptions> = {}) {
  const unpriced: string[] = [];
  const faults: unknown[] = [];
  const book = createPriceBook({
    clock: clockAt('2026-11-23T12:00:00Z'),
    onUnpriced: (provider, model) => unpriced.push(`${provider} ${model}`),
    fault: (_where, error) => faults.push(error),
    ...options,
  });
  return { book, unpriced, faults };
}

async function loaded(options: Partial<PriceBookOptions> = {}) {
  const all = setUp(options);
  await all.book.ready();
  return all;
}

const MILLION = 1e6;

describe('list prices', () => {
  // Dollars per million tokens of input and output, by which the test multiplies 100,000 of each (below every tier).
  it.each([
    // https://developers.openai.com/api/docs/pricing, as quoted in 2026-05 and 2026-06 (tokenmath.io, aimodelcalc)
    ['openai.chat', 'gpt-4o', 2.5, 10],
    ['openai.responses', 'gpt-4o-mini', 0.15, 0.6],
    ['openai', 'gpt-4o-mini-2024-07-18', 0.15, 0.6],
    ['openai', 'openai/gpt-4o-mini', 0.15, 0.6],
    ['openai.chat', 'gpt-4.1', 2, 8],
    ['openai.chat', 'gpt-5', 1.25, 10],
    ['azure.chat', 'gpt-4o', 2.5, 10],
    // https://platform.claude.com/docs/en/about-claude/pricing, 2026-11
    ['anthropic.messages', 'claude-opus-4-5', 5, 25],
    ['anthropic.messages', 'claude-opus-4-1-20250805', 15, 75],
    ['anthropic.messages', 'claude-haiku-4-5-20251001', 1, 5],
    ['vertex.anthropic.messages', 'claude-opus-4-1@20250805', 15, 75],
    // https://ai.google.dev/gemini-api/docs/pricing, 2026-03
    ['google.generative-ai', 'gemini-2.5-pro', 1.25, 10],
    ['google.generative-ai', 'models/gemini-2.5-flash', 0.3, 2.5],
    ['google.vertex.chat', 'gemini-2.5-flash', 0.3, 2.5],
    // As genai-prices 0.1.8 has them of the providers' own pages, 2026-09
    ['groq.chat', 'llama-3.3-70b-versatile', 0.59, 0.79],
    ['mistral.chat', 'mistral-small-2603', 0.15, 0.6],
    ['xai.chat', 'grok-3', 3, 15],
    ['cohere.chat', 'command-r-plus', 2.5, 10],
    ['amazon-bedrock', 'anthropic.claude-3-5-sonnet-20241022-v2:0', 3, 15],
    ['openrouter', 'openai/gpt-4o-mini', 0.15, 0.6],
    ['togetherai.chat', 'meta-llama/Llama-3.3-70B-Instruct-Turbo', 0.88, 0.88],
    // Vercel's gateway charges the vendor's list price
    ['gateway', 'openai/gpt-4o-mini', 0.15, 0.6],
    ['gateway', 'anthropic/claude-opus-4.5', 5, 25],
    ['gateway', 'xai/grok-3', 3, 15],
  ])('%s %s costs %d and %d', async (provider, model, input, output) => {
    const { book, unpriced } = await loaded();
    expect(book.usdOf(provider, model, { inputTokens: 100_000, outputTokens: 0 })).toBeCloseTo(input / 10, 9);
    expect(book.usdOf(provider, model, { inputTokens: 0, outputTokens: 100_000 })).toBeCloseTo(
      output / 10,
      9,
    );
    expect(unpriced).toEqual([]);
  });

  it('of an embedding', async () => {
    const { book } = await loaded();
    // https://developers.openai.com/api/docs/pricing, checked 2026-06 by tokenmath.io
    expect(book.usdOf('openai.embedding', 'text-embedding-3-small', { tokens: MILLION })).toBeCloseTo(
      0.02,
      12,
    );
  });

  it('of cached input, of cache writes and of those that last an hour', async () => {
    const { book } = await loaded();
    const usd = (inputTokens: object, raw?: object) =>
      book.usdOf('anthropic.messages', 'claude-opus-4-5', { inputTokens, outputTokens: { total: 0 }, raw });
    // https://platform.claude.com/docs/en/about-claude/pricing, 2026-11: 5 base, 0.50 hit, 6.25 write (5 min), 10 write (1 h)
    expect(usd({ total: MILLION })).toBeCloseTo(5, 9);
    expect(usd({ total: MILLION, cacheRead: MILLION })).toBeCloseTo(0.5, 9);
    expect(usd({ total: MILLION, cacheWrite: MILLION })).toBeCloseTo(6.25, 9);
    expect(
      usd(
        { total: MILLION, cacheWrite: MILLION },
        { cache_creation: { ephemeral_1h_input_tokens: MILLION } },
      ),
    ).toBeCloseTo(10, 9);
  });

  it('switch for the whole request where a tier begins', async () => {
    const { book } = await loaded();
    const usd = (inputTokens: number) =>
      book.usdOf('google.generative-ai', 'gemini-2.5-pro', { inputTokens, outputTokens: 0 });
    // https://ai.google.dev/gemini-api/docs/pricing: 1.25 up to 200,000 tokens, 2.50 above
    expect(usd(200_000)).toBeCloseTo(0.25, 9);
    expect(usd(200_001)).toBeCloseTo(0.5000025, 9);
  });

  it('follow the time of day', async () => {
    // genai-prices 0.1.8: deepseek-chat is cheaper from 16:30 to 00:30 UTC
    const usage = { inputTokens: MILLION, outputTokens: 0 };
    const day = await loaded({ clock: clockAt('2026-11-23T12:00:00Z') });
    const night = await loaded({ clock: clockAt('2026-11-23T20:00:00Z') });
    expect(day.book.usdOf('deepseek.chat', 'deepseek-chat', usage)).toBeCloseTo(0.27, 9);
    expect(night.book.usdOf('deepseek.chat', 'deepseek-chat', usage)).toBeCloseTo(0.135, 9);
  });

  it('change on their date', async () => {
    // genai-prices 0.1.8: gpt-5.6-luna of Bedrock, in a region, from 1.10 to 0.22 on 2026-07-30
    const usage = { inputTokens: 100_000, outputTokens: 0 };
    const before = await loaded({ clock: clockAt('2026-07-29T12:00:00Z') });
    const after = await loaded({ clock: clockAt('2026-07-30T12:00:00Z') });
    expect(before.book.usdOf('amazon-bedrock', 'us.openai.gpt-5.6-luna', usage)).toBeCloseTo(0.11, 9);
    expect(after.book.usdOf('amazon-bedrock', 'us.openai.gpt-5.6-luna', usage)).toBeCloseTo(0.022, 9);
  });

  it('bill cached tokens that were reported beside the input', async () => {
    const { book, faults } = await loaded();
    expect(
      book.usdOf('openai.chat', 'gpt-4o-mini', {
        inputTokens: 0,
        outputTokens: 0,
        cachedInputTokens: MILLION,
      }),
    ).toBeCloseTo(0.075, 9);
    expect(faults).toEqual([]);
  });

  it('are nothing where the name says so', async () => {
    const { book } = await loaded();
    const usage = { inputTokens: 1000, outputTokens: 1000 };
    expect(book.usdOf('openrouter', 'meta-llama/llama-3.3-70b-instruct:free', usage)).toBe(0);
  });
});

describe('unknown prices', () => {
  const usage = { inputTokens: 1000, outputTokens: 10 };

  it.each([
    ['acme', 'gpt-4o-mini'],
    ['sim', 'gpt-4o-mini'],
    ['openai-compatible', 'gpt-4o-mini'],
    ['my-openai-proxy.chat', 'gpt-4o-mini'],
    ['litellm', 'openai/gpt-4o-mini'],
    ['openai.chat', 'no-such-model'],
    ['gateway', 'nobody/gpt-4o-mini'],
    // Priced by the hour of audio: tokens of it have no price
    ['openai.transcription', 'whisper-1'],
    ['', ''],
  ])('%s %s is undefined, not 0, and told once', async (provider, model) => {
    const { book, unpriced, faults } = await loaded();
    for (let time = 0; time < 3; time++) expect(book.usdOf(provider, model, usage)).toBeUndefined();
    expect(unpriced).toEqual([`${provider.split('.')[0]} ${model}`]);
    expect(faults).toEqual([]);
  });

  it.each([undefined, null, {}, 'usage'])(
    'and so is the usage %j, of which nothing is told',
    async (nothing) => {
      const { book, unpriced } = await loaded();
      expect(book.usdOf('openai.chat', 'gpt-4o', nothing)).toBeUndefined();
      expect(unpriced).toEqual([]);
    },
  );
});

describe('overrides', () => {
  const usage = { inputTokens: MILLION, outputTokens: MILLION };
  const flat = (inputPerMillion: number) => ({ inputPerMillion, outputPerMillion: 0 });

  it.each([
    ['openai.chat', 'gpt-4o-mini', 1],
    ['acme', 'gpt-4o-mini', 2],
    ['acme', 'other', 3],
    ['acme.chat', 'fast-1', 4],
    ['ACME.chat', 'FAST-1', 4],
    ['hub', 'meta/llama', 5],
    ['hub', 'x.y+z', 6],
  ])('for %s %s cost %d', async (provider, model, usd) => {
    const { book, unpriced } = await loaded({
      overrides: {
        '*': flat(9),
        'acme/*': flat(3),
        'openai/gpt-4o-mini': flat(1),
        'gpt-4o-mini': flat(2),
        'acme/fast-*': flat(4),
        'meta/llama': flat(5),
        'X.Y+Z': flat(6),
      },
    });
    expect(book.usdOf(provider, model, usage)).toBe(usd);
    expect(unpriced).toEqual([]);
  });

  it('need no price table', () => {
    const { book } = setUp({
      overrides: { mine: flat(1) },
      load: () => Promise.reject(new Error('not to be loaded')),
    });
    expect(book.usdOf('acme', 'mine', usage)).toBe(1);
  });

  it('price cached and written input like input unless told', async () => {
    const cached = {
      inputTokens: { total: 3 * MILLION, cacheRead: MILLION, cacheWrite: MILLION },
      outputTokens: { total: 0 },
    };
    const { book } = await loaded({
      overrides: {
        plain: flat(2),
        full: { ...flat(2), cachedInputPerMillion: 0.5, cacheWritePerMillion: 3 },
      },
    });
    expect(book.usdOf('acme', 'plain', cached)).toBe(6);
    expect(book.usdOf('acme', 'full', cached)).toBe(5.5);
  });
});

describe('the table', () => {
  it('is loaded by the first question, which goes unanswered', async () => {
    const { book, unpriced } = setUp();
    const usage = { inputTokens: MILLION, outputTokens: 0 };
    expect(book.usdOf('openai.chat', 'gpt-4o-mini', usage)).toBeUndefined();
    expect(unpriced).toEqual([]);
    await book.ready();
    expect(book.usdOf('openai.chat', 'gpt-4o-mini', usage)).toBeCloseTo(0.15, 12);
  });

  it('is asked once per model', async () => {
    const asked: string[] = [];
    const rates = () => ({ input_mtok: 1, output_mtok: 1 });
    const find = (provider: string, model: string) => (
      asked.push(`${provider} ${model}`),
      model === 'known' ? rates : undefined
    );
    const { book } = await loaded({ load: async () => ({ find }) });
    for (let time = 0; time < 3; time++) {
      book.usdOf('acme', 'known', { tokens: 1 });
      book.usdOf('acme', 'unknown', { tokens: 1 });
    }
    expect(asked).toEqual(['acme known', 'acme unknown']);
  });

  it('that cannot be loaded is one fault, and prices are unknown', async () => {
    const failure = new Error('no such package');
    const { book, unpriced, faults } = await loaded({ load: () => Promise.reject(failure) });
    await book.ready();
    expect(book.usdOf('openai.chat', 'gpt-4o', { tokens: 1 })).toBeUndefined();
    expect(faults).toEqual([failure]);
    expect(unpriced).toEqual(['openai gpt-4o']);
  });

  it('and listeners that throw do not reach who asks', async () => {
    const broken = await loaded({
      load: async () => ({
        find: () => {
          throw new Error('broken');
        },
      }),
    });
    expect(broken.book.usdOf('openai.chat', 'gpt-4o', { tokens: 1 })).toBeUndefined();
    expect(broken.faults).toHaveLength(1);
    const deaf = await loaded({
      onUnpriced: () => {
        throw new Error('listener');
      },
    });
    expect(deaf.book.usdOf('acme', 'x', { tokens: 1 })).toBeUndefined();
    expect(deaf.faults).toHaveLength(1);
  });
});
