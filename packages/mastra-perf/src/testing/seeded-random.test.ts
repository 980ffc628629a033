import { expect, it } from 'vitest';
import { hostileNames } from './fresh-names.ts';
import { seededRandom, withRandom } from './seeded-random.ts';

const numbers = (seed: number, count = 1000) => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.below(100));
};

it('the same seed makes the same choices, another one others', () => {
  expect(numbers(1)).toEqual(numbers(1));
  expect(numbers(1)).not.toEqual(numbers(2));
  const random = seededRandom(1);
  const fork = random.fork();
  expect(Array.from({ length: 1000 }, () => fork.below(100))).not.toEqual(numbers(1));
});

it('every number below the limit is as likely as another one', () => {
  const seen = new Map<number, number>();
  for (const number of numbers(3, 100_000)) seen.set(number, (seen.get(number) ?? 0) + 1);
  expect([...seen.keys()].toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 100 }, (_, index) => index),
  );
  for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(200);
});

it('some are between the least and the most, each at most once', () => {
  const random = seededRandom(4);
  const from = ['a', 'b', 'c'];
  const lengths = new Set<number>();
  for (let round = 0; round < 200; round++) {
    const some = random.some(from, 0, 2);
    lengths.add(some.length);
    expect(new Set(some).size).toBe(some.length);
    expect(from).toEqual(expect.arrayContaining(some));
  }
  expect([...lengths].toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  expect(random.some(from, 3, 9)).toHaveLength(3);
  expect(from).toEqual(['a', 'b', 'c']);
});

it('a failure names the seed that was chosen', async () => {
  const failing = withRandom(undefined, async () => {
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow(/^no\n\(repeat it with seed: \d+\)$/);
});

it('hostile names differ, and are well-formed', () => {
  const names = hostileNames();
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name.isWellFormed()).toBe(true);
});
