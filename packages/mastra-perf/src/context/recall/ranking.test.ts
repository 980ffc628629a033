import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRanking } from './ranking.ts';

describe('ranking', () => {
  it('goes down the scores, the later of equal ones first', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 3 })), (scores) => {
        const places = [...scores.keys()];
        const ranking = createRanking(Float64Array.from(scores), Int32Array.from(places));
        const sorted = places.toSorted((a, b) => scores[b]! - scores[a]! || b - a);
        expect(places.map((rank) => ranking.at(rank))).toEqual(sorted);
        expect(ranking.at(places.length)).toBeUndefined();
      }),
    );
  });

  it('reads few scores when few places are asked for', () => {
    let reads = 0;
    const scores = new Proxy(new Float64Array(10_000), {
      get: (target, name) => (reads++, Reflect.get(target, name) as unknown),
    });
    const ranking = createRanking(scores, Int32Array.from(Array(10_000).keys()));
    for (let rank = 0; rank < 100; rank++) ranking.at(rank);
    expect(reads).toBeLessThan(60_000);
  });
});
