import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { coalesce } from '../coalesce/coalesce.ts';
import { memoryStoreOn } from '../stores/memory-store.ts';
import { chaosStore } from '../testing/chaos-store.ts';
import { recorded, testProcess, using, type TestProcessOptions } from './test-process.ts';
import { jittered } from './tiers.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

/** Processes `A`, `B`, … that share a store and a clock. */
function setUp(options: Omit<TestProcessOptions, 'store' | 'clock'> = {}, count = 2) {
  const clock = testClock();
  const { store: counted, since } = recorded(memoryStoreOn(clock));
  const chaos = chaosStore(counted);
  const start = (name: string) => testProcess({ ...options, name, clock, store: chaos });
  const processes = Array.from({ length: count }, (_, index) => start('ABCD'[index]!));
  const stored = () => Promise.all(processes.map(({ background }) => background.idle()));
  const [a, b] = processes as [ReturnType<typeof start>, ReturnType<typeof start>];
  return { clock, chaos, since, a, b, processes, stored, start };
}

describe('an answer in two tiers', () => {
  it('costs one read, one stamp and one write where nobody has it yet', async () => {
    const { a, since, stored } = setUp();
    expect(await a.asks()).toEqual(['A 0', 'miss']);
    await stored();
    expect(since()).toEqual(['getMany', 'stamp', 'setMany']);
    expect(a.cache.stats()).toMatchObject({
      entries: 1,
      hits: 0,
      misses: 1,
      store: {
        hits: 0,
        misses: 1,
        writes: 1,
        refusedWrites: 0,
        lostWrites: 0,
        failedReads: 0,
        unreadable: 0,
      },
    });
  });

  it('is given from memory without touching the store', async () => {
    const { a, since, stored } = setUp();
    await a.ask();
    await stored();
    since();
    for (let time = 0; time < 5; time++) expect(await a.asks()).toEqual(['A 0', 'hit l1']);
    expect(since()).toEqual([]);
    expect(a.cache.stats()).toMatchObject({ hits: 5, misses: 1 });
    expect(a.model.asked).toHaveLength(1);
  });

  it('is found in the store by another process, and then in its memory', async () => {
    const { a, b, since, stored } = setUp();
    await a.ask();
    await stored();
    since();
    expect(await b.asks()).toEqual(['A 0', 'hit l2']);
    expect(since()).toEqual(['getMany']);
    expect(await b.asks({ method: 'generate' })).toEqual(['A 0', 'hit l1']);
    expect(since()).toEqual([]);
    expect(b.cache.stats()).toMatchObject({ entries: 1, hits: 1, misses: 1, store: { hits: 1, misses: 0 } });
    expect(b.model.asked).toEqual([]);
  });

  it('tells age and time saved by the clock of the one who stored it', async () => {
    const clock = testClock();
    const store = memoryStoreOn(clock);
    const slow = testProcess({
      clock,
      store,
      async respond() {
        clock.advance(700);
        return testProcess({ clock, name: 'slow' }).begin().reply;
      },
    });
    const other = testProcess({ clock, store });
    await slow.ask();
    await slow.background.idle();
    clock.advance(60);
    for (const tier of ['l2', 'l1']) {
      const { call, reply } = other.begin();
      await (await reply).parts.cancel();
      expect(call.facts.outcome).toEqual({ name: 'hit', tier, ageMs: 60, savedMs: 700 });
    }
  });

  it('is not shared with another process whose clock is behind as if it were from the future', async () => {
    const ahead = testClock(2_000_000);
    const behind = testClock(1_000_000);
    const store = memoryStoreOn(behind);
    const one = testProcess({ clock: ahead, store });
    const two = testProcess({ clock: behind, store });
    await one.ask();
    await one.background.idle();
    const { call, reply } = two.begin();
    await reply;
    expect(call.facts.outcome).toMatchObject({ name: 'hit', ageMs: 0 });
  });
});

