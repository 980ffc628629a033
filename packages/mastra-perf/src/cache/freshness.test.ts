import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { answerOf, replyOf } from '../pipeline/test-calls.ts';
import { memoryStoreOn } from '../stores/memory-store.ts';
import type { CacheSettings } from './options.ts';
import { testProcess, using, type TestProcess, type TestProcessOptions } from './test-process.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

const NOT_CACHED = { code: 'MASTRA_PERF_NOT_CACHED' };
const TTL = 1000;

/** Where the process that is asked has the answer `old`: it has never asked its model, or once. */
const PLACES = ['in memory, without a store', 'in memory, with a store', 'in the store'] as const;

async function stored(place: (typeof PLACES)[number], given: CacheSettings, more: TestProcessOptions = {}) {
  const clock = testClock();
  const store = place === 'in memory, without a store' ? undefined : memoryStoreOn(clock);
  const respond: TestProcessOptions['respond'] = (_asked, index) =>
    replyOf(answerOf(index === 0 ? 'old' : `new ${index}`));
  const options = { clock, settings: { ttl: TTL, ...given }, respond, ...more, ...(store && { store }) };
  const first = testProcess(options);
  await first.ask();
  await first.background.idle();
  const asked: TestProcess =
    place === 'in the store'
      ? testProcess({ ...options, respond: (_asked, index) => replyOf(answerOf(`new ${index + 1}`)) })
      : first;
  const before = asked.model.asked.length;
  /** In memory a fresh one is found; about a stale one the store is asked. */
  const tierOf = (how: string) =>
    place === 'in memory, without a store' || (place === 'in memory, with a store' && how === 'hit')
      ? 'l1'
      : 'l2';
  return { ...asked, clock, tierOf, asks: asked.asks, modelCalls: () => asked.model.asked.length - before };
}

describe.each(PLACES)('an answer %s', (place) => {
  const after = async (ms: number, settings: CacheSettings, mode?: 'only-if-cached' | 'refresh') => {
    const { asks, clock, tierOf, background, modelCalls } = await stored(place, settings);
    clock.advance(ms);
    const [text, how] = await asks(mode ? using({ cache: mode }) : undefined);
    await background.idle();
    return [text, how.replace(tierOf(how.slice(0, 3)), 'from there'), modelCalls()];
  };

  it('is given until its time to live is over', async () => {
    expect(await after(TTL, {})).toEqual(['old', 'hit from there', 0]);
    expect(await after(TTL + 1, {})).toEqual(['new 1', 'miss', 1]);
  });

  it('is given stale while a new one is fetched, for as long as it may be', async () => {
    const settings = { staleWhileRevalidate: 500 };
    expect(await after(TTL, settings)).toEqual(['old', 'hit from there', 0]);
    expect(await after(TTL + 1, settings)).toEqual(['old', 'stale from there', 1]);
    expect(await after(TTL + 500, settings)).toEqual(['old', 'stale from there', 1]);
    expect(await after(TTL + 501, settings)).toEqual(['new 1', 'miss', 1]);
  });

  it('is not given stale where that is for errors only, and the model answers', async () => {
    expect(await after(TTL + 1, { staleIfError: 500 })).toEqual(['new 1', 'miss', 1]);
  });

  it('is never given to a refresh, fresh or stale', async () => {
    for (const ms of [0, TTL, TTL + 1])
      expect(await after(ms, { staleWhileRevalidate: 500, staleIfError: 500 }, 'refresh')).toEqual([
        'new 1',
        'miss',
        1,
      ]);
  });

  it('is all that only-if-cached gives: fresh, or stale for as long as it may be without asking', async () => {
    const settings = { staleWhileRevalidate: 500, staleIfError: 9000 };
    expect(await after(TTL, settings, 'only-if-cached')).toEqual(['old', 'hit from there', 0]);
    expect(await after(TTL + 500, settings, 'only-if-cached')).toEqual(['old', 'stale from there', 0]);
    await expect(after(TTL + 501, settings, 'only-if-cached')).rejects.toMatchObject(NOT_CACHED);
  });
});

describe('only-if-cached', () => {
  it('never asks the model, whatever goes wrong', async () => {
    const clock = testClock();
    const away = memoryStoreOn(clock);
    const reject = () => Promise.reject(new Error('away'));
    const { ask, model, faults } = testProcess({
      clock,
      store: { cache: { ...away.cache, getMany: reject, stamp: reject } },
      settings: { staleWhileRevalidate: 500, staleIfError: 500, earlyRefresh: true },
    });
    await expect(ask(using({ cache: 'only-if-cached' }))).rejects.toMatchObject(NOT_CACHED);
    expect(model.asked).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('fetches nothing early or beside the call', async () => {
    const { asks, clock, background, modelCalls } = await stored('in memory, with a store', {
      earlyRefresh: true,
      staleWhileRevalidate: 500,
    });
    for (let ms = 0; ms <= TTL + 500; ms += 250) {
      await asks(using({ cache: 'only-if-cached' }));
      clock.advance(250);
    }
    await background.idle();
    expect(modelCalls()).toBe(0);
  });
});

describe('counted as a look-up that memory answered', () => {
  it('is one that was given from there, fresh or stale, and no other', async () => {
    const clock = testClock();
    const settings = { ttl: TTL, staleWhileRevalidate: 500, staleIfError: 9000 };
    const { ask, asks, cache, background } = testProcess({ clock, settings });
    const counted = (hits: number, misses: number) => expect(cache.stats()).toMatchObject({ hits, misses });
    await ask();
    counted(0, 1);
    await ask();
    await ask(using({ cache: 'only-if-cached' }));
    counted(2, 1);
    clock.advance(TTL + 1);
    await ask(using({ cache: 'only-if-cached' }));
    expect((await asks())[1]).toBe('stale l1');
    await background.idle();
    counted(4, 1);
    clock.advance(TTL + 501);
    await expect(ask(using({ cache: 'only-if-cached' }))).rejects.toMatchObject(NOT_CACHED);
    expect((await asks())[1]).toBe('miss');
    counted(4, 3);
    await ask(using({ cache: 'refresh' }));
    await ask(using({ cache: 'bypass' }));
    counted(4, 3);
  });

  it('is none about which the store was asked', async () => {
    const { asks, cache, clock, background } = await stored('in memory, with a store', {
      staleWhileRevalidate: 500,
    });
    clock.advance(TTL + 1);
    expect((await asks())[1]).toBe('stale l2');
    await background.idle();
    expect(cache.stats()).toMatchObject({ hits: 0, misses: 2, store: { hits: 2, misses: 1 } });
  });
});
