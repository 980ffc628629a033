import { describe, expect, it } from 'vitest';
import { parseOptions } from '../base/parse-options.ts';
import { PerfConfigError } from '../errors.ts';
import { storageSchema } from './options.ts';

const parse = (given: unknown) => parseOptions(storageSchema, given, 'storage');

describe('storageSchema', () => {
  it('takes modes, and durations as milliseconds', () => {
    expect(parse({ history: 'sticky', historyTtl: '1m', writes: 'behind' })).toEqual({
      history: 'sticky',
      historyTtl: 60_000,
      writes: 'behind',
    });
    expect(parse({})).toEqual({});
  });

  it.each([
    ['history', 'on'],
    ['writes', true],
    ['historyTtl', '2h'],
    ['historyTtl', 0],
    ['unknown', 1],
  ])('refuses %s: %j', (name, value) => {
    expect(() => parse({ [name]: value })).toThrow(PerfConfigError);
  });
});