describe('a hundred equal look-ups at once', () => {
  it('are one read and one stamp, and one write', async () => {
    const { a, since, stored } = setUp({
      between: ({ cache }) => [coalesce({ ...cache, clock: testClock(), settingsOf: () => ({}) })],
    });
    const answers = await Promise.all(Array.from({ length: 100 }, () => a.ask()));
    await stored();
    expect(new Set(answers)).toEqual(new Set(['A 0']));
    expect(since()).toEqual(['getMany', 'stamp', 'setMany']);
    expect(a.model.asked).toHaveLength(1);
  });

  it('are one read where the store has the answer, and get one each to keep', async () => {
    const { a, b, since, stored } = setUp();
    await a.ask();
    await stored();
    since();
    const replies = await Promise.all(Array.from({ length: 100 }, () => b.begin().reply));
    expect(since()).toEqual(['getMany']);
    const firsts = await Promise.all(
      replies.map(async ({ parts }) => (await parts.read()) as { value: object }),
    );
    expect(new Set(firsts.map(({ value }) => value)).size).toBe(100);
    expect(b.model.asked).toEqual([]);
  });

  it('are read for each list of tags: what is gone for one may stand for another', async () => {
    const { a, b, since, stored } = setUp();
    await a.ask();
    await stored();
    await a.cache.invalidate({ tags: ['x'] });
    since();
    const [plain, tagged] = await Promise.all([b.asks(), b.asks(using({ tags: ['x'] }))]);
    expect([plain, tagged]).toEqual([
      ['A 0', 'hit l2'],
      ['B 0', 'miss'],
    ]);
    expect(since().filter((name) => name === 'getMany')).toHaveLength(2);
  });
});

describe('the time in memory', () => {
  it.each([
    [0, 300_000],
    [0.999, 270_030],
  ])('of an answer that the store has is five minutes, less up to a tenth: random %d', async (random, ms) => {
    const { a, b, clock, since, stored } = setUp({ random: () => random });
    await a.ask();
    await stored();
    await b.ask();
    since();
    clock.advance(ms);
    expect([await a.asks(), await b.asks()]).toEqual([
      ['A 0', 'hit l1'],
      ['A 0', 'hit l1'],
    ]);
    clock.advance(1);
    expect([await a.asks(), await b.asks()]).toEqual([
      ['A 0', 'hit l2'],
      ['A 0', 'hit l2'],
    ]);
    // Two of them for the list of what is hot, of which each process tells once a minute.
    expect(since().filter((name) => name === 'getMany')).toHaveLength(4);
  });

  it('can be set', async () => {
    const { a, clock, stored } = setUp({ bounds: { memoryTtl: 1000 } });
    await a.ask();
    await stored();
    clock.advance(1000);
    expect((await a.asks())[1]).toBe('hit l1');
    clock.advance(1);
    expect((await a.asks())[1]).toBe('hit l2');
    expect((await a.asks())[1]).toBe('hit l1');
  });

  it('never outlasts the time of the answer', async () => {
    const { a, b, clock, stored } = setUp({ settings: { ttl: 1000 } });
    await a.ask();
    await stored();
    clock.advance(900);
    expect(await b.asks()).toEqual(['A 0', 'hit l2']);
    clock.advance(100);
    expect(await b.asks()).toEqual(['A 0', 'hit l1']);
    clock.advance(1);
    expect(await b.asks()).toEqual(['B 0', 'miss']);
  });

  it('is all of its time where there is no store', async () => {
    const alone = testProcess({ settings: { ttl: 3_600_000 } });
    await alone.ask();
    alone.clock.advance(3_600_000);
    expect(await alone.asks()).toEqual(['answer 0', 'hit l1']);
  });

  it.each([0, 0.5, 0.999])(
    'and any other is at least a millisecond, and at most what was said: random %d',
    (random) => {
      for (const ms of [0.2, 1, 2, 10, 999, 3_600_000]) {
        const time = jittered(ms, () => random);
        expect(time).toBeGreaterThanOrEqual(1);
        expect(time).toBeLessThanOrEqual(Math.max(1, ms));
        expect(time).toBeGreaterThanOrEqual(ms * 0.9 - 0.5);
      }
    },
  );
});

