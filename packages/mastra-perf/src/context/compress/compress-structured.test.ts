import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compressStructured } from './compress-structured.ts';
import { DEFAULT_MODEL, steadyCount } from './steady-count.ts';

const count = steadyCount(DEFAULT_MODEL);
const people = (many: number) =>
  Array.from({ length: many }, (_, id) => ({ id, name: `user ${id}`, note: null, tags: [] }));
const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

const anyData = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withNullPrototype: true,
  withSparseArray: true,
  withUnicodeString: true,
  maxDepth: 5,
});

describe('compressing data by its structure', () => {
  it('leaves out white space and empty fields, but no zeros, and no items of arrays', () => {
    const data = { a: 1, b: null, c: undefined, d: '', e: [], f: {}, g: 0, h: false, i: [null, ''] };
    expect(compressStructured(data)).toBe('{"a":1,"g":0,"h":false,"i":[null,""]}');
  });

  it('writes like objects as columns and rows, where that is shorter', () => {
    expect(compressStructured(people(3))).toBe(
      '{"columns":["id","name"],"rows":[[0,"user 0"],[1,"user 1"],[2,"user 2"]]}',
    );
    expect(compressStructured([{ a: 1 }, { b: 2 }, { c: 3 }])).toBe('[{"a":1},{"b":2},{"c":3}]');
    expect(compressStructured([{ a: 1 }, { a: 2 }, { a: 3 }])).toBe('[{"a":1},{"a":2},{"a":3}]');
    expect(compressStructured([{ a: 1 }, { a: 2 }])).toBe('[{"a":1},{"a":2}]');
  });

  it('takes a text that is JSON for its data, and loses no digit of a long number', () => {
    expect(compressStructured('{ "id": 12345678901234567890, "n": 1.5, "x": null }')).toBe(
      '{"id":"12345678901234567890","n":1.5}',
    );
    expect(compressStructured('[1, 2')).toBe('[1, 2');
  });

  it('keeps head and tail of a long array and says how much is left out', () => {
    const short = compressStructured(people(400), 100);
    const [, leftOut] = /… (\d+) of 400 items left out/.exec(short) ?? [];
    const { rows } = JSON.parse(short) as { rows: unknown[] };
    expect(rows.length - 1).toBe(400 - Number(leftOut));
    expect(rows[0]).toEqual([0, 'user 0']);
    expect(rows.at(-1)).toEqual([399, 'user 399']);
    expect(count(short)).toBeLessThanOrEqual(100);
    expect(count(short)).toBeGreaterThan(75);
  });

  it('cuts a long text in the middle and keeps the small fields beside it', () => {
    const short = compressStructured({ id: 7, log: 'line of a log\n'.repeat(2000), ok: true }, 60);
    expect(JSON.parse(short)).toMatchObject({ id: 7, ok: true });
    expect(short).toMatch(/… \d+ characters left out …/);
  });

  it('never splits a surrogate pair', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 3 }), (most, shift) => {
        const text = 'x'.repeat(shift) + '😀'.repeat(500);
        expect(compressStructured(text, most)).not.toMatch(LONE);
        expect(JSON.parse(`[${JSON.stringify(compressStructured({ text }, most))}]`)[0]).not.toMatch(LONE);
      }),
    );
  });

  it('never throws, fits, and gives the same each time, whatever the data', () => {
    fc.assert(
      fc.property(anyData, fc.integer({ min: 1, max: 300 }), (data, most) => {
        const short = compressStructured(data, most);
        expect(count(short)).toBeLessThanOrEqual(most);
        expect(compressStructured(data, most)).toBe(short);
        expect(typeof compressStructured(data)).toBe('string');
      }),
      { numRuns: 500 },
    );
  });

  it('loses nothing but empty fields without a budget', () => {
    const small = fc.array(fc.record({ id: fc.integer(), name: fc.string({ minLength: 1 }) }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(small, (items) => {
        const read = JSON.parse(compressStructured(items)) as
          | typeof items
          | { columns: string[]; rows: unknown[][] };
        const back = Array.isArray(read)
          ? read
          : read.rows.map((row) => Object.fromEntries(read.columns.map((name, at) => [name, row[at]])));
        expect(back).toEqual(items);
      }),
    );
  });

  it('stays JSON as long as there is room for the structure', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { minLength: 1 }),
        fc.integer({ min: 40, max: 200 }),
        (data, most) => {
          expect(() => JSON.parse(compressStructured(data, most))).not.toThrow();
        },
      ),
    );
  });

  it('has a word for all that JSON has none for', () => {
    const data = {
      big: 2n ** 70n,
      small: 5n,
      when: new Date(0),
      never: new Date(Number.NaN),
      map: new Map([['a', 1]]),
      pairs: new Map([[1, 2]]),
      set: new Set([1]),
      bytes: new Uint8Array(3),
      error: new Error('broken'),
      url: new URL('https://example.org'),
      nan: Number.NaN,
      function: () => 1,
    };
    expect(JSON.parse(compressStructured(data))).toEqual({
      big: '1180591620717411303424',
      small: 5,
      when: '1970-01-01T00:00:00.000Z',
      never: 'Invalid Date',
      map: { a: 1 },
      pairs: [[1, 2]],
      set: [1],
      bytes: '… (3 bytes)',
      error: { name: 'Error', message: 'broken' },
      url: 'https://example.org/',
      nan: 'NaN',
    });
  });

  it('marks cycles, levels that are too deep and what cannot be read, and goes on beside them', () => {
    const cyclic: Record<string, unknown> = { a: 1 };
    cyclic['self'] = cyclic;
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level++) deep = { deep };
    const bad = {
      get field(): never {
        throw new Error('no');
      },
      json: {
        toJSON() {
          throw new Error('no');
        },
      },
      proxy: new Proxy(
        {},
        {
          ownKeys() {
            throw new Error('no');
          },
        },
      ),
      good: 1,
    };
    expect(compressStructured(cyclic)).toBe('{"a":1,"self":"… (cycle)"}');
    expect(compressStructured(deep)).toContain('nested too deep');
    expect(JSON.parse(compressStructured(bad))).toEqual({
      field: '… (cannot be read)',
      json: '… (cannot be read)',
      proxy: '… (cannot be read)',
      good: 1,
    });
  });

  it('reads a bounded part of a million values, and says so', () => {
    const short = compressStructured(Array.from({ length: 1_000_000 }, (_, index) => index));
    expect(short).toMatch(/"… 8\d{5} of 1000000 items left out"\]$/);
    expect(
      compressStructured(
        Array.from({ length: 1_000_000 }, () => 1),
        100,
      ),
    ).toMatch(/[12]\d{5} of 1000000 items/);
  });

  it('keeps a field of the name __proto__ a field', () => {
    expect(compressStructured('{"__proto__": {"admin": true}}', 50)).toBe('{"__proto__":{"admin":true}}');
  });

  it('refuses a budget that is none', () => {
    for (const most of [0, -1, 1.5, Number.NaN, Infinity, '5'])
      expect(() => compressStructured([], most as number)).toThrowError(
        expect.objectContaining({ code: 'MASTRA_PERF_CONFIG', path: 'compressStructured: maxTokens' }),
      );
  });
});
