import { describe, expect, it } from 'vitest';
import { bytesOf, countMerged, readRanks } from './byte-pairs.ts';

const single = Array.from({ length: 256 }, (_, byte) => [byte]);
/** A vocabulary of all bytes and of these, the first of which is merged first. */
const vocabulary = (...tokens: string[]) => readRanks([...single, ...tokens]);

describe('countMerged', () => {
  it('merges what has the lowest rank first, not what comes first or is longest', () => {
    expect(countMerged('abc', vocabulary('bc', 'ab', 'abc'))).toBe(1);
    expect(countMerged('abc', vocabulary('bc', 'ab'))).toBe(2);
    expect(countMerged('abcd', vocabulary('bc', 'ab', 'cd'))).toBe(3);
    expect(countMerged('abcd', vocabulary('ab', 'cd', 'bc', 'abcd'))).toBe(1);
  });

  it('merges the first of equal ones first', () => {
    expect(countMerged('aaa', vocabulary('aa'))).toBe(2);
    expect(countMerged('aaab', vocabulary('aa', 'ab', 'aaab'))).toBe(1);
    expect(countMerged('a'.repeat(1000), vocabulary('aa', 'aaaa'))).toBe(250);
  });

  it('counts bytes where there is nothing to merge', () => {
    expect(countMerged('', vocabulary())).toBe(0);
    expect(countMerged('x', vocabulary('xx'))).toBe(1);
    expect(countMerged(bytesOf('路'), vocabulary())).toBe(3);
    expect(countMerged(bytesOf('路'), vocabulary('路'))).toBe(3);
    expect(countMerged(bytesOf('é'), vocabulary('é'))).toBe(1);
  });

  it('looks up at most three times for each byte, however long a run is', () => {
    const ranks = vocabulary('aa', 'aaaa', 'aaaaaaaa');
    let lookups = 0;
    const all = {
      get: (bytes: string) => {
        lookups++;
        return ranks.all.get(bytes);
      },
    } as unknown as typeof ranks.all;
    expect(countMerged('a'.repeat(16_000), { ...ranks, all })).toBe(2000);
    expect(lookups).toBeLessThan(3 * 16_000);
  });
});
