import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { queueOnHeldStore, range, row } from './test-write-store.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

describe('writing', () => {
  it('joins what all threads have added in one turn of the event loop into one write', async () => {
    const { queue, turn, begun, held, clock } = queueOnHeldStore();
    const adding = range(100).map((n) => queue.add([row(`t${n}`, `m${n}`)]));
    await Promise.all(adding);
    expect([begun, clock.waiting()]).toEqual([[], 1]);
    await turn();
    expect(begun).toHaveLength(1);
    expect(held[0]!.rows).toHaveLength(100);
  });

  it('writes each thread apart for a store that does not join, and so many at once', async () => {
    const { queue, turn, begun, end } = queueOnHeldStore({ joins: false, maxWrites: 3 });
    for (const n of range(5)) await queue.add([row(`t${n}`, `a${n}`), row(`t${n}`, `b${n}`)]);
    await turn();
    expect(begun).toEqual(['a0 b0', 'a1 b1', 'a2 b2']);
    await end('succeed', 'a1');
    expect(begun).toEqual(['a0 b0', 'a1 b1', 'a2 b2', 'a3 b3']);
  });

  it('never has two writes of a thread under way, and keeps its order', async () => {
    const { add, begun, end } = queueOnHeldStore();
    await add(row('a', '1'));
    await add(row('a', '2'), row('b', '3'));
    await add(row('a', '4'));
    expect(begun).toEqual(['1', '3']);
    await end('succeed', '3');
    expect(begun).toEqual(['1', '3']);
    await end('succeed', '1');
    expect(begun).toEqual(['1', '3', '2 4']);
  });

  it('writes a message that is saved again in a write of its own, after the first', async () => {
    const { add, begun, end, held } = queueOnHeldStore();
    await add(row('a', '1', 'old'), row('a', '2'), row('a', '1', 'new'), row('a', '3'));
    expect(begun).toEqual(['1 2']);
    await end('succeed');
    expect(begun).toEqual(['1 2', '1 3']);
    expect(held[0]!.rows[0]!.text).toBe('new');
  });

  it('writes a message that has moved to another thread after its older version', async () => {
    const { add, begun, end, lost } = queueOnHeldStore();
    await add(row('a', '1'));
    await add(row('b', '0'), row('b', '1', 'moved'), row('b', '2'));
    expect(begun).toEqual(['1', '0']);
    await end('succeed', '0');
    expect(begun).toEqual(['1', '0']);
    await end('succeed', '1');
    expect(begun).toEqual(['1', '0', '1 2']);
    await end('succeed');
    expect(lost).toEqual([]);
  });

  it('bounds a write by messages and bytes', async () => {
    const { add, begun, end, held } = queueOnHeldStore({ bytesOf: ({ text }) => Number(text || 1) });
    await add(...range(1100).map((n) => row('a', `m${n}`)));
    expect(held.map(({ rows }) => rows.length)).toEqual([500]);
    await end('succeed');
    await end('succeed');
    expect(held.map(({ rows }) => rows.length)).toEqual([100]);
    await end('succeed');
    begun.length = 0;
    const mb = (count: number) => String(count * 1024 ** 2);
    await add(row('b', '1', mb(3)), row('b', '2', mb(1)), row('b', '3', mb(5)), row('b', '4', mb(1)));
    await end('succeed');
    await end('succeed');
    expect(begun).toEqual(['1 2', '3', '4']);
  });
});
