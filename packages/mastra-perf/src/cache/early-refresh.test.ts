import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { answerOf, replyOf } from '../pipeline/test-calls.ts';
import { memoryStoreOn } from '../stores/memory-store.ts';
import { ageOf, type Answer } from './answer.ts';
import { dueEarly } from './early-refresh.ts';
import type { CacheSettings } from './options.ts';
import { testProcess } from './test-process.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

const TTL = 60_000;
const TOOK = 2000;
const NEARLY_ALWAYS = 1e-6; // the model's time counts 13.8 times
const NEVER = 1;

/** A process that has stored the answer of a model that took two seconds. */
async function setUp(random: number, settings: CacheSettings = { earlyRefresh: true }) {
  const clock = testClock();
  const store = memoryStoreOn(clock);
  let chance = NEVER;
  const start = (name: string) =>
    testProcess({
      name,
      clock,
      store,
      settings: { ttl: TTL, ...settings },
      random: () => chance,
      respond(_asked, index) {
        clock.advance(TOOK);
        return replyOf(answerOf(`${name} ${index}`));
      },
    });
  const [a, b] = [start('A'), start('B')];
  await a.ask();
  await a.background.idle();
  chance = random;
  return { a, b, clock, left: (ms: number) => clock.advance(0.9 * TTL - ms) };
}

describe('early refresh', () => {
  it('fetches a new answer beside the call, once in all processes, and the old one is a hit', async () => {
    const { a, b, left } = await setUp(NEARLY_ALWAYS);
    left(13.8 * TOOK);
    const asked = await Promise.all([a.asks(), b.asks(), a.asks(), b.asks()]);
    expect(new Set(asked.map(([text]) => text))).toEqual(new Set(['A 0']));
    expect(asked.every(([, how]) => how.startsWith('hit'))).toBe(true);
    await Promise.all([a.background.idle(), b.background.idle()]);
    expect(a.model.asked.length + b.model.asked.length).toBe(2);
    expect((await a.asks())[0]).not.toBe('A 0');
  });

  it('does not when chance is against it, not even at the end', async () => {
    const { a, left } = await setUp(NEVER);
    left(1);
    expect(await a.asks()).toEqual(['A 0', 'hit l1']);
    await a.background.idle();
    expect(a.model.asked).toHaveLength(1);
  });

  it('does not long before the end', async () => {
    const { a, left } = await setUp(NEARLY_ALWAYS);
    left(13.9 * TOOK);
    expect(await a.asks()).toEqual(['A 0', 'hit l1']);
    await a.background.idle();
    expect(a.model.asked).toHaveLength(1);
  });

  it.each([{}, { earlyRefresh: false }])('does not when it is off: %j', async (settings) => {
    const { a, left } = await setUp(NEARLY_ALWAYS, settings);
    left(1);
    expect(await a.asks()).toEqual(['A 0', 'hit l1']);
    await a.background.idle();
    expect(a.model.asked).toHaveLength(1);
  });
});

describe('the chance of an early refresh', () => {
  const settings = { earlyRefresh: true };
  const answer: Answer = { text: '[]', names: [], storedAt: 0, freshMs: TTL, tookMs: TOOK };
  const share = (leftMs: number, tookMs = TOOK): number => {
    const age = ageOf(answer, TTL - leftMs, { ttlMs: TTL, revalidateMs: 0, errorMs: 0 });
    const draws = Array.from({ length: 1000 }, (_, index) => (index + 0.5) / 1000);
    return draws.filter((draw) => dueEarly({ ...answer, tookMs }, age, settings, () => draw)).length / 1000;
  };

  it('is that of the source: e to the power of minus the time left over the time the model took', () => {
    for (const leftMs of [0, 100, 500, TOOK, 3 * TOOK, 10 * TOOK])
      expect(share(leftMs)).toBeCloseTo(Math.exp(-leftMs / TOOK), 2);
  });

  it('grows with the time that the model takes', () => {
    expect(share(TOOK, TOOK / 4)).toBeLessThan(share(TOOK, TOOK));
    expect(share(TOOK, 0)).toBe(0);
  });

  it('takes the least that a source of chance can give', () => {
    const age = ageOf(answer, 0, { ttlMs: TTL, revalidateMs: 0, errorMs: 0 });
    expect(dueEarly(answer, age, settings, () => 0)).toBe(true);
    expect(dueEarly({ ...answer, tookMs: 0 }, age, settings, () => 0)).toBe(false);
  });
});
