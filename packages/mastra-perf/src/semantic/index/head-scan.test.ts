import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { closestRows } from './closest-rows.ts';
import { headScan, plainScan, vectorScan, type HeadScan } from './head-scan.ts';
import { BLOCK_ROWS } from './rows.ts';
import { HEAD_WORDS } from './signatures.ts';

afterEach(() => vi.unstubAllGlobals());

type Found = readonly (readonly [place: number, distance: number])[];

function scanned(
  { scan }: HeadScan,
  asked: Int32Array,
  heads: Int32Array,
  count: number,
  limit: number,
): Found {
  const found: [number, number][] = [];
  scan(asked, heads, count, limit, (place, distance) => void found.push([place, distance]));
  return found;
}

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const words = (length: number): fc.Arbitrary<Int32Array> =>
  fc
    .array(fc.oneof(word, fc.constantFrom(0, -1)), { minLength: length, maxLength: length })
    .map((array) => Int32Array.from(array));

describe('a look at the heads of a block', () => {
  it('with vector instructions finds what the plain loop finds', () => {
    const vectors = vectorScan();
    if (!vectors) throw new Error('this Node.js has no WebAssembly with vectors');
    const blocks = fc.integer({ min: 0, max: 40 }).chain((rows) =>
      fc.record({
        asked: words(HEAD_WORDS),
        heads: words(rows * HEAD_WORDS),
        count: fc.integer({ min: 0, max: rows }),
        limit: fc.integer({ min: -1, max: HEAD_WORDS * 32 }),
      }),
    );
    fc.assert(
      fc.property(blocks, ({ asked, heads, count, limit }) => {
        expect(scanned(vectors, asked, heads, count, limit)).toEqual(
          scanned(plainScan(), asked, heads, count, limit),
        );
      }),
    );
  });

  it('sees all of a full block, and its last one', () => {
    const heads = new Int32Array(BLOCK_ROWS * HEAD_WORDS).fill(-1);
    heads.fill(0, (BLOCK_ROWS - 1) * HEAD_WORDS);
    const asked = new Int32Array(HEAD_WORDS);
    for (const way of [headScan(), plainScan()]) {
      expect(scanned(way, asked, heads, BLOCK_ROWS, HEAD_WORDS * 32)).toHaveLength(BLOCK_ROWS);
      expect(scanned(way, asked, heads, BLOCK_ROWS, HEAD_WORDS * 32 - 1)).toEqual([[BLOCK_ROWS - 1, 0]]);
    }
  });

  it.each([
    ['there is none', undefined],
    [
      'the host forbids it',
      {
        Module: class {
          constructor() {
            throw new EvalError('code generation is not allowed');
          }
        },
      },
    ],
  ])('goes without WebAssembly where %s', (_why, assembly) => {
    vi.stubGlobal('WebAssembly', assembly);
    expect(vectorScan()).toBeUndefined();
    const heads = Int32Array.from({ length: 2 * HEAD_WORDS }, (_, at) => (at < HEAD_WORDS ? 0 : 1));
    expect(scanned(headScan(), new Int32Array(HEAD_WORDS), heads, 2, 255)).toEqual([
      [0, 0],
      [1, HEAD_WORDS],
    ]);
  });
});

describe('the closest of many rows', () => {
  it('are those that a sort would put first, in the order in which they came', () => {
    const most = 20;
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: most }), { maxLength: 200 }),
        fc.integer({ min: 1, max: 12 }),
        (distances, wanted) => {
          const close = closestRows(wanted, most);
          distances.forEach((distance, row) => {
            if (distance <= close.limit()) close.add(row, distance);
          });
          const expected = distances
            .map((distance, row) => ({ distance, row }))
            .toSorted((a, b) => a.distance - b.distance)
            .slice(0, wanted)
            .map(({ row }) => row);
          expect([...close.rows()]).toEqual(expected.toSorted((a, b) => a - b));
        },
      ),
    );
  });
});
