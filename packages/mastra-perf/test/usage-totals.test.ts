import type { ProviderLogEntry } from '@mastra-perf/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPerf, type UsageRow } from '../src/index.ts';
import { seededRandom } from '../src/testing/seeded-random.ts';
import { application, applicationOptions } from './usage-application.ts';
import { usageMix } from './usage-mix.ts';
import { isWhole, kindNames, KINDS, startUsageProvider, type Kind } from './usage-provider.ts';

/* What is reported beside what a provider has written down of 2,000 calls of all kinds, over HTTP. */

const CALLS = 2000;
const AT_ONCE = 16;
const seed = Number(process.env.USAGE_SEED ?? 20_251_123);
/** In nano-dollars for a token. */
const RATE = { input: 1000, cached: 100, output: 10_000 };

const provider = await startUsageProvider();
const perf = createPerf({
  ...applicationOptions,
  usage: {
    prices: {
      '*': {
        inputPerMillion: RATE.input / 1000,
        cachedInputPerMillion: RATE.cached / 1000,
        outputPerMillion: RATE.output / 1000,
      },
    },
  },
});
const { ask, calls, came } = application(perf, provider.url);
afterAll(async () => {
  await perf.close();
  await provider[Symbol.asyncDispose]();
});

beforeAll(async () => {
  process.stderr.write(`usage-totals: ${CALLS} calls with USAGE_SEED=${seed}\n`);
  const doSomething = usageMix({ ask, calls, came }, provider, seededRandom(seed));
  const worker = async (): Promise<void> => {
    while (calls() < CALLS) await doSomething();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  await perf.flush(); // answers that are renewed beside the calls
  await provider.server.settled();
}, 120_000);

type Tokens = 'inputTokens' | 'outputTokens' | 'cachedTokens';
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
const sumOf = (entries: readonly ProviderLogEntry[], name: Tokens): number =>
  sum(entries.map((entry) => entry[name]));
const billed = (entries: readonly ProviderLogEntry[]) => ({
  inputTokens: sumOf(entries, 'inputTokens'),
  outputTokens: sumOf(entries, 'outputTokens'),
  cachedInputTokens: sumOf(entries, 'cachedTokens'),
});
const nanoUsd = (of: ReturnType<typeof billed>): number =>
  (of.inputTokens - of.cachedInputTokens) * RATE.input +
  of.cachedInputTokens * RATE.cached +
  of.outputTokens * RATE.output;
const nano = (usd: number): number => Math.round(usd * 1e9);

/** Added up over the calls of agents, which have labels, and those without Mastra. */
async function reported(kind: Kind) {
  const rows = (await perf.usage.report({ by: ['agent', 'purpose', { label: 'kind' }] })).filter(
    ({ agent, purpose, labels }) => (labels?.kind ?? agent) === kind && purpose !== 'embedding',
  );
  const total = (of: (row: UsageRow) => number): number => sum(rows.map(of));
  return {
    calls: total((row) => row.calls),
    modelCalls: total((row) => row.modelCalls),
    estimatedCalls: total((row) => row.estimatedCalls),
    inputTokens: total(({ spent }) => spent.inputTokens),
    outputTokens: total(({ spent }) => spent.outputTokens),
    cachedInputTokens: total(({ spent }) => spent.cachedInputTokens),
    reasoningTokens: total(({ spent }) => spent.reasoningTokens),
    nanoUsd: total(({ spent }) => nano(spent.usd)),
  };
}
const kindsThatAre = (what: (typeof KINDS)[Kind]): Kind[] => kindNames.filter((kind) => KINDS[kind] === what);

it('saw every request, whatever became of it', async () => {
  const { requests } = provider.server.totals();
  const totals = await perf.report();
  const embeddings = provider.embeddings().length;
  expect(totals.embeddingCalls).toBe(embeddings);
  expect(embeddings).toBeGreaterThan(50);
  expect(totals.modelCalls).toBe(requests - embeddings);
  expect(requests).toBeGreaterThan(CALLS / 2);
  expect(totals.unpricedCalls).toBe(0);
  for (const kind of kindNames) {
    const { length } = provider.entriesOf(kind);
    expect([kind, (await reported(kind)).modelCalls]).toEqual([kind, length]);
    expect(length).toBeGreaterThan(0);
  }
  for (const what of ['hits', 'shared', 'stale', 'bypassed', 'errors', 'aborted'] as const)
    expect([what, totals[what] > 0]).toEqual([what, true]);
});

it('says the same of this process and from the ledger', async () => {
  const { unpricedModels, ...totals } = await perf.report();
  expect(unpricedModels).toEqual([]);
  expect(await perf.usage.report({ by: [] })).toEqual([totals]);
  const users = await perf.usage.report({ by: ['user'] });
  expect(users).toHaveLength(21); // and those without Mastra
  expect(sum(users.map(({ calls: ended }) => ended))).toBe(totals.calls);
});

describe('calls whose usage the provider reports', () => {
  it('cost what it has billed, to the token and the nano-dollar', async () => {
    for (const kind of kindsThatAre('reported')) {
      const whole = provider.entriesOf(kind).filter(isWhole);
      expect(await reported(kind)).toMatchObject({
        ...billed(whole),
        nanoUsd: nanoUsd(billed(whole)),
        estimatedCalls: 0,
      });
      expect(billed(whole).cachedInputTokens).toBeGreaterThan(0);
    }
    const { reasoningTokens } = await reported('answered');
    expect(reasoningTokens).toBe(provider.reasoningTokens());
    expect(reasoningTokens).toBeGreaterThan(0);
  });

  it('cost as much for embeddings, apart from the answers', async () => {
    const inputTokens = sumOf(provider.embeddings(), 'inputTokens');
    const [row] = await perf.usage.report({ by: [], where: { purpose: 'embedding' } });
    expect(row).toMatchObject({ modelCalls: 0, spent: { inputTokens, outputTokens: 0 } });
    expect(nano(row!.spent.usd)).toBe(inputTokens * RATE.input);
  });

  it('cost nothing where they are refused', async () => {
    for (const kind of kindsThatAre('free'))
      expect(await reported(kind)).toMatchObject({
        ...billed(provider.entriesOf(kind)),
        inputTokens: 0,
        outputTokens: 0,
        estimatedCalls: 0,
      });
  });
});

it('hits, followers and old answers cost nothing, and save what the same answer had cost', async () => {
  const saving = came.flatMap(({ asked, outcome }) =>
    outcome && outcome.outcome !== 'miss' && outcome.outcome !== 'bypass' ? [{ asked, outcome }] : [],
  );
  const answers = saving.map(({ asked }) => provider.entriesTo(asked).find(isWhole)!);
  const { saved, hits, shared, stale } = await perf.report();
  expect(saving.length).toBe(saved.calls);
  expect(saved.calls).toBeLessThanOrEqual(hits + shared + stale); // some followers gave up
  const { inputTokens, outputTokens } = billed(answers);
  expect(saved).toMatchObject({ inputTokens, outputTokens });
  expect(saving.filter(({ outcome }) => !outcome.saved?.outputTokens)).toEqual([]);
});

describe('calls whose usage nobody reports', () => {
  it('are all marked as estimated, and no others are', async () => {
    const estimated = kindsThatAre('estimated');
    for (const kind of estimated)
      expect([kind, (await reported(kind)).estimatedCalls]).toEqual([kind, provider.entriesOf(kind).length]);
    const { estimatedCalls, spent } = await perf.report();
    const rows = await Promise.all(estimated.map(reported));
    expect(estimatedCalls).toBe(sum(rows.map((row) => row.estimatedCalls)));
    // What is left without them is what was billed for whole answers.
    const whole = kindsThatAre('reported').flatMap((kind) => provider.entriesOf(kind).filter(isWhole));
    const told = billed([...whole, ...provider.embeddings()]).inputTokens;
    expect(spent.inputTokens - sum(rows.map((row) => row.inputTokens))).toBe(told);
    expect(spent.outputTokens - sum(rows.map((row) => row.outputTokens))).toBe(billed(whole).outputTokens);
  });

  it.each(kindsThatAre('estimated'))(
    'are estimated near what the provider had generated until then: %s',
    async (kind) => {
      const entries = provider.entriesOf(kind);
      const estimated = await reported(kind);
      const { inputTokens, outputTokens } = billed(entries);
      // What a provider adds to a request by itself is guessed, and a token is 3 bytes; English has about 4.5.
      expect(estimated.inputTokens).toBeGreaterThanOrEqual(inputTokens);
      expect(estimated.inputTokens).toBeLessThanOrEqual(2 * inputTokens + 250 * entries.length);
      // Of an answer in one piece nobody has seen anything until it is there.
      const seen = entries.every(({ stream }) => stream) ? outputTokens : 0;
      expect(estimated.outputTokens).toBeGreaterThanOrEqual(seen * 0.8);
      expect(estimated.outputTokens).toBeLessThanOrEqual(seen * 2);
    },
  );
});
