import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomOf } from '../decision/test-streams.ts';
import { headScan } from './head-scan.ts';
import { memoryIndex } from './memory-index.ts';
import { createRows } from './rows.ts';
import { nearestRows } from './nearest-rows.ts';
import { clusteredVectors, turned, unit } from './test-vectors.ts';

const never = async (): Promise<void> => {
  throw new Error('so few rows need no pause');
};
/** As if no time went by. */
const clock = { monotonic: () => 0 };
const deps = { clock, pause: never, scan: headScan().scan };
const indexOf = (bounds: { maxEntries?: number; maxBytes?: number } = {}) =>
  memoryIndex({ maxEntries: 1000, maxBytes: 1e9, clock, pause: never, ...bounds });
const direction = (...values: number[]): Float32Array => unit(Float32Array.from(values));

const dot = (a: Float32Array, b: Float32Array): number => {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
};

describe('questions in memory', () => {
  it('are found by how close they are, the closest first, in their bucket only', async () => {
    const index = indexOf();
    await index.add('a', 'east', direction(1, 0));
    await index.add('a', 'north-east', direction(1, 1));
    await index.add('b', 'east of another', direction(1, 0));
    const found = await index.search('a', direction(1, 0.1), 5);
    expect(found.map(({ text }) => text)).toEqual(['east', 'north-east']);
    expect(found[0]?.similarity).toBeCloseTo(1 / Math.hypot(1, 0.1), 5);
    expect(await index.search('c', direction(1, 0), 5)).toEqual([]);
  });

  it('are there once, as they were said last', async () => {
    const index = indexOf();
    await index.add('a', 'x', direction(1, 0));
    await index.add('a', 'x', direction(0, 1));
    expect(index.size().entries).toBe(1);
    expect((await index.search('a', direction(0, 1), 5))[0]?.similarity).toBeCloseTo(1, 5);
  });

  it('of another length than before cannot be compared, and take the place of those', async () => {
    const index = indexOf();
    await index.add('a', 'x', direction(1, 0));
    await expect(index.search('a', direction(1, 0, 0), 5)).rejects.toThrow(RangeError);
    await index.add('a', 'y', direction(1, 0, 0));
    expect(await index.search('a', direction(1, 0, 0), 5)).toMatchObject([{ text: 'y' }]);
    expect(index.size().entries).toBe(1);
  });

  it('make room: the oldest of the bucket that was not used for longest go first', async () => {
    const index = indexOf({ maxEntries: 4 });
    for (const text of ['a1', 'a2']) await index.add('a', text, direction(1, 0));
    for (const text of ['b1', 'b2']) await index.add('b', text, direction(1, 0));
    await index.search('a', direction(1, 0), 1);
    await index.add('c', 'c1', direction(1, 0));
    const left = async (bucket: string) =>
      (await index.search(bucket, direction(1, 0), 9)).map(({ text }) => text).toSorted();
    expect(await left('b')).toEqual(['b2']);
    expect(await left('a')).toEqual(['a1', 'a2']);
    expect(await left('c')).toEqual(['c1']);
  });

  it('take no more memory than they may', async () => {
    const index = indexOf({ maxBytes: 200_000, maxEntries: 1e6 });
    const random = randomOf(1);
    const vectors = clusteredVectors(500, 64, random);
    for (const [at, vector] of vectors.entries()) {
      await index.add(`bucket ${at % 7}`, `question ${at}`, vector);
      expect(index.size().bytes).toBeLessThanOrEqual(200_000);
    }
    expect(index.size().entries).toBeGreaterThan(100);
    index.clear();
    expect(index.size()).toEqual({ entries: 0, bytes: 0 });
  });

  it('do what a list would do, whatever is added, found and removed', async () => {
    const step = fc.record({
      does: fc.constantFrom('add', 'remove', 'search'),
      bucket: fc.constantFrom('a', 'b'),
      text: fc.constantFrom(...Array.from({ length: 20 }, (_, at) => `text ${at}`)),
      angle: fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
        const index = indexOf();
        const list = new Map<string, Map<string, Float32Array>>([
          ['a', new Map()],
          ['b', new Map()],
        ]);
        for (const { does, bucket, text, angle } of steps) {
          const vector = direction(Math.cos(angle), Math.sin(angle));
          const own = list.get(bucket)!;
          if (does === 'add') {
            await index.add(bucket, text, vector);
            own.set(text, vector);
          } else if (does === 'remove') {
            await index.remove(bucket, text);
            own.delete(text);
          } else {
            const found = await index.search(bucket, vector, 3);
            const expected = [...own.values()]
              .map((other) => other[0]! * vector[0]! + other[1]! * vector[1]!)
              .toSorted((a, b) => b - a)
              .slice(0, 3);
            expect(found.map(({ similarity }) => similarity)).toEqual(
              expected.map((similarity) => expect.closeTo(similarity, 5)),
            );
          }
        }
        expect(index.size().entries).toBe(list.get('a')!.size + list.get('b')!.size);
      }),
      { numRuns: 100 },
    );
  });
});

