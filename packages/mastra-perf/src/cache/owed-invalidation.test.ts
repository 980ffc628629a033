import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { memoryStoreOn } from '../stores/memory-store.ts';
import { chaosStore } from '../testing/chaos-store.ts';
import type { InvalidateSelector } from './names.ts';
import { connectedPair, tagged, type PairOptions } from './test-pair.ts';
import { using } from './test-process.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

const STORE_ERROR = { code: 'MASTRA_PERF_STORE', name: 'PerfError', isRetryable: false };
const AWAY = new Error('away');

async function setUp(options?: PairOptions) {
  const clock = testClock();
  const shared = memoryStoreOn(clock);
  return { clock, ...(await connectedPair(() => chaosStore(shared), clock, options)) };
}

const WAYS: Array<[what: string, InvalidateSelector | 'all']> = [
  ['a tag', { tags: ['kb:42'] }],
  ['an agent', { agent: 'support' }],
  ['everything', 'all'],
];

describe.each(WAYS)('an invalidation of %s that the store could not be told', (_what, selector) => {
  type Setup = Awaited<ReturnType<typeof setUp>>;
  const invalidate = ({ cache }: Setup['a']) =>
    selector === 'all' ? cache.clear() : cache.invalidate(selector);
  const operation = selector === 'all' ? ('cache.clear' as const) : ('cache.invalidateTags' as const);

  it('rejects and says what follows from it', async () => {
    const { a } = await setUp();
    a.chaos.fail(operation, AWAY);
    const error = await invalidate(a).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ ...STORE_ERROR, cause: AWAY });
    expect(String(error)).toMatch(
      /other processes may still give old answers.*repeated as soon as the store is back/,
    );
    expect(a.faults).toEqual([]);
  });

  it('holds in its own process at once, and nothing old comes back from the store', async () => {
    const { a, seed } = await setUp();
    await seed();
    a.chaos.fail(operation);
    await expect(invalidate(a)).rejects.toMatchObject(STORE_ERROR);
    a.chaos.fail('cache.setMany'); // so that the old one stays there
    expect(await a.asks(tagged)).toEqual(['A 1', 'miss']);
    expect(await a.asks(tagged)).toEqual(['A 1', 'hit l1']);
    expect(a.since()).toContain('getMany'); // the store was asked, and what it said was not believed
    expect(a.faults).toEqual([]);
  });

  it.each(['a second later', 'when the store is back'])(
    'is repeated %s, and then holds everywhere',
    async (when) => {
      const { a, b, clock, seed } = await setUp();
      await seed();
      a.chaos.fail('*');
      await expect(invalidate(a)).rejects.toMatchObject(STORE_ERROR);
      expect((await b.asks(tagged))[1]).toBe('hit l1'); // as the error says
      if (when === 'a second later') {
        for (let time = 0; time < 5; time++) {
          clock.advance(1000);
          await settled();
        }
        expect(a.since().filter((name) => `cache.${name}` === operation)).toHaveLength(6);
        a.chaos.heal();
        clock.advance(1000);
      } else {
        a.chaos.heal();
        a.since();
        await a.cache.catchUp();
      }
      await settled();
      expect(a.since().slice(0, 2)).toEqual([operation.replace('cache.', ''), 'publish']);
      expect(await b.asks(tagged)).toEqual(['B 0', 'miss']);
      await b.background.idle();
      expect(await a.asks(tagged)).toEqual(['B 0', 'hit l2']);
      clock.advance(1000);
      await settled();
      expect(clock.timers()).toBe(0);
      expect(a.since()).not.toContain(operation.replace('cache.', ''));
    },
  );

  it('is repeated when the store has done it and could not say so', async () => {
    const { a, b, clock, seed } = await setUp();
    await seed();
    a.chaos.loseAnswer(operation);
    await expect(invalidate(a)).rejects.toMatchObject(STORE_ERROR);
    a.chaos.heal();
    clock.advance(1000);
    await settled();
    expect(await b.asks(tagged)).toEqual(['B 0', 'miss']);
  });

  it('is repeated when only the others could not be told', async () => {
    const { a, b, clock, seed } = await setUp();
    await seed();
    a.chaos.fail('bus.publish');
    await expect(invalidate(a)).rejects.toMatchObject(STORE_ERROR);
    expect((await b.asks(tagged))[1]).toBe('hit l1');
    a.chaos.heal();
    clock.advance(1000);
    await settled();
    expect(await b.asks(tagged)).toEqual(['B 0', 'miss']);
  });

  it('counts for what the store has read before it was told, and says afterwards', async () => {
    const { a, clock, seed } = await setUp();
    await seed();
    a.chaos.fail(operation);
    await expect(invalidate(a)).rejects.toMatchObject(STORE_ERROR);
    a.chaos.heal();
    const reads = a.chaos.hold('cache.getMany', 'answer');
    const asked = a.asks(tagged);
    await settled();
    clock.advance(1000); // now it is told
    await settled();
    reads.release();
    expect(await asked).toEqual(['A 1', 'miss']);
    expect((await a.asks(tagged))[0]).not.toBe('A 0');
  });

  it('is given up at the end', async () => {
    const { a, b, clock } = await setUp();
    a.chaos.fail('*');
    b.chaos.fail('*');
    await expect(invalidate(a)).rejects.toMatchObject(STORE_ERROR);
    for (const { cache } of [a, b]) cache.drop();
    expect(clock.timers()).toBe(0);
    for (const one of [a, b]) await expect(invalidate(one)).rejects.toMatchObject(STORE_ERROR);
    expect(clock.timers()).toBe(0);
  });
});

