import { gate } from '@mastra-perf/testkit';
import { describe, expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import type { CacheStore } from '../stores/cache-store.ts';
import { memoryStoreOn } from '../stores/memory-store.ts';
import { pass, testEmbeddings, testModel, vectorOf } from './test-embeddings.ts';

/* Vectors in a store that processes share. */

function recorded(store: CacheStore) {
  const operations: string[] = [];
  const sizes: number[] = [];
  return {
    operations,
    sizes,
    store: new Proxy(store, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: unknown[]) => unknown;
        return (...args: unknown[]) => {
          operations.push(String(name));
          if (Array.isArray(args[0])) sizes.push(args[0].length);
          return method(...args);
        };
      },
    }),
  };
}

function pair(options: Parameters<typeof testEmbeddings>[0] = {}) {
  const clock = testClock();
  const { store, operations, sizes } = recorded(memoryStoreOn(clock).cache);
  return {
    clock,
    store: options.store ?? store,
    operations,
    sizes,
    start: () => testEmbeddings({ clock, store, ...options }),
  };
}

describe('a store', () => {
  it('is read once for all that is asked for at the same moment, and written once for each request', async () => {
    const { start, operations } = pair();
    const { begin, ask } = start();
    const more = [begin(['a', 'b']), begin(['b', 'c'])];
    await ask(['d']);
    await Promise.all(more);
    expect(operations).toEqual(['getMany', 'stamp', 'setMany']);
  });

  it('gives another process the vectors, and what they have cost', async () => {
    const { start, operations } = pair();
    await start().ask(['a', 'bb']);
    operations.length = 0;
    const other = start();
    expect(await other.ask(['bb', 'a', 'c'])).toMatchObject({
      embeddings: ['bb', 'a', 'c'].map(vectorOf),
      usage: { tokens: 1 },
      providerMetadata: { mastraPerf: { texts: 3, fromCache: 2, shared: 0 } },
    });
    expect(other.model.asked).toEqual([['c']]);
    expect(other.savings).toEqual([[2, 3]]);
    expect(operations).toEqual(['getMany', 'stamp', 'setMany']);
    await other.ask(['a', 'bb', 'c']); // from memory
    expect(operations).toHaveLength(3);
    expect(other.embeddings.stats()).toMatchObject({
      texts: 6,
      hits: 3,
      storeHits: 2,
      store: { hits: 2, misses: 1, writes: 1, unreadable: 0 },
    });
  });

  it('is asked for 64 vectors at a time at most', async () => {
    const { start, sizes } = pair();
    const texts = Array.from({ length: 150 }, (_, at) => `text ${at}`);
    await start().ask(texts);
    sizes.length = 0;
    const other = start();
    await other.ask(texts);
    expect(sizes).toEqual([64, 64, 22]);
    expect(other.model.asked).toEqual([]);
  });

  it.each(['getMany', 'setMany', 'stamp'] as const)('that fails with %s fails no call', async (method) => {
    const clock = testClock();
    const store = { ...memoryStoreOn(clock).cache, [method]: () => Promise.reject(new Error('away')) };
    const { ask, embeddings, model, faults } = testEmbeddings({ clock, store });
    expect(await ask(['a'])).toMatchObject({ embeddings: [vectorOf('a')] });
    expect(await ask(['a'])).toMatchObject({ embeddings: [vectorOf('a')] });
    expect(model.asked).toHaveLength(1);
    expect(embeddings.stats().store).toMatchObject(
      { getMany: { failedReads: 1 }, setMany: { lostWrites: 1 }, stamp: { writes: 0 } }[method],
    );
    expect(faults).toEqual([]);
  });

  it('is not believed what it cannot have been given', async () => {
    const clock = testClock();
    const inner = memoryStoreOn(clock).cache;
    const store: CacheStore = {
      ...inner,
      setMany: (writes) =>
        inner.setMany(
          writes.map((write) => ({ ...write, value: Uint8Array.from(write.value, (byte) => byte ^ 1) })),
        ),
    };
    await testEmbeddings({ clock, store }).ask(['a']);
    const { ask, unreadable, model, embeddings } = testEmbeddings({ clock, store });
    expect(await ask(['a'])).toMatchObject({ embeddings: [vectorOf('a')] });
    expect(unreadable).toEqual(['foreign']);
    expect(model.asked).toEqual([['a']]);
    expect(embeddings.stats().store).toMatchObject({ unreadable: 1 });
  });

  it('with encrypted vectors is of use to those who have the key', async () => {
    const { start, store, clock } = pair({ encryptionKeys: 'a'.repeat(64) });
    await start().ask(['a']);
    const friend = start();
    await friend.ask(['a']);
    expect(friend.model.asked).toEqual([]);
    const stranger = testEmbeddings({ clock, store });
    await stranger.ask(['a']);
    expect(stranger.unreadable).toEqual(['unknown-key']);
    expect(stranger.model.asked).toEqual([['a']]);
  });

  it('that has yet to be told that they are gone gives none', async () => {
    const { start, store, clock } = pair();
    await start().ask(['a']);
    const owing = testEmbeddings({ clock, store, owes: () => true });
    await owing.ask(['a']);
    expect(owing.model.asked).toEqual([['a']]);
  });
});

