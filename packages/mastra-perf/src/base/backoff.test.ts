import { describe, expect, it } from 'vitest';
import { createBackoff } from './backoff.ts';

const take = (count: number, random: () => number): number[] => {
  const backoff = createBackoff({ firstMs: 250, maxMs: 5000, random });
  return Array.from({ length: count }, () => backoff.next());
};

describe('createBackoff', () => {
  it('doubles each wait up to the most', () => {
    expect(take(7, () => 0)).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
  });

  it('takes up to one half off each wait', () => {
    expect(take(3, () => 0.5)).toEqual([187.5, 375, 750]);
    expect(take(1, () => 0.999_999)[0]).toBeGreaterThan(125);
  });

  it('starts with the first wait again after a reset', () => {
    const backoff = createBackoff({ firstMs: 250, maxMs: 5000, random: () => 0 });
    backoff.next();
    backoff.next();
    backoff.reset();
    expect([backoff.next(), backoff.next()]).toEqual([250, 500]);
  });
});
