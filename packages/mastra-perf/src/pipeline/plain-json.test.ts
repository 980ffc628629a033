import { isDeepStrictEqual } from 'node:util';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { clonePlain } from './clone-plain.ts';
import { revivePlain, writePlain } from './plain-json.ts';

vi.setConfig({ testTimeout: 60_000 });

const read = (text: string): unknown => revivePlain(JSON.parse(text));
/** `toStrictEqual` takes a field called `constructor` for the class of the object. */
const expectSame = (one: unknown, other: unknown): void =>
  expect(isDeepStrictEqual(one, other) || [one, other]).toBe(true);
const again = <T extends object>(value: T): T => read(writePlain(value)) as T;

const key = fc.oneof(
  { arbitrary: fc.string({ unit: 'binary', maxLength: 4 }), weight: 3 },
  fc.constantFrom('__proto__', 'constructor', 'toJSON', '$', '$$', 'length'),
);
const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\ud83d', '\ude00', '$', '{"$":["date",0]}'),
  fc.double(),
  fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  fc.boolean(),
  fc.constant(null),
  fc.bigInt(),
  fc.date({ noInvalidDate: true }),
  fc.webUrl().map((url) => new URL(url)),
  fc.uint8Array({ maxLength: 9 }),
);

/** Objects made of fields, as JSON.parse makes them: `__proto__` is one of them. */
const fields = (value: fc.Arbitrary<unknown>): fc.Arbitrary<object> =>
  fc.array(fc.tuple(key, value), { maxLength: 4 }).map((entries) => Object.fromEntries(entries) as object);

/** What looks like our tags, in all ways that are plain data. */
const tagLike = (value: fc.Arbitrary<unknown>): fc.Arbitrary<object> =>
  fc
    .tuple(fc.constantFrom('date', 'object', 'undefined', 'number', 'bigint', 'bytes', 'url', 'other'), value)
    .map(([kind, content]) => ({ $: [kind, content] }));

const { value: anyPlain, object: anyObject } = fc.letrec<{ value: unknown; object: object }>((tie) => ({
  value: fc.oneof({ maxDepth: 4, depthSize: 'small', withCrossShrink: true }, leaf, tie('object')),
  object: fc.oneof(
    fields(tie('value')),
    fc.array(fc.oneof(tie('value'), fc.constant(undefined)), { maxLength: 4 }),
    tagLike(tie('value')),
  ),
}));

