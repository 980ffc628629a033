import * as vitest from 'vitest';
import { describe, expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import type { PerfStore } from '../stores/perf-store.ts';
import { memoryStoreOn } from '../stores/memory-store.ts';
import { chaosStore } from './chaos-store.ts';
import { describePerfStore } from './describe-perf-store.ts';
import { bytes, textsAt, written } from './sample-entries.ts';

describePerfStore({
  runner: vitest,
  name: 'a chaos store that nothing was said to',
  async open() {
    const clock = testClock();
    const place = memoryStoreOn(clock);
    const [store, second] = [chaosStore(place), chaosStore(place)];
    return {
      store,
      second,
      close: () => store.close(),
      advance: clock.advance,
      now: clock.now,
      breakConnection: store.gap,
    };
  },
});

function setUp() {
  const place = memoryStoreOn(testClock());
  return { place, chaos: chaosStore(place) };
}

/** How far a promise has come. */
async function stateOf(promise: Promise<unknown>): Promise<'pending' | 'resolved' | 'rejected'> {
  let state: 'pending' | 'resolved' | 'rejected' = 'pending';
  promise.then(
    () => (state = 'resolved'),
    () => (state = 'rejected'),
  );
  await settled();
  return state;
}

describe('chaosStore', () => {
  it('counts the calls of each operation, whatever becomes of them', async () => {
    const { chaos } = setUp();
    await chaos.connect();
    await chaos.cache.stamp();
    chaos.fail('cache.stamp');
    await expect(chaos.cache.stamp()).rejects.toThrow('cache.stamp failed');
    await chaos.leases?.acquire('a', 1);
    await chaos.bus?.publish('t', '1');
    await chaos.ledger?.budgets([]);
    const operations = [
      'connect',
      'cache.stamp',
      'leases.acquire',
      'bus.publish',
      'ledger.budgets',
      'cache.getMany',
      'close',
    ] as const;
    expect(operations.map(chaos.calls)).toEqual([1, 2, 1, 1, 1, 0, 0]);
  });

  it('hangs: there is no answer, and nothing is done', async () => {
    const { chaos, place } = setUp();
    const { key } = await written(place.cache);
    chaos.hang('cache.delete');
    expect(await stateOf(chaos.cache.delete([key]))).toBe('pending');
    expect(await textsAt(chaos.cache, [key])).toEqual([key]);
  });

  it('lets a request arrive when the test says so', async () => {
    const { chaos, place } = setUp();
    const { key } = await written(place.cache);
    const hold = chaos.hold('cache.getMany');
    const read = textsAt(chaos.cache, [key]);
    expect(await stateOf(read)).toBe('pending');
    expect(hold.waiting()).toBe(1);
    await place.cache.delete([key]);
    hold.release();
    expect(await read).toEqual([undefined]);
    expect(hold.waiting()).toBe(0);
    expect(await textsAt(chaos.cache, [key])).toEqual([undefined]);
  });

  it('lets an answer arrive when the test says so', async () => {
    const { chaos, place } = setUp();
    const { key } = await written(place.cache);
    const hold = chaos.hold('cache.getMany', 'answer');
    const read = textsAt(chaos.cache, [key]);
    expect(await stateOf(read)).toBe('pending');
    await place.cache.delete([key]);
    hold.release();
    expect(await read).toEqual([key]);
  });

  it('does not heal what was said about an operation while it was held', async () => {
    const { chaos } = setUp();
    const hold = chaos.hold('health');
    const health = chaos.health();
    chaos.fail('health', new Error('down'));
    hold.release();
    await health;
    await expect(chaos.health()).rejects.toThrow('down');
  });

  it('fails, and nothing is done', async () => {
    const { chaos, place } = setUp();
    const { key } = await written(place.cache);
    const error = new Error('ECONNREFUSED');
    chaos.fail('cache.delete', error);
    await expect(chaos.cache.delete([key])).rejects.toBe(error);
    expect(await textsAt(place.cache, [key])).toEqual([key]);
  });

  it('loses the answer of what was done', async () => {
    const { chaos, place } = setUp();
    const { key } = await written(place.cache);
    chaos.loseAnswer('cache.delete');
    await expect(chaos.cache.delete([key])).rejects.toThrow('the answer of cache.delete was lost');
    expect(await textsAt(place.cache, [key])).toEqual([undefined]);
  });

  it('swallows messages', async () => {
    const { chaos } = setUp();
    const heard: string[] = [];
    await chaos.bus?.subscribe('t', { message: (text) => heard.push(text), gap: () => {} });
    chaos.swallow('bus.publish');
    await chaos.bus?.publish('t', '1');
    chaos.heal('bus.publish');
    await chaos.bus?.publish('t', '2');
    expect(heard).toEqual(['2']);
  });

  it.each([
    { how: 'garbage', length: 10 },
    { how: 'truncated', length: 5 },
  ] as const)('gives $how values, and keeps the entries as they are', async ({ how, length }) => {
    const { chaos, place } = setUp();
    const { key } = await written(place.cache, { value: bytes('0123456789') });
    chaos.corrupt(how);
    const [entry, none] = await chaos.cache.getMany([{ key }, { key: 'none' }]);
    expect(entry?.value).toHaveLength(length);
    expect(entry?.value).not.toEqual(bytes('0123456789'));
    expect(none).toBeUndefined();
    expect(await textsAt(place.cache, [key])).toEqual(['0123456789']);
  });

  it('does anything else that a test says', async () => {
    const { chaos } = setUp();
    chaos.intercept('cache.stamp', async (proceed) => -((await proceed()) as number));
    expect(await chaos.cache.stamp()).toBe(-1);
  });

  it('goes wrong in everything at once, but for what is named by itself', async () => {
    const { chaos } = setUp();
    chaos.fail('*', new Error('away'));
    chaos.intercept('health', (proceed) => proceed());
    await expect(chaos.cache.stamp()).rejects.toThrow('away');
    await expect(chaos.leases?.acquire('a', 1)).rejects.toThrow('away');
    await expect(chaos.bus?.publish('t', '1')).rejects.toThrow('away');
    await expect(chaos.ledger?.release('r')).rejects.toThrow('away');
    await expect(chaos.connect()).rejects.toThrow('away');
    await chaos.health();
    chaos.heal();
    await chaos.connect();
    expect(await chaos.cache.stamp()).toBe(1);
  });

  it('tells those who listen of a gap', async () => {
    const { chaos } = setUp();
    const gaps: string[] = [];
    const listener = (name: string) => ({ message: () => {}, gap: () => gaps.push(name) });
    const end = await chaos.bus?.subscribe('t', listener('ended'));
    await chaos.bus?.subscribe('u', listener('listening'));
    await end?.();
    chaos.gap();
    expect(gaps).toEqual(['listening']);
  });

  it('has no leases, bus or ledger where the store has none', () => {
    const { leases: _leases, bus: _bus, ledger: _ledger, ...bare } = memoryStoreOn(testClock());
    const chaos: PerfStore = chaosStore(bare);
    expect('leases' in chaos || 'bus' in chaos || 'ledger' in chaos).toBe(false);
  });
});
