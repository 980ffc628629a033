import { describe, expect, it, vi } from 'vitest';
import { compose } from './compose.ts';
import { readAll } from './collect.ts';
import type { OutcomeFacts } from './call.ts';
import { outcomeMarker } from './outcome.ts';
import { outcomeOf } from './outcome-of.ts';
import { answerOf, callOf, replyOf, testModel } from './test-calls.ts';

const usage = {
  inputTokens: { total: 10, cacheRead: 4 },
  outputTokens: { total: 5 },
  raw: { prompt_tokens: 10 },
};

async function finishAfter(
  outcome: OutcomeFacts,
  { zero = true, usd }: { zero?: boolean; usd?: () => number | undefined } = {},
) {
  const parts = answerOf('hello', { usage, providerMetadata: { openai: { logprobs: 1 } } });
  const priceOf = vi.fn(usd ?? (() => 0.002));
  const fault = vi.fn();
  const model = testModel(() => replyOf(parts));
  const call = callOf(model);
  const run = compose([outcomeMarker({ zeroUsage: () => zero, priceOf, fault })], fault);
  const reply = await run(call);
  call.facts.outcome = outcome; // a middleware behind may only know later
  const read = await readAll(reply);
  expect(read.slice(0, -1)).toEqual(parts.slice(0, -1));
  return { finish: read.at(-1)!, original: parts.at(-1)!, priceOf, fault };
}

describe('outcomeMarker', () => {
  it.each(['miss', 'bypass'] as const)('leaves the usage of a %s as it is', async (name) => {
    const { finish, priceOf } = await finishAfter({ name });
    expect(finish.usage).toBe(usage);
    expect(finish.providerMetadata).toEqual({ openai: { logprobs: 1 }, mastraPerf: { outcome: name } });
    expect(priceOf).not.toHaveBeenCalled();
  });

  it('tells what a hit has saved, and that nothing was spent', async () => {
    const { finish, priceOf, original } = await finishAfter({
      name: 'hit',
      tier: 'l1',
      ageMs: 1234.6,
      savedMs: 800.4,
    });
    expect(finish.usage).toEqual({ inputTokens: { total: 0, cacheRead: 0 }, outputTokens: { total: 0 } });
    expect(finish.providerMetadata).toEqual({
      openai: { logprobs: 1 },
      mastraPerf: {
        outcome: 'hit',
        tier: 'l1',
        ageMs: 1235,
        saved: { inputTokens: 10, outputTokens: 5, usd: 0.002, ms: 800 },
      },
    });
    expect(priceOf).toHaveBeenCalledExactlyOnceWith('test', 'model', usage);
    expect(original.usage).toBe(usage);
  });

  it('names no tier and no age for a shared answer, and no dollars without a price', async () => {
    const { finish } = await finishAfter({ name: 'shared', savedMs: 20 }, { usd: () => undefined });
    expect(finish.providerMetadata).toMatchObject({
      mastraPerf: { outcome: 'shared', saved: { inputTokens: 10, outputTokens: 5, ms: 20 } },
    });
    expect(JSON.stringify(finish.providerMetadata)).not.toMatch(/tier|ageMs|usd/);
  });

  it('keeps the original usage where it is asked for', async () => {
    const { finish } = await finishAfter({ name: 'hit' }, { zero: false });
    expect(finish.usage).toBe(usage);
  });

  it('does not turn the answer into an error when a price cannot be read', async () => {
    const broken = () => {
      throw new Error('no table');
    };
    const { finish, original, fault } = await finishAfter({ name: 'hit' }, { usd: broken });
    expect(finish).toBe(original);
    expect(fault).toHaveBeenCalledExactlyOnceWith('outcome', new Error('no table'));
  });
});

describe('outcomeOf', () => {
  const outcome = { outcome: 'hit' as const };

  it('reads results that are there and results that are to come', async () => {
    expect(outcomeOf({ providerMetadata: { mastraPerf: outcome } })).toBe(outcome);
    await expect(outcomeOf({ providerMetadata: Promise.resolve({ mastraPerf: outcome }) })).resolves.toBe(
      outcome,
    );
  });

  it.each([[undefined], [null], ['text'], [{}], [{ openai: {} }]])(
    'is undefined where there is none: %j',
    async (providerMetadata) => {
      expect(outcomeOf({ providerMetadata })).toBeUndefined();
      await expect(
        outcomeOf({ providerMetadata: Promise.resolve(providerMetadata) }),
      ).resolves.toBeUndefined();
    },
  );
});