describe('plain data as JSON', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(anyObject, (value) => {
        const before = clonePlain(value);
        expectSame(again(value), value);
        expectSame(value, before);
      }),
      { numRuns: 3000 },
    );
  });

  it('is what clonePlain copies, no more and no less', () => {
    const not = fc.constantFrom<unknown>(Symbol('s'), () => 1, new Map(), new (class Answer {})());
    const mixed = fc.oneof({ arbitrary: anyPlain, weight: 9 }, not);
    fc.assert(
      fc.property(fc.array(mixed, { maxLength: 4 }), (value) => {
        let copy: unknown;
        try {
          copy = clonePlain(value);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
          expect(() => writePlain(value)).toThrow(TypeError);
          return;
        }
        expectSame(again(value), copy);
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[what: string, value: object, text: string]>([
    ['JSON', { a: [1, 'b', null, true] }, '{"a":[1,"b",null,true]}'],
    ['a date', { at: new Date(5) }, '{"at":{"$":["date",5]}}'],
    ['a date that is none', [new Date(Number.NaN)], '[{"$":["date",null]}]'],
    ['a URL', [new URL('https://a.example/x')], '[{"$":["url","https://a.example/x"]}]'],
    ['bytes', [new Uint8Array([1, 2])], '[{"$":["bytes","AQI="]}]'],
    ['bytes of a larger memory', [new Uint8Array([9, 1, 2, 9]).subarray(1, 3)], '[{"$":["bytes","AQI="]}]'],
    ['bigints', [-255n, 0n], '[{"$":["bigint","-ff"]},{"$":["bigint","0"]}]'],
    ['numbers', [Number.NaN, -0, 0], '[{"$":["number","NaN"]},{"$":["number","-0"]},0]'],
    ['a missing item', [1, undefined], '[1,{"$":["undefined"]}]'],
    ['what looks like a tag', { $: ['date', 5] }, '{"$":["object",{"$":["date",5]}]}'],
    ['a lone surrogate', ['\ud83d'], '["\\ud83d"]'],
  ])('holds %s', (_what, value, text) => {
    expect(writePlain(value)).toBe(text);
    expect(read(text)).toStrictEqual(value);
  });

  it('leaves out fields that are undefined, and only those', () => {
    expect(writePlain({ a: undefined, $: undefined, b: { c: undefined } })).toBe('{"b":{}}');
    // oxlint-disable-next-line no-sparse-arrays
    expect(again([1, , 2])).toStrictEqual([1, undefined, 2]);
  });

  it('gives bytes of their own, whatever held them', () => {
    const bytes = again([Buffer.from('ab')])[0];
    expect(bytes).toStrictEqual(new Uint8Array([97, 98]));
    expect(bytes?.buffer.byteLength).toBe(2);
  });

  it('takes plain objects of another kind', () => {
    expect(again(Object.assign(Object.create(null) as object, { a: [-0] }))).toStrictEqual({ a: [-0] });
    expect(again(runInNewContext('({ a: { b: [1, undefined] } })') as object)).toStrictEqual({
      a: { b: [1, undefined] },
    });
  });

  it('holds a bigint of a million digits', () => {
    const value = (1n << 4_000_000n) + 1n;
    expect(again([value])[0] === value).toBe(true);
  });

  it.each(['__proto__', 'constructor', 'prototype'])(
    'does not let a field called %s reach a prototype',
    (name) => {
      const text = `{"${name}":{"polluted":true,"at":{"$":["date",5]},"prototype":{"polluted":{"$":["date",5]}}},"b":{"$":["date",5]}}`;
      const value = read(text) as object;
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(Object.keys(value)).toEqual([name, 'b']);
      expect('polluted' in {}).toBe(false);
      expect('polluted' in (() => 1)).toBe(false);
      expect(writePlain(value)).toBe(text);
      expectSame(read(writePlain(value)), value);
    },
  );

  it.each([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a map', new Map()],
    ['an error', new Error('x')],
    ['a promise', Promise.resolve()],
    ['an instance of a class', new (class Answer {})()],
    ['words', new Uint16Array(1)],
    ['a method toJSON', { toJSON: () => 1 }],
  ])('cannot be %s', (_name, value) => {
    expect(() => writePlain({ deep: [value] })).toThrow(TypeError);
  });

  it('is at most as deep as what clonePlain copies', () => {
    const nested = (levels: number): object => {
      let value: object = { $: new Date(0) };
      for (let level = 0; level < levels; level++) value = level % 2 ? [value] : { $: value };
      return value;
    };
    const deepest = nested(199);
    expect(clonePlain(deepest)).toStrictEqual(deepest);
    expect(again(deepest)).toStrictEqual(deepest);
    expect(() => clonePlain(nested(200))).toThrow(TypeError);
    expect(() => writePlain(nested(200))).toThrow(/deeper than 200/);
    const cyclic: Record<string, unknown> = {};
    cyclic.self = [cyclic];
    expect(() => writePlain(cyclic)).toThrow(/deeper than 200/);
  });

  it.each([
    '{"$":0}',
    '{"$":{"0":"date","1":5}}',
    '{"$":[]}',
    '{"$":["date"]}',
    '{"$":["date","5"]}',
    '{"$":["date",5],"b":1}',
    '{"$":["url","nowhere"]}',
    '{"$":["bytes","A?I="]}',
    '{"$":["bytes",[1]]}',
    '{"$":["bigint",""]}',
    '{"$":["bigint","0x1"]}',
    '{"$":["number","1"]}',
    '{"$":["object",[]]}',
    '{"$":["object",null]}',
    '{"$":["later","x"]}',
    `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    `${'{"$":["object",'.repeat(5000)}{}${']}'.repeat(5000)}`,
    `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
  ])('is not read from %.40s', (text) => {
    expect(() => read(text)).toThrow(Error);
    expect(() => read(text)).not.toThrow(RangeError);
    expect(() => read(`[{"a":${text}}]`)).toThrow(Error);
  });
});
