import { describe, expect, it } from 'vitest';
import { createTextCounts, newWork } from './text-counts.ts';

const TEXT = 'a text that is long enough to be remembered';

/** Every four characters are a token; the estimate says every eight. */
function counting() {
  const encoded: number[] = [];
  const counts = createTextCounts(
    (text) => text.length / 8,
    (text) => {
      encoded.push(text.length);
      return Math.ceil(text.length / 4);
    },
  );
  return { counts, encoded, sum: () => encoded.reduce((sum, length) => sum + length, 0) };
}

describe('counts of texts', () => {
  it('encodes a text once, also when it was made anew', () => {
    const { counts, encoded } = counting();
    const first = counts.count(TEXT, newWork());
    expect(first).toEqual({ tokens: 11, isEncoded: true });
    expect(counts.count([...TEXT].join(''), newWork())).toEqual(first);
    expect(encoded).toHaveLength(1);
    counts.count(`${TEXT}!`, newWork());
    expect(encoded).toHaveLength(2);
  });

  it('encodes 64k characters of a text above 256k, and tells the rest from them', () => {
    const { counts, sum } = counting();
    const text = 'x'.repeat(4 * 1024 ** 2);
    const { tokens, isEncoded } = counts.count(text, newWork());
    expect(sum()).toBeLessThanOrEqual(256 * 1024);
    expect(isEncoded).toBe(false);
    expect(tokens).toBe(text.length / 4);
    counts.count(text, newWork());
    expect(sum()).toBeLessThanOrEqual(64 * 1024);
  });

  it('encodes at most 256k characters in one go, and goes on the next time', () => {
    const { counts, sum } = counting();
    const texts = Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(10_000, 'x'));
    const round = (): boolean[] => {
      const work = newWork();
      return texts.map((text) => counts.count(text, work).isEncoded);
    };
    expect(round().filter(Boolean)).toHaveLength(26);
    expect(sum()).toBeLessThanOrEqual(256 * 1024);
    const encoded = [round(), round(), round(), round(), round()].at(-1);
    expect(encoded?.every(Boolean)).toBe(true);
    expect(sum()).toBeGreaterThanOrEqual(1_000_000);
  });

  it('estimates without an encoder, a token at least for any text', () => {
    const counts = createTextCounts((text) => text.length / 100);
    expect(counts.count('', newWork()).tokens).toBe(0);
    expect(counts.count('a', newWork())).toEqual({ tokens: 1, isEncoded: false });
    expect(counts.count('a'.repeat(1000), newWork())).toEqual({ tokens: 10, isEncoded: false });
  });

  it('looks at 10,000 texts in one go, and tells further ones from their length', () => {
    const { counts, encoded } = counting();
    const work = newWork();
    const texts = Array.from({ length: 12_000 }, (_, index) => `${index}`.padEnd(20, 'x'));
    const told = texts.map((text) => counts.count(text, work));
    expect(encoded).toHaveLength(10_000);
    expect(told.at(-1)).toEqual({ tokens: 5, isEncoded: false, isRough: true });
    // What was told from the length is not remembered.
    expect(counts.count(texts.at(-1)!, newWork())).toEqual({ tokens: 5, isEncoded: true });
  });

  it('remembers a bounded number of texts', () => {
    const { counts, encoded } = counting();
    const texts = Array.from({ length: 30_000 }, (_, index) => `${TEXT} ${index}`);
    for (const text of texts) counts.count(text, newWork());
    expect(encoded).toHaveLength(30_000);
    for (const text of texts.toReversed()) counts.count(text, newWork());
    expect(encoded).toHaveLength(40_000);
  });
});