describe('many questions', () => {
  it.each([128, 512])(
    'of %i dimensions are searched in rounds that find all that are close',
    async (dimensions) => {
      const random = randomOf(2);
      const rows = createRows(dimensions);
      const vectors = clusteredVectors(8000, dimensions, random);
      const asked = Array.from({ length: 20 }, (_, at) => vectors[at * 400]!);
      for (const one of asked) for (let by = 0.3; by < 1.2; by += 0.1) vectors.push(turned(one, by, random));
      for (const vector of vectors) rows.push(vector);
      for (const one of asked) {
        const exact = vectors
          .map((vector, row) => ({ row, similarity: dot(vector, one) }))
          .toSorted((a, b) => b.similarity - a.similarity)
          .slice(0, 8);
        const near = await nearestRows(rows, one, 8, deps);
        expect(near).toEqual(
          exact.map(({ row, similarity }) => ({ row, similarity: expect.closeTo(similarity, 5) })),
        );
        expect(near[7]!.similarity).toBeLessThan(0.85); // not only those that any search would find
      }
    },
  );

  it('let others have the event loop while they are searched', async () => {
    const rows = createRows(4);
    for (let at = 0; at < 100_000; at++) rows.push(direction(Math.cos(at), Math.sin(at), 1, 0));
    let [now, pauses] = [0, 0];
    await nearestRows(rows, direction(1, 0, 1, 0), 8, {
      ...deps,
      clock: { monotonic: () => now },
      scan(...block) {
        deps.scan(...block);
        now += 0.125;
      },
      pause: async () => void pauses++,
    });
    expect(pauses).toBe(12); // after each millisecond: there are 98 blocks
  });

  it('that are all alike cost no more', async () => {
    const rows = createRows(64);
    const same = unit(new Float32Array(64).fill(1));
    for (let at = 0; at < 20_000; at++) rows.push(same);
    const found = await nearestRows(rows, same, 8, deps);
    expect(found).toHaveLength(8);
  });

  it('may change while they are searched', async () => {
    const rows = createRows(8);
    const random = randomOf(3);
    const vectors = clusteredVectors(60_000, 8, random);
    for (const vector of vectors) rows.push(vector);
    let now = 0;
    const found = await nearestRows(rows, vectors[0] as Float32Array, 8, {
      ...deps,
      clock: { monotonic: () => now++ },
      async pause() {
        while (rows.count() > 10) rows.remove(rows.count() - 1);
      },
    });
    expect(found.length).toBeGreaterThan(0);
    for (const { row } of found) expect(row).toBeLessThan(10);
  });

  it('take their vectors and less than 400 bytes each beside them', async () => {
    const index = memoryIndex({ maxEntries: 1e6, maxBytes: 1e9, clock, pause: never });
    const vectors = clusteredVectors(4096, 512, randomOf(4));
    for (const [at, vector] of vectors.entries())
      await index.add('a', `a question of usual length with the number ${at}`, vector);
    expect(index.size().bytes / 4096 - 512 * 4).toBeLessThan(400);
  });
});
