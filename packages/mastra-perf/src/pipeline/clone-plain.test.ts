import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { clonePlain } from './clone-plain.ts';

vi.setConfig({ testTimeout: 60_000 });

const plain = fc.anything({
  maxDepth: 4,
  withBigInt: true,
  withDate: true,
  withNullPrototype: false,
  withUnicodeString: true,
  withSparseArray: false,
  key: fc.oneof(fc.string(), fc.constant('__proto__')),
  values: [
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.uint8Array(),
    fc.bigInt(),
  ],
});

/** Every object inside a value, itself included. */
function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...(ArrayBuffer.isView(value) ? [] : Object.values(value).flatMap(objectsIn))];
}

describe('clonePlain', () => {
  it('gives an equal value that shares no object with the first', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const copy = clonePlain(value);
        expect(copy).toStrictEqual(value);
        const originals = new Set(objectsIn(value));
        expect(objectsIn(copy).filter((object) => originals.has(object))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('copies dates, URLs and bytes', () => {
    const value = {
      date: new Date(5),
      url: new URL('https://a.example/x'),
      bytes: new Uint8Array([1, 2]),
      part: Buffer.from('ab'),
    };
    const copy = clonePlain(value);
    expect(copy).toEqual({ ...value, part: new Uint8Array([97, 98]) });
    expect([copy.date, copy.url, copy.bytes]).not.toContain(value.date);
    value.bytes[0] = 9;
    value.date.setTime(0);
    value.url.pathname = '/y';
    expect(copy).toMatchObject({ date: new Date(5), bytes: new Uint8Array([1, 2]) });
    expect(copy.url.href).toBe('https://a.example/x');
  });

  it('keeps fields that are undefined, and plain objects of another kind', () => {
    expect(clonePlain({ a: undefined })).toStrictEqual({ a: undefined });
    expect(clonePlain(Object.assign(Object.create(null), { a: [1] }))).toStrictEqual({ a: [1] });
    expect(clonePlain(runInNewContext('({ a: { b: [1] } })'))).toEqual({ a: { b: [1] } });
  });

  it('does not let a field name reach the prototype', () => {
    const copy = clonePlain(JSON.parse('{"__proto__":{"polluted":true},"a":1}') as object);
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"polluted":true},"a":1}');
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect('polluted' in copy).toBe(false);
  });

  it.each([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a map', new Map()],
    ['an error', new Error('x')],
    ['a promise', Promise.resolve()],
    ['an instance of a class', new (class Answer {})()],
    ['words', new Uint16Array(1)],
  ])('refuses %s', (_name, value) => {
    expect(() => clonePlain({ deep: [value] })).toThrow(TypeError);
  });

  it('refuses a cycle', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic.self = [cyclic];
    expect(() => clonePlain(cyclic)).toThrow(/deeper than 200/);
  });
});
