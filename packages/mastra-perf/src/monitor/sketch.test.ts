import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packSketch, unpackSketch } from './sketch-codec.ts';
import { Sketch } from './sketch.ts';
import { testRandom } from './test-random.ts';

const PERCENTILES = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const;
const VALUES = 1_000_000;
/** The sketch promises 1 %. */
const ERROR = 0.01;

const sketchOf = (values: Iterable<number>): Sketch => {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return sketch;
};

/** The largest relative error of all percentiles. */
function errorOf(sketch: Sketch, sorted: Float64Array | readonly number[]): number {
  const stats = sketch.stats();
  return Math.max(
    ...Object.entries(PERCENTILES).map(([name, share]) => {
      const exact = sorted[Math.floor(share * (sorted.length - 1))]!;
      return Math.abs(stats![name as keyof typeof PERCENTILES] - exact) / exact;
    }),
  );
}

describe('percentiles of a million values are at most 1 % off', () => {
  const random = testRandom(7);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const distributions: Readonly<Record<string, () => number>> = {
    lognormal: () => Math.exp(6 + 0.8 * normal()),
    uniform: () => 1 + 9_999 * random(),
    exponential: () => -500 * Math.log(1 - random()),
    pareto: () => 20 / (1 - random()) ** (1 / 1.5),
    'hits and misses': () => (random() < 0.6 ? 0.02 + 0.1 * random() : 800 + 400 * normal() ** 2),
  };
  for (const [name, draw] of Object.entries(distributions)) {
    it(`of a ${name} distribution, also when it was counted in parts`, () => {
      const values = Float64Array.from({ length: VALUES }, draw);
      const whole = sketchOf(values);
      const merged = new Sketch();
      for (let part = 0; part < 4; part++)
        merged.merge(sketchOf(values.subarray((part * VALUES) / 4, ((part + 1) * VALUES) / 4)));
      const sorted = values.toSorted();
      expect(errorOf(whole, sorted)).toBeLessThanOrEqual(ERROR);
      expect(merged.stats()).toEqual({ ...whole.stats(), avg: expect.closeTo(whole.stats()!.avg, 6) });
      expect(whole.stats()).toMatchObject({ count: VALUES, min: sorted[0], max: sorted.at(-1) });
      expect(whole.bytes).toBeLessThan(7000);
    });
  }
});

const values = fc.array(fc.double({ min: 0.001, max: 3_000_000, noNaN: true }), {
  minLength: 1,
  maxLength: 200,
});

describe('a sketch', () => {
  it('tells percentiles within 1 % of any values, and the rest exactly', () => {
    fc.assert(
      fc.property(values, (given) => {
        const sorted = given.toSorted((a, b) => a - b);
        const sketch = sketchOf(given);
        expect(errorOf(sketch, sorted)).toBeLessThanOrEqual(ERROR);
        expect(sketch.stats()).toMatchObject({ count: given.length, min: sorted[0], max: sorted.at(-1) });
        expect(sketch.stats()!.avg).toBeCloseTo(
          given.reduce((sum, value) => sum + value, 0) / given.length,
          6,
        );
      }),
    );
  });

  it('is the same whether it counts values or merges what others have counted, packed or not', () => {
    fc.assert(
      fc.property(values, values, (some, others) => {
        const merged = sketchOf(some);
        merged.merge(unpackSketch(packSketch(sketchOf(others)))!);
        const { avg, ...whole } = sketchOf([...some, ...others]).stats()!;
        expect(merged.stats()).toEqual({ ...whole, avg: expect.closeTo(avg, 6) });
      }),
    );
  });

  it('counts any number that is not negative, and has no figures before the first one', () => {
    expect(new Sketch().stats()).toBeUndefined();
    const stats = sketchOf([0, 0, 1e-9, 1e15]).stats();
    expect(stats).toMatchObject({ count: 4, min: 0, max: 1e15, p50: expect.closeTo(0, 3) });
  });

  it('tells how many values are at most as large as some bounds', () => {
    const sketch = sketchOf([1, 2, 3, 50, 700, 1e9]);
    expect(sketch.cumulative([0.5, 1, 10, 100, 1000])).toEqual([0, 1, 3, 4, 5]);
    expect(new Sketch().cumulative([1, 2])).toEqual([0, 0]);
  });

  it('is a few bytes for a few values and a few hundred for many', () => {
    const bytes = (sketch: Sketch): number => JSON.stringify(packSketch(sketch)).length;
    expect(bytes(sketchOf([812]))).toBeLessThan(40);
    const random = testRandom(3);
    expect(bytes(sketchOf(Array.from({ length: 10_000 }, () => 300 + 5000 * random() ** 3)))).toBeLessThan(
      1000,
    );
  });

  it('is not read from what is none', () => {
    const counts = (...bytes: number[]): string => Buffer.from(bytes).toString('base64');
    const wrong: Array<[number, number, number, string]> = [
      [1, 1, 1, ''],
      [1, 1, 1, counts(5)],
      [1, 1, 1, counts(5, 0)],
      [1, 1, 1, counts(0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1)],
      [1, 1, 1, counts(0xff, 0xff, 0x7f, 1)],
      [1, 2, 1, counts(5, 1)],
      [-1, 1, 1, counts(5, 1)],
      [1, Number.NaN, 1, counts(5, 1)],
      [Infinity, 1, 1, counts(5, 1)],
    ];
    for (const packed of wrong) expect(() => unpackSketch(packed)).toThrow(RangeError);
    expect(unpackSketch([5, 5, 5, counts(5, 1)])!.count).toBe(1);
  });
});
