import { describe, expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { memoryStoreOn } from '../stores/memory-store.ts';
import { createHotKeys } from './hot-keys.ts';
import { pairOn, tagged, type PairOptions } from './test-pair.ts';
import type { CallSettings } from '../pipeline/test-calls.ts';
import { testProcess } from './test-process.ts';

const MINUTE_MS = 60_000;
const KEY = 'mastra-perf:hot';

const asking = (text: string): CallSettings => ({
  request: { prompt: [{ role: 'user', content: [{ type: 'text', text }] }] },
});

async function setUp(options: PairOptions = {}) {
  const clock = testClock();
  const store = memoryStoreOn(clock);
  const pair = await pairOn(store, clock, options);
  return { ...pair, clock, store };
}

/** A has answered `calls` so many times each, and told of it. */
async function told(
  { a }: Pick<Awaited<ReturnType<typeof setUp>>, 'a'>,
  ...calls: ReadonlyArray<readonly [text: string, hits: number]>
): Promise<void> {
  for (const [text, hits] of calls) for (let ask = 0; ask <= hits; ask++) await a.ask(asking(text));
  await a.background.idle();
  await a.cache.saveHot(true);
}

describe('the list of what is given most often', () => {
  it('is told at the end of a process, and lets the next one begin with these answers in memory', async () => {
    const world = await setUp();
    await told(world, ['once', 1], ['often', 5], ['never again', 0]);
    const c = await world.start('C');
    world.since();
    expect(await c.cache.preload(200)).toBe(2);
    expect(world.since()).toEqual(['getMany', 'getMany']);
    expect(await c.asks(asking('often'))).toEqual(['A 1', 'hit l1']);
    expect(await c.asks(asking('once'))).toEqual(['A 0', 'hit l1']);
    expect(await c.asks(asking('never again'))).toEqual(['A 2', 'hit l2']);
  });

  it('has the hottest first', async () => {
    const world = await setUp();
    await told(world, ['once', 1], ['often', 5], ['twice', 2]);
    const c = await world.start('C');
    expect(await c.cache.preload(2)).toBe(2);
    expect((await c.asks(asking('often')))[1]).toBe('hit l1');
    expect((await c.asks(asking('twice')))[1]).toBe('hit l1');
    expect((await c.asks(asking('once')))[1]).toBe('hit l2');
  });

  it('is told once a minute beside the calls, without a timer', async () => {
    const { a, clock, since } = await setUp();
    await a.ask();
    await a.background.idle();
    const timers = clock.timers();
    since();
    clock.advance(MINUTE_MS - 1);
    await a.ask();
    await a.background.idle();
    await a.cache.saveHot();
    expect(since()).toEqual([]);
    clock.advance(1);
    await a.ask();
    await a.background.idle();
    expect(since()).toEqual(['stamp', 'getMany', 'setMany']);
    await a.ask();
    await a.cache.saveHot();
    expect(since()).toEqual([]);
    expect(clock.timers()).toBe(timers);
  });

  it('adds up what processes have told, and forgets it by half in an hour', async () => {
    const world = await setUp();
    await told(world, ['old', 4]);
    world.clock.advance(3 * 3_600_000 - MINUTE_MS);
    const b = { a: world.b };
    await told(b, ['new', 1]);
    const c = await world.start('C');
    expect(await c.cache.preload(1)).toBe(1);
    expect((await c.asks(asking('new')))[1]).toBe('hit l1');
  });
});

describe('an answer that is taken into memory in advance', () => {
  it('is none that was invalidated before', async () => {
    const world = await setUp();
    await world.a.ask(tagged);
    await world.a.ask(tagged);
    await world.a.background.idle();
    await world.a.cache.saveHot(true);
    await world.b.cache.invalidate({ tags: ['kb:42'] });
    const c = await world.start('C');
    expect(await c.cache.preload(200)).toBe(0);
    expect((await c.asks(tagged))[1]).toBe('miss');
  });

  it('goes when it is invalidated later, here or elsewhere', async () => {
    const world = await setUp();
    await world.a.ask(tagged);
    await world.a.ask(tagged);
    await world.a.background.idle();
    await world.a.cache.saveHot(true);
    const c = await world.start('C');
    expect(await c.cache.preload(200)).toBe(1);
    await world.b.cache.invalidate({ tags: ['kb:42'] });
    expect((await c.asks(tagged))[1]).toBe('miss');
  });

  it('is not taken when the invalidation comes while it is read', async () => {
    const world = await setUp();
    await world.a.ask(tagged);
    await world.a.ask(tagged);
    await world.a.background.idle();
    await world.a.cache.saveHot(true);
    const { clock } = world;
    const slow = {
      ...world.store,
      cache: {
        ...world.store.cache,
        async getMany(reads: Parameters<typeof world.store.cache.getMany>[0]) {
          const found = await world.store.cache.getMany(reads);
          if (reads[0]?.key !== KEY) c.cache.invalidate({ tags: ['kb:42'] }).catch(() => undefined);
          return found;
        },
      },
    };
    const c = testProcess({ clock, store: slow, name: 'C' });
    expect(await c.cache.preload(200)).toBe(0);
    expect(c.cache.stats().entries).toBe(0);
  });

  it('is not given to a caller whose tags it does not have', async () => {
    const world = await setUp();
    await told(world, ['x', 2]);
    await world.b.cache.invalidate({ tags: ['kb:42'] });
    const c = await world.start('C');
    await c.cache.preload(200);
    expect((await c.asks({ ...asking('x'), ...tagged }))[1]).toBe('miss');
  });

  it('is none that has expired', async () => {
    const world = await setUp();
    await told(world, ['x', 2]);
    world.clock.advance(3_600_001);
    const c = await world.start('C');
    expect(await c.cache.preload(200)).toBe(0);
  });
});

describe('a list that is not one', () => {
  it.each(['', 'no json', 'null', '[]', '{"at":1,"keys":[["a"]]}', '{"at":1,"keys":[["a","b"]]}'])(
    'counts as empty: %s',
    async (text) => {
      const { a, store } = await setUp();
      const stamp = await store.cache.stamp();
      await store.cache.setMany([{ key: KEY, value: Buffer.from(text), tags: [], stamp, ttlMs: 1000 }]);
      expect(await a.cache.preload(200)).toBe(0);
    },
  );

  it('is one as well when the store is away', async () => {
    const clock = testClock();
    const store = memoryStoreOn(clock);
    const cache = { ...store.cache, getMany: () => Promise.reject(new Error('away')) };
    const process = testProcess({ clock, store: { ...store, cache } });
    expect(await process.cache.preload(200)).toBe('away');
    await process.cache.saveHot(true);
    expect(process.faults).toEqual([]);
  });
});

describe('counting', () => {
  it('is bounded, and keeps what is hot', () => {
    const keys = createHotKeys(100);
    for (let index = 0; index < 10_000; index++) {
      keys.hit(`cold ${index}`);
      keys.hit('hot');
    }
    const taken = keys.take();
    expect(taken.size).toBeLessThanOrEqual(100);
    expect([...taken].toSorted(([, a], [, b]) => b - a)[0]?.[0]).toBe('hot');
    expect([keys.hits(), keys.take().size]).toEqual([0, 0]);
  });
});
