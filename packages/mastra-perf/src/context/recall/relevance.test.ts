import { describe, expect, it } from 'vitest';
import { relevance } from './relevance.ts';

const NONE = Array<number>(40).fill(0);
const match = (parts: { words?: number[]; meaning?: number[]; speaker?: number[] }) => ({
  words: Float64Array.from(parts.words ?? NONE),
  meaning: parts.meaning && Float64Array.from(parts.meaning),
  speaker: Float64Array.from(parts.speaker ?? NONE),
});
const only = (place: number, value = 1): number[] => NONE.with(place, value);

describe('relevance', () => {
  it('is nothing where nothing matches', () => {
    expect([...relevance(match({})).totals]).toEqual(NONE);
  });

  it.each(['words', 'meaning', 'speaker'] as const)('is highest where the %s match, and tells so', (part) => {
    const { totals, at } = relevance(match({ [part]: only(20) }));
    expect(totals.indexOf(Math.max(...totals))).toBe(20);
    expect(at(20)[part]).toBeGreaterThan(0);
  });

  it('spreads to both neighbours, and less the farther away', () => {
    const { totals } = relevance(match({ words: only(20) }));
    expect(totals[19]).toBe(totals[21]);
    for (const distance of [0, 1, 2, 9])
      expect(totals[20 + distance]).toBeGreaterThan(totals[21 + distance]!);
  });

  it('does not spread who speaks as if the next one did', () => {
    const { totals } = relevance(match({ speaker: only(20) }));
    expect(totals[21]! - totals[22]!).toBeLessThan(totals[20]! - totals[21]!);
  });

  it('holds nothing against the messages around one that is far from the question', () => {
    const { totals } = relevance(match({ meaning: only(20, -3) }));
    expect(totals[20]).toBeLessThan(-2);
    expect(totals[25]).toBe(0);
  });

  it('adds up to the total', () => {
    const { at } = relevance(match({ words: only(20, 0.5), meaning: only(21, 2), speaker: only(22) }));
    for (const place of NONE.keys()) {
      const { words, meaning, speaker, nearby, total } = at(place);
      expect(words + meaning + speaker + nearby).toBeCloseTo(total, 9);
    }
  });
});
