import { expect, test } from 'vitest';
import { isPermanent } from './is-permanent.ts';

const error = (message: string, extra: object = {}) => Object.assign(new Error(message), extra);

test.each([
  ['a thread that is not there', error('Thread t-1 not found'), true],
  ['wrapped by the storage', error('failed', { cause: error('Thread t not found') }), true],
  ['a NUL in a text of Postgres', error('invalid byte sequence', { code: '22021' }), true],
  [
    'a constraint, wrapped twice',
    error('a', { cause: error('b', { cause: error('c', { code: '23503' }) }) }),
    true,
  ],
  ['a database that is away', error('connect ECONNREFUSED', { code: 'ECONNREFUSED' }), false],
  ['a deadlock', error('deadlock detected', { code: '40P01' }), false],
  ['a full disk', error('disk full', { code: '53100' }), false],
  ['a table that is missing for now', error('relation does not exist', { code: '42P01' }), false],
  ['no error at all', undefined, false],
])('%s', (_, given, expected) => expect(isPermanent(given)).toBe(expected));

test('an error that is its own cause is looked at for a while only', () => {
  const circle = error('round');
  circle.cause = circle;
  expect(isPermanent(circle)).toBe(false);
});