describe('vectors that were taken away', () => {
  it('are not given any more, nor are those that were under way', async () => {
    const door = gate();
    const model = testModel({
      async answer({ values }) {
        if (values.includes('b')) await door.wait();
        return { embeddings: values.map(vectorOf) };
      },
    });
    const { start, store, clock } = pair({ model });
    const one = start();
    await one.ask(['a']);
    const before = one.begin(['b']);
    await pass(clock);
    await store.clear();
    one.embeddings.forget('all');
    const after = one.begin(['b']); // does not join the one from before
    await pass(clock);
    expect(model.asked).toEqual([['a'], ['b'], ['b']]);
    door.open();
    await Promise.all([before, after]);
    await one.ask(['a', 'b']);
    expect(model.asked).toEqual([['a'], ['b'], ['b'], ['a']]);
  });

  it('while they were made are given to who asked for them, and to nobody else', async () => {
    const door = gate();
    const model = testModel({
      async answer({ values }) {
        await door.wait();
        return { embeddings: values.map(vectorOf) };
      },
    });
    const { start, store, clock } = pair({ model });
    const one = start();
    const before = one.begin(['a']);
    await pass(clock);
    await store.clear();
    one.embeddings.forget('all');
    door.open();
    expect(await before).toMatchObject({ embeddings: [vectorOf('a')] });
    await pass(clock);
    expect(one.embeddings.stats()).toMatchObject({ entries: 0, store: { writes: 0, refusedWrites: 1 } });
    await one.ask(['a']);
    expect(model.asked).toEqual([['a'], ['a']]);
  });

  it('while nobody could tell this process are not given after it has caught up', async () => {
    const { start, store } = pair();
    const one = start();
    await one.ask(['a']);
    await one.embeddings.catchUp();
    await one.ask(['a']);
    expect(one.model.asked).toHaveLength(1); // still current
    await store.clear();
    await one.embeddings.catchUp();
    await one.ask(['a']);
    expect(one.model.asked).toHaveLength(2);
  });

  it('of a model with vectors of another length are gone for other processes as well', async () => {
    let length = 4;
    const model = testModel({
      answer: async ({ values }) => ({ embeddings: values.map((text) => vectorOf(text).slice(0, length)) }),
    });
    const { start, store } = pair({ model });
    const lengths = async (of: ReturnType<typeof start>, texts: readonly string[]) =>
      (await of.ask(texts)).embeddings.map((vector) => vector.length);
    const one = start();
    expect(await lengths(one, ['a', 'b'])).toEqual([4, 4]);
    length = 3;
    expect(await lengths(one, ['new'])).toEqual([3]);
    expect(await lengths(start(), ['a', 'b'])).toEqual([3, 3]);
    length = 2;
    // A store that takes its time: nothing is read from it before it knows.
    const slow = {
      ...store,
      invalidateTags: (tags: readonly string[]) => settled().then(() => store.invalidateTags(tags)),
    };
    const other = pair({ model, store: slow }).start();
    expect(await lengths(other, ['a', 'newer'])).toEqual([2, 2]);
  });

  it('are not more than the store takes: the next request waits until it has those of the last', async () => {
    const door = gate();
    const { store, clock } = pair();
    const slow: CacheStore = { ...store, setMany: (writes) => door.wait().then(() => store.setMany(writes)) };
    const { begin, model } = testEmbeddings({
      clock,
      store: slow,
      bounds: { maxParallel: 1, maxBatchTexts: 1 },
    });
    const replies = [begin(['a']), begin(['b'])];
    await pass(clock);
    expect(model.asked).toEqual([['a']]);
    expect(await replies[0]).toMatchObject({ embeddings: [vectorOf('a')] });
    door.open();
    await pass(clock);
    expect(await replies[1]).toMatchObject({ embeddings: [vectorOf('b')] });
  });
});
