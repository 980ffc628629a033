import { expect, test } from 'vitest';
import { DeadlineExceeded } from '../../base/deadline.ts';
import { NotApplicable, reasonOf } from './reason.ts';

test('our own reasons are told in full, of others only the kind and the code', () => {
  expect(reasonOf(new NotApplicable('it is not connected'))).toBe('it is not connected');
  expect(reasonOf(new DeadlineExceeded(5))).toBe('no answer within 5 ms');
  expect(reasonOf(new TypeError('postgres://app:hunter2@db'))).toBe('TypeError');
  expect(reasonOf(Object.assign(new Error('hunter2'), { code: 'ECONNREFUSED' }))).toBe(
    'Error (ECONNREFUSED)',
  );
});

test('what is thrown may be anything, also with a secret where its kind should be', () => {
  expect(reasonOf(Object.assign(new Error('x'), { name: 'hunter2 of app', code: 'a b' }))).toBe('an error');
  expect(reasonOf('hunter2')).toBe('an error');
  expect(reasonOf(undefined)).toBe('an error');
  expect(
    reasonOf({
      get name() {
        throw new Error('hunter2');
      },
    }),
  ).toBe('an error');
});
