import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod/mini';
import { PerfConfigError } from '../errors.ts';
import { parseOptions } from './parse-options.ts';
import { byteSize, duration, feature, flag, name, names, oneOf, options, positiveInteger } from './schema.ts';

const inner = options(() => ({
  ttl: z.optional(duration()),
  size: z.optional(byteSize()),
  mode: z.optional(oneOf('fast', 'safe')),
}));
const schema = options(() => ({
  feature: z.optional(feature(inner)),
  empty: z.optional(feature(options(() => ({})))),
  count: z.optional(positiveInteger(100)),
  on: z.optional(flag()),
  name: z.optional(name()),
  names: z.optional(names()),
  each: z.optional(
    z.record(
      z.string(),
      options(() => ({ feature: z.optional(feature(inner)) })),
      { error: 'an object of them' },
    ),
  ),
}));

function problem(given: unknown): PerfConfigError {
  try {
    parseOptions(schema, given, 'root');
  } catch (error) {
    expect(error).toBeInstanceOf(PerfConfigError);
    return error as PerfConfigError;
  }
  throw new Error('these options were accepted');
}

describe('parseOptions, given what is right', () => {
  it('resolves durations and sizes', () => {
    const parsed = parseOptions(schema, { feature: { ttl: '5m', size: '1kb' } }, 'root');
    expect(parsed).toStrictEqual({ feature: { ttl: 300_000, size: 1024 } });
    expectTypeOf(parsed.count).toEqualTypeOf<number | undefined>();
  });

  it('leaves out fields that are undefined, at every level', () => {
    expect(parseOptions(schema, { feature: undefined, on: true }, 'root')).toStrictEqual({ on: true });
    expect(parseOptions(schema, { feature: { ttl: undefined, mode: 'fast' } }, 'root')).toStrictEqual({
      feature: { mode: 'fast' },
    });
    expect(parseOptions(schema, { each: { a: { feature: undefined } } }, 'root')).toStrictEqual({
      each: { a: {} },
    });
  });

  it('does not touch what it is given', () => {
    const given = Object.freeze({ feature: Object.freeze({ ttl: '5m' }), on: undefined });
    expect(parseOptions(schema, given, 'root')).not.toBe(given);
    expect(given.feature.ttl).toBe('5m');
  });

  it.each([true, false, {}])('takes %j for a feature', (given) => {
    expect(parseOptions(schema, { feature: given, empty: given }, 'root')).toStrictEqual({
      feature: given,
      empty: given,
    });
  });
});

describe('parseOptions, given what is wrong', () => {
  const accepted = {
    duration: "a duration such as '250ms', '30s', '5m', '1h' or '7d', or a positive number of milliseconds",
    size: "a size such as '512kb', '64mb' or '1gb', or a positive whole number of bytes",
    feature: 'true, false or an object of options',
  };

  it.each<[path: string, given: unknown, accepted: string, shown: string]>([
    ['root', null, 'an object of options', 'null'],
    ['root', undefined, 'an object of options', 'undefined'],
    ['root', [{ on: true }], 'an object of options', 'an array of 1'],
    ['root.feature', { feature: 'yes' }, accepted.feature, '"yes"'],
    ['root.feature', { feature: null }, accepted.feature, 'null'],
    ['root.feature', { feature: [] }, accepted.feature, 'an array of 0'],
    ['root.feature', { feature: function cached() {} }, accepted.feature, 'a function (cached)'],
    ['root.feature', { feature: 1n }, accepted.feature, '1'],
    ['root.feature.ttl', { feature: { ttl: '5 minutess' } }, accepted.duration, '"5 minutess"'],
    ['root.feature.size', { feature: { size: 1.5 } }, accepted.size, '1.5'],
    ['root.feature.mode', { feature: { mode: 'quick' } }, "'fast' or 'safe'", '"quick"'],
    ['root.count', { count: 0 }, 'a whole number from 1 to 100', '0'],
    ['root.count', { count: 101 }, 'a whole number from 1 to 100', '101'],
    ['root.on', { on: 'true' }, 'true or false', '"true"'],
    ['root.name', { name: '  ' }, 'a text of 1 to 200 characters', '"  "'],
    ['root.name', { name: 'n'.repeat(201) }, 'a text of 1 to 200 characters', `"${'n'.repeat(80)}…"`],
    ['root.names', { names: 'kb' }, 'an array of at most 100 texts, each of 1 to 200 characters', '"kb"'],
    ['root.names[1]', { names: ['kb', 42] }, 'a text of 1 to 200 characters', '42'],
    ['root.each', { each: [] }, 'an object of them', 'an array of 0'],
    [
      'root.each["my agent"].feature.ttl',
      { each: { 'my agent': { feature: { ttl: 0 } } } },
      accepted.duration,
      '0',
    ],
    ['root.each.b', { each: { a: {}, b: true } }, 'an object of options', 'true'],
    ['root.empty.ttl', { empty: { ttl: 1 } }, 'no options here yet', '1'],
    [
      'root.onn',
      { onn: { b: 1 } },
      'one of: feature, empty, count, on, name, names, each (did you mean "on"?)',
      'an object with "b"',
    ],
    [
      'root.feature.tll',
      { feature: { tll: '5m' } },
      'one of: ttl, size, mode (did you mean "ttl"?)',
      '"(a text of 2 characters, not shown)"',
    ],
    ['root.feature["a b c d"]', { feature: { 'a b c d': 1 } }, 'one of: ttl, size, mode', '1'],
  ])('names %s for %o', (path, given, accepts, shown) => {
    const error = problem(given);
    expect(error.path).toBe(path);
    expect(error.accepted).toBe(accepts);
    expect(error.message).toBe(`${path}: expected ${accepts}, got ${shown}`);
    expect(error.code).toBe('MASTRA_PERF_CONFIG');
  });

  it('carries the very value that was wrong', () => {
    const wrong = { tll: { x: 1 } };
    expect(problem({ feature: wrong }).given).toBe(wrong.tll);
    expect(problem({ on: wrong }).given).toBe(wrong);
  });

  it('names the inner problem of a union, not the union', () => {
    expect(problem({ feature: { mode: 1, ttl: '5m' } }).path).toBe('root.feature.mode');
    expect(problem({ each: { x: { feature: { size: '1 parsec' } } } }).path).toBe('root.each.x.feature.size');
  });

  it('tells the first of several problems', () => {
    expect(problem({ on: 1, count: 0, unknown: 1 }).path).toBe('root.count');
  });
});
