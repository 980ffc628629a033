import { expect, test } from 'vitest';
import { mostOverRate } from './hammer-rate.ts';

const rate = { name: 'r', perMinute: 60, burst: 2 };
const at = (ms: number, amount = 1, unsure = 0) => ({ amount, from: ms, to: ms + unsure });

test('finds the window in which most was granted, wherever it is', () => {
  expect(mostOverRate([at(0), at(0), at(1000), at(2000)], rate)).toBe(0);
  expect(mostOverRate([at(0), at(0), at(0), at(60_000)], rate)).toBe(1);
  expect(mostOverRate([at(0), at(30_000), at(30_000), at(30_500, 2)], rate)).toBe(1.5);
});

test('holds against nobody what may have been later', () => {
  expect(mostOverRate([at(0), at(0), at(0, 1, 1000)], rate)).toBe(0);
});
