import { describe, expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import type { Bus } from '../stores/bus.ts';
import { memoryStore } from '../stores/memory-store.ts';
import { createGather } from './gather.ts';
import { rangeQuery } from './metrics-query.ts';
import { rangeCodec } from './range-codec.ts';
import { rangeOf } from './range-of.ts';
import { collectRange } from './range-part.ts';
import { createRecorder } from './recorder.ts';

const KEY = 'a'.repeat(64);

/** Processes that share a store and a clock. */
function setUp({ encryptionKeys }: { readonly encryptionKeys?: string } = {}) {
  const clock = testClock();
  const store = memoryStore();
  const [bus, cache] = [store.bus as Bus, store.cache];
  const said: string[] = [];
  void bus.subscribe('metrics', { message: (text) => said.push(text), gap: () => undefined });
  let ids = 0;
  const start = async (processId: string, keys = encryptionKeys) => {
    const recorder = createRecorder({ clock });
    const faults: unknown[] = [];
    const gather = createGather({
      clock,
      shared: { bus, cache },
      processId,
      newId: () => `id${ids++}`,
      codec: rangeCodec(keys),
      collect: (query) => collectRange(recorder, query),
      fault: (_where, error) => faults.push(error),
    });
    await gather.listen();
    const range = async (given = {}) => {
      const query = rangeQuery(given, clock.now());
      const asked = gather.ask(query);
      for (let round = 0; round < 5; round++) await settled();
      clock.advance(150);
      const { part, ...covered } = await asked;
      return rangeOf(query, part, covered);
    };
    return { recorder, gather, range, faults };
  };
  return { clock, bus, cache, start, said };
}

describe('figures of several processes', () => {
  it('are those of all that share a store', async () => {
    const { start } = setUp();
    const [a, b, c] = [await start('a'), await start('b'), await start('c')];
    for (let at = 1; at <= 50; at++) {
      a.recorder.record('call', 'miss', 'support', 'm', at);
      b.recorder.record('call', 'miss', 'support', 'm', 50 + at);
    }
    b.recorder.record('call', 'hit', 'support', 'm', 0.5);
    c.recorder.record('call', 'miss', 'legal', 'm', 7, 'error');
    c.recorder.record('store', 'getMany', '', '', 3);
    c.recorder.record('first_chunk', 'miss', 'legal', 'm', 4);
    const range = await a.range();
    expect(range).toMatchObject({ processes: 3, unreadable: 0, step: 'minute' });
    expect(range.buckets).toHaveLength(60);
    expect(range.buckets.at(-1)).toMatchObject({ calls: 102 });
    expect(range.total).toMatchObject({
      calls: 102,
      outcomes: { miss: 101, hit: 1, stale: 0, shared: 0, bypass: 0 },
      errors: 1,
      call: { count: 100, min: 1, max: 100, avg: 50.5 },
      cachedCall: { count: 1, p50: 0.5 },
      firstChunk: { count: 1, p50: 4 },
    });
    expect(Math.abs(range.total.call!.p50 - 50)).toBeLessThanOrEqual(0.5);
    expect(range.groups.map(({ agent, calls }) => [agent, calls])).toEqual([
      ['support', 101],
      ['legal', 1],
    ]);
    expect(range.operations).toMatchObject([
      { operation: 'store', name: 'getMany', count: 1, stats: { p50: 3 } },
    ]);
    expect(range.agents).toEqual(['legal', 'support']);
    // The others tell the same.
    expect(await b.range()).toEqual(range);
  });

  it('are filtered by each process', async () => {
    const { start } = setUp();
    const [a, b] = [await start('a'), await start('b')];
    for (const { recorder } of [a, b])
      for (const agent of ['support', 'legal']) recorder.record('call', 'miss', agent, 'm', 5);
    const range = await a.range({ agent: 'legal' });
    expect(range.total.calls).toBe(2);
    expect(range.agents).toEqual(['legal', 'support']);
  });

  it('cost nothing while nobody asks, and nobody is asked twice in two seconds', async () => {
    const { start, said, clock } = setUp();
    const [a] = [await start('a'), await start('b')];
    await settled();
    expect(said).toEqual([]);
    const query = rangeQuery(undefined, clock.now());
    const asked = Array.from({ length: 100 }, () => a.gather.ask(query));
    for (let round = 0; round < 5; round++) await settled();
    clock.advance(150);
    await Promise.all([...asked, a.gather.ask(query)]);
    expect(said.filter((text) => text.includes('"ask"'))).toHaveLength(1);
    expect(said.every((text) => text.length < 1000)).toBe(true);
    clock.advance(2000);
    await a.range();
    expect(said.filter((text) => text.includes('"ask"'))).toHaveLength(2);
  });

  it('are of this process alone where the store is away', async () => {
    const { start, bus, cache } = setUp();
    const [a, b] = [await start('a'), await start('b')];
    for (const { recorder } of [a, b]) recorder.record('call', 'miss', 'x', 'm', 5);
    const { getMany } = cache;
    cache.getMany = () => Promise.reject(new Error('away'));
    expect(await a.range()).toMatchObject({ processes: 1, unreadable: 1, total: { calls: 1 } });
    cache.getMany = getMany;
    bus.publish = () => Promise.reject(new Error('away'));
    expect(await b.range()).toMatchObject({ processes: 1, unreadable: 0, total: { calls: 1 } });
  });

  it('leave out what others have damaged, and count it', async () => {
    const { start, bus, cache } = setUp();
    const a = await start('a');
    a.recorder.record('call', 'miss', 'x', 'm', 5);
    const codec = rangeCodec();
    const hostile: Array<(key: string) => Uint8Array> = [
      () => new Uint8Array(0),
      () => Buffer.from('mpem'),
      () => Buffer.from('{"buckets":[]}'),
      (key) => codec.encode(collectRange(createRecorder({ clock: testClock() }), QUERY), `${key}x`),
      (key) => {
        const bytes = codec.encode(collectRange(createRecorder({ clock: testClock() }), QUERY), key);
        bytes[bytes.length - 3]! ^= 1;
        return bytes;
      },
      () => new Uint8Array(5_000_000),
    ];
    await bus.subscribe('metrics', {
      gap: () => undefined,
      async message(text) {
        const { ask } = JSON.parse(text) as { ask?: string };
        if (ask === undefined) return;
        const stamp = await cache.stamp();
        for (const [at, make] of hostile.entries()) {
          const key = `metrics:${ask}:evil${at}`;
          await cache.setMany([{ key, value: make(key), tags: [], stamp, ttlMs: 1000 }]);
          await bus.publish('metrics', JSON.stringify({ told: ask, from: `evil${at}` }));
        }
        await bus.publish('metrics', JSON.stringify({ told: ask, from: 'nobody' }));
      },
    });
    const range = await a.range();
    expect(range).toMatchObject({ processes: 1, unreadable: hostile.length + 1, total: { calls: 1 } });
    expect(a.faults).toHaveLength(hostile.length);
  });

  it('are not read from whoever has no key, where answers are encrypted', async () => {
    const { start } = setUp({ encryptionKeys: KEY });
    const [a, b, stranger] = [await start('a'), await start('b'), await start('c', 'b'.repeat(64))];
    for (const { recorder } of [a, b, stranger]) recorder.record('call', 'miss', 'x', 'm', 5);
    expect(await a.range()).toMatchObject({ processes: 2, unreadable: 1, total: { calls: 2 } });
  });

  it('do not let messages of others reach anything', async () => {
    const { start, bus, said } = setUp();
    const a = await start('a');
    const query = { from: 0, to: 60_000, step: 'minute' };
    const texts = [
      'no json',
      'null',
      '{}',
      JSON.stringify({ from: 'b', ask: 'x:../y', query }),
      JSON.stringify({ from: 'b', ask: 'x', query: { ...query, to: 1e15 } }),
      JSON.stringify({ from: 'b', ask: 'x', query: { ...query, step: 'second' } }),
      JSON.stringify({ from: 'b', ask: 'x', query: { ...query, agent: 'a'.repeat(10_000) } }),
      JSON.stringify({ from: 'b', told: 'x' }),
    ];
    for (const text of texts) await bus.publish('metrics', text);
    await settled();
    expect(said).toHaveLength(texts.length);
    for (let at = 0; at < 1000; at++)
      await bus.publish('metrics', JSON.stringify({ from: 'b', ask: `x${at}`, query }));
    for (let round = 0; round < 20; round++) await settled();
    expect(said.filter((text) => text.includes('"told"') && text.includes('"a"'))).toHaveLength(20);
    expect(a.faults).toEqual([]);
  });
});

const QUERY = rangeQuery(undefined, Date.UTC(2026, 0));
