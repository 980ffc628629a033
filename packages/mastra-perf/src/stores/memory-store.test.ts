import * as vitest from 'vitest';
import { describe, expect, it, vi } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { PerfConfigError } from '../errors.ts';
import { describePerfStore } from '../testing/describe-perf-store.ts';
import { memoryStore, memoryStoreOn, type MemoryStoreOptions } from './memory-store.ts';
import { MAX_TTL_MS } from './cache-store.ts';

describePerfStore({
  runner: vitest,
  name: 'memory, on the clock of the system',
  async open() {
    const store = memoryStore();
    return { store, second: store, close: () => store.close() };
  },
});

function setUp(options?: MemoryStoreOptions) {
  const clock = testClock();
  const store = memoryStoreOn(clock, options);
  const write = async (key: string, size: number, ttlMs = 1000) =>
    store.cache.setMany([
      { key, value: new Uint8Array(size), tags: [], stamp: await store.cache.stamp(), ttlMs },
    ]);
  const held = async (...keys: string[]) => {
    const found = await store.cache.getMany(keys.map((key) => ({ key })));
    return keys.filter((_, index) => found[index]).join('');
  };
  return { clock, store, write, held };
}

describe('the entries of memoryStore', () => {
  it('are served until their time has passed, and not longer', async () => {
    const { clock, write, held } = setUp();
    await write('a', 1, 1000);
    clock.advance(1000);
    expect(await held('a')).toBe('a');
    clock.advance(1);
    expect(await held('a')).toBe('');
  });

  it.each([0, -1, Number.NaN])('are refused with a time to live of %d', async (ttlMs) => {
    const { write, held } = setUp();
    expect(await write('a', 1, ttlMs)).toEqual([false]);
    expect(await held('a')).toBe('');
  });

  it('live for 30 days at the longest', async () => {
    const { clock, write, held } = setUp();
    await write('a', 1, Number.POSITIVE_INFINITY);
    clock.advance(MAX_TTL_MS + 1);
    expect(await held('a')).toBe('');
  });

  it('go when there is no room for more of them, the least recently used first', async () => {
    const { write, held } = setUp({ maxEntries: 2 });
    await write('a', 1);
    await write('b', 1);
    await held('a');
    await write('c', 1);
    expect(await held('a', 'b', 'c')).toBe('ac');
  });

  it('go when there is no room for more bytes, those of keys and tags counted', async () => {
    const { store, write, held } = setUp({ maxBytes: '1kb' });
    await write('a', 500);
    await write('b', 500);
    expect(await held('a', 'b')).toBe('ab');
    const stamp = await store.cache.stamp();
    const tags = ['x'.repeat(500)];
    await store.cache.setMany([{ key: 'c', value: new Uint8Array(1), tags, stamp, ttlMs: 1000 }]);
    expect(await held('a', 'b', 'c')).toBe('bc');
  });

  it('that are larger than all the room are refused, and what they replace is gone', async () => {
    const { write, held } = setUp({ maxBytes: 100 });
    await write('a', 10);
    await write('b', 10);
    expect(await write('a', 100)).toEqual([false]);
    expect(await held('a', 'b')).toBe('b');
  });
});

describe('an entry that was invalidated', () => {
  it('is not in the way of an earlier one that was not', async () => {
    const { cache } = memoryStoreOn(testClock());
    const entry = async (tag: string) => ({
      key: 'k',
      value: new Uint8Array(1),
      tags: [tag],
      stamp: await cache.stamp(),
      ttlMs: 1000,
    });
    const [earlier, later] = [await entry('a'), await entry('b')];
    expect(await cache.setMany([later])).toEqual([true]);
    await cache.invalidateTags(['b']);
    expect(await cache.setMany([earlier])).toEqual([true]);
    expect(await cache.getMany([{ key: 'k' }])).toMatchObject([{ tags: ['a'] }]);
  });
});

describe('the leases of memoryStore', () => {
  it('end when their time has passed, and not earlier', async () => {
    const { clock, store } = setUp();
    await store.leases?.acquire('a', 1000);
    clock.advance(999);
    expect(await store.leases?.acquire('a', 1000)).toEqual({ granted: false, expiresInMs: 1 });
    clock.advance(1);
    expect(await store.leases?.acquire('a', 1000)).toMatchObject({ granted: true });
  });
});

describe('the leases of memoryStore, when many are never given back', () => {
  it('are held on, each for its time', async () => {
    const { clock, store } = setUp();
    await store.leases?.acquire('long', 60_000);
    for (let round = 0; round < 5000; round++) {
      await store.leases?.acquire(`short ${round}`, 5);
      clock.advance(1);
    }
    const attempts = ['long', 'short 0', 'short 4990', 'short 4999'].map(async (name) =>
      store.leases?.acquire(name, 1),
    );
    const granted = (await Promise.all(attempts)).map((attempt) => attempt?.granted);
    expect(granted).toEqual([false, true, true, false]);
  });
});

describe('the bus of memoryStore', () => {
  it('goes on, with a warning, when a listener throws', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const { bus } = memoryStore();
    const heard: string[] = [];
    const gap = vi.fn<() => void>();
    await bus?.subscribe('t', { message: () => expect.unreachable('a mistake of the listener'), gap });
    await bus?.subscribe('t', { message: (text) => heard.push(text), gap });
    await bus?.publish('t', '1');
    expect(heard).toEqual(['1']);
    expect(warned.mock.calls).toEqual([
      [
        expect.stringMatching(/topic 't'.*a mistake of the listener/),
        expect.objectContaining({ code: 'MASTRA_PERF_LISTENER' }),
      ],
    ]);
    expect(gap).not.toHaveBeenCalled();
  });

  it('delivers nothing that is under way when a subscription ends', async () => {
    const { bus } = memoryStore();
    const heard: string[] = [];
    const end = await bus?.subscribe('t', { message: (text) => heard.push(text), gap: () => {} });
    const published = bus?.publish('t', '1');
    await end?.();
    await published;
    expect(heard).toEqual([]);
  });

  it('delivers before publish resolves', async () => {
    const { bus } = memoryStore();
    const heard: string[] = [];
    await bus?.subscribe('t', { message: (text) => heard.push(text), gap: () => {} });
    await bus?.publish('t', '1');
    expect(heard).toEqual(['1']);
  });
});

describe('the options of memoryStore', () => {
  it.each([
    [{ maxBytes: '64 megabytes' }, 'memoryStore.maxBytes'],
    [{ maxEntries: 0 }, 'memoryStore.maxEntries'],
    [{ maxEntries: 10_000_001 }, 'memoryStore.maxEntries'],
    [{ maxEntires: 10 }, 'memoryStore.maxEntires'],
    [null, 'memoryStore'],
  ])('%j is refused, by name', (given, path) => {
    expect(() => memoryStore(given as MemoryStoreOptions)).toThrow(PerfConfigError);
    expect(() => memoryStore(given as MemoryStoreOptions)).toThrow(
      expect.objectContaining({ path }) as Error,
    );
  });
});