describe('what a call accepts', () => {
  it.each(['l1', 'l2'])('is bounded by its own time to live: %s', async (tier) => {
    const { a, b, clock, stored } = setUp();
    const asked = tier === 'l1' ? a : b;
    await a.ask();
    await stored();
    clock.advance(500);
    expect(await asked.asks(using({ ttlMs: 500 }))).toEqual(['A 0', `hit ${tier}`]);
    clock.advance(1);
    expect((await asked.asks(using({ ttlMs: 500 })))[1]).toBe('miss');
  });

  it('is no more than the answer was stored for', async () => {
    const { a, b, clock, stored } = setUp();
    await a.ask(using({ ttlMs: 500 }));
    await stored();
    clock.advance(501);
    expect(await b.asks(using({ ttlMs: 100_000 }))).toEqual(['B 0', 'miss']);
  });
});

describe('an answer that is stale in memory', () => {
  const settings = { ttl: 1000, staleWhileRevalidate: 10_000 };

  it('is replaced by a fresher one of another process', async () => {
    const { a, b, clock, since, stored } = setUp({ settings });
    await a.ask();
    await stored();
    await b.ask();
    clock.advance(1001);
    await a.ask(using({ cache: 'refresh' }));
    await stored();
    since();
    expect(await b.asks()).toEqual(['A 1', 'hit l2']);
    expect(since()).toEqual(['getMany']);
    expect(await b.asks()).toEqual(['A 1', 'hit l1']);
    expect(b.model.asked).toEqual([]);
  });

  it('stands where the store has an older one, or none', async () => {
    const { a, b, clock, chaos, stored } = setUp({ settings });
    await a.ask();
    await stored();
    const writes = chaos.hold('cache.setMany');
    clock.advance(1);
    await b.ask(using({ cache: 'refresh' })); // later than what the store has, and not there yet
    clock.advance(1001);
    expect(await b.asks()).toEqual(['B 0', 'stale l1']);
    writes.release();
    await stored();
  });
});

describe('an answer that was made', () => {
  it('takes away the copies of others where it replaces what they have', async () => {
    const { a, b, since, stored } = setUp();
    await Promise.all([a.cache.listen(), b.cache.listen()]);
    await a.ask();
    await stored();
    await b.ask();
    since();
    await a.ask(using({ cache: 'refresh' }));
    await stored();
    await settled();
    expect(since()).toEqual(['stamp', 'setMany', 'publish']);
    expect(await b.asks()).toEqual(['A 1', 'hit l2']);
    expect(await a.asks()).toEqual(['A 1', 'hit l1']);
  });

  it('tells nobody where there was nothing', async () => {
    const { a, since, stored } = setUp();
    await a.ask();
    await stored();
    await settled();
    expect(since()).not.toContain('publish');
  });

  it('is not shared, but kept here, when the store was away as it began', async () => {
    const { a, b, chaos, stored } = setUp();
    chaos.fail('cache.stamp');
    expect(await a.asks()).toEqual(['A 0', 'miss']);
    await stored();
    expect(chaos.calls('cache.setMany')).toBe(0);
    expect(await a.asks()).toEqual(['A 0', 'hit l1']);
    expect(await b.asks()).toEqual(['B 0', 'miss']);
  });

  it('is not shared when it is too large for memory', async () => {
    const { a, chaos, stored } = setUp({ bounds: { maxBytes: 500 } });
    await a.ask();
    await stored();
    expect(chaos.calls('cache.setMany')).toBe(0);
    expect(a.told).toEqual([['notStored', expect.objectContaining({ reason: 'too-large' })]]);
  });
});
