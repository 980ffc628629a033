import { expect, test } from 'vitest';
import { reasonOf } from './reason-of.ts';
import { until, untilWorks } from './until.ts';
import { within } from './within.ts';

test('until asks again and again, and goes on when the answer is yes', async () => {
  const answers = [false, false, true];
  let asked = 0;
  await until('it is so', () => answers[asked++] === true);
  expect(asked).toBe(3);
});

test('untilWorks takes failures as a no, and gives the answer', async () => {
  const attempts = [() => Promise.reject(new Error('refused')), () => Promise.resolve(0)];
  expect(await untilWorks('it answers', async () => attempts.shift()!())).toBe(0);
  expect(attempts).toEqual([]);
});

test('within settles as the work does, and fails when that takes too long', async () => {
  expect(await within(1000, Promise.resolve(7))).toBe(7);
  const error = new Error('refused');
  await expect(within(1000, Promise.reject(error))).rejects.toBe(error);
  await expect(within(5, new Promise(() => {}))).rejects.toThrow('not settled within 5 ms');
});

test('reasonOf gives why work was rejected, and fails when it was not', async () => {
  expect(await reasonOf(Promise.reject(7))).toBe(7);
  await expect(reasonOf(Promise.resolve(7))).rejects.toThrow('not rejected');
});
