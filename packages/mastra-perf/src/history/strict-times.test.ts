import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStrictTimes } from './strict-times.ts';
import { createStretches } from './stretches.ts';

const message = (id: string, time: number, threadId = 't') => ({ id, threadId, createdAt: new Date(time) });
const timesOf = (messages: readonly { readonly createdAt: Date }[]): number[] =>
  messages.map(({ createdAt }) => createdAt.getTime());

describe('createStrictTimes', () => {
  it('moves what ties to the next free millisecond, in the order of the batch', () => {
    const times = createStrictTimes();
    const batch = [message('a', 100), message('b', 100), message('c', 101), message('d', 105)];
    expect(timesOf(times.place(batch))).toEqual([100, 101, 102, 105]);
    expect(timesOf(batch)).toEqual([100, 100, 101, 105]);
    expect(timesOf(times.place([message('e', 101)]))).toEqual([103]);
  });

  it('leaves alone what does not tie, and messages of other threads', () => {
    const times = createStrictTimes();
    const old = [message('a', 100), message('b', 50), message('c', 100, 'other')];
    expect(times.place(old)).toEqual(old);
    expect(times.place(old)[0]).toBe(old[0]);
  });

  it('leaves what is saved again where it is, moved or not', () => {
    const times = createStrictTimes();
    times.place([message('a', 100), message('b', 100)]);
    expect(timesOf(times.place([message('a', 100), message('b', 100)]))).toEqual([100, 101]);
    expect(timesOf(times.place([message('a', 101)]))).toEqual([101]);
  });

  it('keeps clear of messages that were read', () => {
    const times = createStrictTimes();
    times.note([message('a', 100)]);
    expect(timesOf(times.place([message('a', 100), message('b', 100)]))).toEqual([100, 101]);
  });

  it('frees the times of what is gone, or has moved to another thread', () => {
    const times = createStrictTimes();
    times.place([message('a', 100), message('b', 101), message('c', 102)]);
    times.forgetMessages(['b']);
    expect(timesOf(times.place([message('d', 101), message('e', 101)]))).toEqual([101, 103]);
    times.place([message('a', 100, 'other')]);
    expect(timesOf(times.place([message('f', 100)]))).toEqual([100]);
    times.forgetThread('t');
    expect(timesOf(times.place([message('g', 102)]))).toEqual([102]);
    times.clear();
    expect(timesOf(times.place([message('h', 100, 'other')]))).toEqual([100]);
  });

  it('leaves a message without a time to its storage', () => {
    const timeless = { id: 'a', threadId: 't' } as never;
    expect(createStrictTimes().place([timeless, timeless])).toEqual([timeless, timeless]);
  });

  it('gives strictly later times to what comes later, however fast it comes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 500 }), (steps) => {
        const times = createStrictTimes();
        let now = 1000;
        const placed = steps.flatMap((step, index) =>
          timesOf(times.place([message(`m${index}`, (now += step))])),
        );
        for (const [index, time] of placed.entries()) expect(time).toBeGreaterThan(placed[index - 1] ?? 0);
      }),
    );
  });
});

describe('createStretches', () => {
  it('knows what a set of numbers knows', () => {
    const step = fc.record({ what: fc.constantFrom('take', 'takeFrom', 'release'), number: fc.nat(30) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const stretches = createStretches(100);
        const taken = new Set<number>();
        for (const { what, number } of steps) {
          if (what === 'take') {
            stretches.take(number);
            taken.add(number);
          } else if (what === 'release') {
            stretches.release(number);
            taken.delete(number);
          } else {
            let free = number;
            while (taken.has(free)) free++;
            expect(stretches.takeFrom(number)).toBe(free);
            taken.add(free);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('forgets the lowest when there are too many', () => {
    const stretches = createStretches(2);
    for (const number of [10, 20, 30]) stretches.take(number);
    expect([20, 30, 10].map((number) => stretches.takeFrom(number))).toEqual([21, 31, 10]);
  });
});