describe('what is owed to the store', () => {
  it('keeps nothing else from being read', async () => {
    const { a, b } = await setUp();
    const other = { ...tagged, caller: { agent: 'legal' } };
    await b.ask(other);
    await b.background.idle();
    a.chaos.fail('cache.invalidateTags');
    await expect(a.cache.invalidate({ agent: 'support' })).rejects.toMatchObject(STORE_ERROR);
    expect(await a.asks(other)).toEqual(['B 0', 'hit l2']);
  });

  it('keeps an answer from being read by one of its own tags', async () => {
    const { a, seed } = await setUp();
    await seed();
    a.chaos.fail('cache.invalidateTags');
    await expect(a.cache.invalidate({ tags: ['x', 'kb:42'] })).rejects.toMatchObject(STORE_ERROR);
    a.chaos.fail('cache.setMany');
    expect(await a.asks()).toEqual(['A 1', 'miss']);
  });

  it('keeps an answer from being read by one of the tags of who asks', async () => {
    const { a, b } = await setUp();
    await b.ask();
    await b.background.idle();
    a.chaos.fail('cache.invalidateTags');
    await expect(a.cache.invalidate({ tags: ['x'] })).rejects.toMatchObject(STORE_ERROR);
    expect(await a.asks()).toEqual(['B 0', 'hit l2']);
    expect(await a.asks(using({ tags: ['x'] }))).toEqual(['A 0', 'miss']);
  });

  it('is paid with one request for all of it, by one timer', async () => {
    const { a, b, clock, seed } = await setUp();
    await seed();
    a.chaos.fail('*');
    for (const tags of [['one'], ['two', 'kb:42'], ['one']])
      await expect(a.cache.invalidate({ tags })).rejects.toMatchObject(STORE_ERROR);
    expect(clock.timers()).toBe(1);
    a.chaos.heal();
    a.since();
    clock.advance(1000);
    await settled();
    expect(a.since()).toEqual(['invalidateTags', 'publish']);
    expect(clock.timers()).toBe(0);
    expect(await b.asks(tagged)).toEqual(['B 0', 'miss']);
  });

  it('is everything where one of them was', async () => {
    const { a, b, clock, seed } = await setUp();
    await seed();
    a.chaos.fail('*');
    await expect(a.cache.invalidate({ tags: ['one'] })).rejects.toMatchObject(STORE_ERROR);
    await expect(a.cache.clear()).rejects.toMatchObject(STORE_ERROR);
    a.chaos.heal();
    a.since();
    clock.advance(1000);
    await settled();
    expect(a.since()).toEqual(['clear', 'publish']);
    expect(await b.asks(tagged)).toEqual(['B 0', 'miss']);
  });

  it('becomes everything where it would be too much to remember, and is paid all the same', async () => {
    const { a, b, clock, seed } = await setUp();
    await seed();
    a.chaos.fail('*');
    await Promise.allSettled(
      Array.from({ length: 1001 }, (_, index) => a.cache.invalidate({ tags: [`tag ${index}`] })),
    );
    a.chaos.heal();
    expect((await a.asks({ request: { temperature: 1 } }))[1]).toBe('miss');
    a.since();
    clock.advance(1000);
    await settled();
    expect(a.since()).toEqual(['clear', 'publish']);
    expect(await b.asks(tagged)).toEqual(['B 0', 'miss']);
    await b.background.idle();
    expect(await a.asks(tagged)).toEqual(['B 0', 'hit l2']); // and then the store is believed again
  });

  it('is nothing after any number of invalidations at once that went well', async () => {
    const { a, b, seed } = await setUp();
    await seed();
    await Promise.all(
      Array.from({ length: 2500 }, (_, index) => a.cache.invalidate({ tags: [`tag ${index}`] })),
    );
    expect(a.since()).not.toContain('clear');
    await b.ask({ request: { temperature: 1 } });
    await b.background.idle();
    expect(await a.asks({ request: { temperature: 1 } })).toEqual(['B 0', 'hit l2']);
    expect((await b.asks(tagged))[1]).toBe('hit l1');
  });
});
