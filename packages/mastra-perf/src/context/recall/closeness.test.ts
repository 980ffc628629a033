import { describe, expect, it, vi } from 'vitest';
import { closeness } from './closeness.ts';
import { createVectorRows, type VectorRows } from './vector-rows.ts';

const DIMENSIONS = 256;

/** Directions that look random and are the same each time. */
function directions(count: number): Float32Array[] {
  let seed = 1;
  const next = (): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) | 0;
    return (seed >>> 8) / 2 ** 24 - 0.5;
  };
  return Array.from({ length: count }, () => Float32Array.from({ length: DIMENSIONS }, next));
}

function filled(vectors: readonly Float32Array[]): VectorRows {
  const rows = createVectorRows();
  for (const [slot, vector] of vectors.entries()) rows.set(slot, vector);
  return rows;
}
const slotsOf = (count: number): Int32Array => Int32Array.from({ length: count }, (_, slot) => slot);

describe('closeness', () => {
  it('is how far a cosine is from the mean of all', () => {
    const scores = closeness(filled(directions(1000)), directions(1)[0]!, slotsOf(1000))!;
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const variance = scores.reduce((sum, score) => sum + score * score, 0) / scores.length;
    expect(mean).toBeCloseTo(0, 6);
    expect(variance).toBeCloseTo(1, 6);
    expect(Math.max(...scores)).toBe(scores[0]);
  });

  it('tells the cosine to a hundredth, although it keeps bytes', () => {
    const [a, b] = directions(2) as [Float32Array, Float32Array];
    const dot = (x: Float32Array, y: Float32Array): number =>
      x.reduce((sum, value, index) => sum + value * y[index]!, 0);
    const exact = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    expect(filled([a]).comparer(b)!.cosine(0)).toBeCloseTo(exact, 2);
  });

  it('says that all are alike when all are', () => {
    const one = directions(1)[0]!;
    expect([...closeness(filled([one, one, one]), one, slotsOf(3))!]).toEqual([0, 0, 0]);
  });

  it('compares exactly only the closest of a long thread, and finds them', () => {
    const vectors = directions(10_000);
    const question = vectors[0]!.map((value, index) => value + 0.3 * vectors[1]![index]!);
    const rows = filled(vectors);
    const cosine = vi.fn<(slot: number) => number>();
    const watched: VectorRows = {
      ...rows,
      comparer: (vector) => {
        const compare = rows.comparer(vector)!;
        return { ...compare, cosine: (slot) => (cosine(slot), compare.cosine(slot)) };
      },
    };
    const scores = closeness(watched, question, slotsOf(10_000))!;
    expect(cosine.mock.calls.length).toBeLessThan(1500);
    expect(scores.indexOf(Math.max(...scores))).toBe(0);
    expect(scores[0]).toBeGreaterThan(5);
  });

  it('keeps the closest of a long thread in their order', () => {
    const vectors = directions(3000);
    const question = directions(3001)[3000]!;
    const compare = filled(vectors).comparer(question)!;
    const best = [...vectors.keys()].toSorted((a, b) => compare.cosine(b) - compare.cosine(a)).slice(0, 50);
    const scores = closeness(filled(vectors), question, slotsOf(3000))!;
    const found = best.filter((place) => scores[place]! > 0);
    expect(found.length).toBeGreaterThan(45);
    expect(found).toEqual(found.toSorted((a, b) => scores[b]! - scores[a]!));
  });
});
