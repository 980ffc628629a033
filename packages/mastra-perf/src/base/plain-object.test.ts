import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { isPlainObject } from './plain-object.ts';

class Point {
  readonly x = 1;
}

it.each<[what: string, value: object, isPlain: boolean]>([
  ['what braces make', {}, true],
  ['what JSON makes', JSON.parse('{ "__proto__": 1 }') as object, true],
  ['what has no prototype', Object.create(null) as object, true],
  ['what another realm makes', runInNewContext('({ a: 1 })') as object, true],
  ['an instance of a class', new Point(), false],
  ['what has a plain object for its prototype', Object.create({ a: 1 }) as object, false],
  ['a date', new Date(0), false],
  ['a map', new Map(), false],
  ['a function', () => 1, false],
  ['a list of another realm', runInNewContext('[]') as object, false],
])('%s: %s', (_what, value, isPlain) => {
  expect(isPlainObject(value)).toBe(isPlain);
});
