import { BLOCK_ROWS, type Block, type Rows } from './rows.ts';
import { differing, HEAD_WORDS, ones, signatureOf } from './signatures.ts';

export interface NearRow {
  readonly row: number;
  readonly similarity: number;
}

/** Of more rows than this, all are looked at by the first bits of their signature, these by all bits. */
const BY_SIGNATURE = 1024;
/** And these by their vector. */
const BY_VECTOR = 128;
/** Rows that are looked at before others get the event loop: about a third of a millisecond. */
const AT_ONCE = 24 * BLOCK_ROWS;

/**
 * The rows that are closest to a unit vector by cosine, closest first. Where there are many, in three rounds, each of which looks closer at
 * fewer. `pause` lets others have the event loop; rows that change meanwhile may be missed, or be found as what they are then.
 */
export async function nearestRows(
  rows: Rows,
  vector: Float32Array,
  count: number,
  pause: () => Promise<void>,
): Promise<readonly NearRow[]> {
  const signature = signatureOf(vector);
  const close =
    rows.count() > BY_SIGNATURE ? await closestByHead(rows, signature, pause) : every(rows.count());
  const few = close.length > BY_VECTOR ? closestBySignature(rows, signature, close) : close;
  return closestByVector(rows, vector, few, count);
}

async function closestByHead(
  rows: Rows,
  signature: Int32Array,
  pause: () => Promise<void>,
): Promise<Int32Array> {
  const total = rows.count();
  const distances = new Uint8Array(total);
  const counts = new Int32Array(HEAD_WORDS * 32 + 1);
  for (let from = 0; from < total; from += AT_ONCE) {
    if (from > 0) await pause();
    headDistances(rows, signature, distances, counts, from, Math.min(from + AT_ONCE, total));
  }
  return those(
    distances,
    limitOf(counts, BY_SIGNATURE),
    BY_SIGNATURE,
    (row) => row,
    Math.min(total, rows.count()),
  );
}

/** Written out for four words: this is where the time goes. */
function headDistances(
  { blocks }: Rows,
  signature: Int32Array,
  distances: Uint8Array,
  counts: Int32Array,
  from: number,
  to: number,
): void {
  const [a = 0, b = 0, c = 0, d = 0] = signature;
  for (let first = from; first < to; first += BLOCK_ROWS) {
    const heads = blocks[first / BLOCK_ROWS]?.heads;
    if (!heads) return; // taken away meanwhile
    const last = Math.min(to, first + heads.length / HEAD_WORDS, first + BLOCK_ROWS);
    for (let row = first, at = 0; row < last; row++, at += HEAD_WORDS) {
      const distance =
        ones((heads[at] as number) ^ a) +
        ones((heads[at + 1] as number) ^ b) +
        ones((heads[at + 2] as number) ^ c) +
        ones((heads[at + 3] as number) ^ d);
      distances[row] = distance;
      counts[distance] = (counts[distance] as number) + 1;
    }
  }
}

function closestBySignature({ blocks }: Rows, signature: Int32Array, close: Int32Array): Int32Array {
  const words = signature.length;
  const distances = new Uint16Array(close.length);
  const counts = new Int32Array(words * 32 + 1);
  for (let index = 0; index < close.length; index++) {
    const row = close[index] as number;
    const { heads, tails } = blocks[Math.floor(row / BLOCK_ROWS)] as Block;
    const place = row % BLOCK_ROWS;
    const distance =
      differing(signature, 0, HEAD_WORDS, heads, place * HEAD_WORDS) +
      differing(signature, HEAD_WORDS, words, tails, place * (words - HEAD_WORDS));
    distances[index] = distance;
    counts[distance] = (counts[distance] as number) + 1;
  }
  const limit = limitOf(counts, BY_VECTOR);
  return those(distances, limit, BY_VECTOR, (index) => close[index] as number, close.length);
}

function closestByVector(
  { blocks, dimensions }: Rows,
  vector: Float32Array,
  few: Int32Array,
  count: number,
): readonly NearRow[] {
  const found: NearRow[] = [];
  for (let index = 0; index < few.length; index++) {
    const row = few[index] as number;
    const { vectors } = blocks[Math.floor(row / BLOCK_ROWS)] as Block;
    const similarity = dot(vector, vectors, (row % BLOCK_ROWS) * dimensions);
    if (found.length === count && similarity <= (found.at(-1)?.similarity ?? -1)) continue;
    const place = found.findIndex((one) => one.similarity < similarity);
    found.splice(place === -1 ? found.length : place, 0, { row, similarity });
    if (found.length > count) found.pop();
  }
  return found;
}

/** Four sums at a time: each waits for its own last addition only. */
function dot(asked: Float32Array, vectors: Float32Array, start: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const fours = asked.length - (asked.length % 4);
  let at = 0;
  for (; at < fours; at += 4) {
    a += (asked[at] as number) * (vectors[start + at] as number);
    b += (asked[at + 1] as number) * (vectors[start + at + 1] as number);
    c += (asked[at + 2] as number) * (vectors[start + at + 2] as number);
    d += (asked[at + 3] as number) * (vectors[start + at + 3] as number);
  }
  for (; at < asked.length; at++) a += (asked[at] as number) * (vectors[start + at] as number);
  return a + b + c + d;
}

/** The distance within which at least `wanted` are, or all of them, by how many there are at each. */
function limitOf(counts: Int32Array, wanted: number): number {
  let limit = 0;
  for (let reached = counts[0] as number; reached < wanted && limit < counts.length - 1;)
    reached += counts[++limit] as number;
  return limit;
}

/** Those that are nearer than the limit, and of those at the limit no more than as many again as are wanted: all may be equal. */
function those(
  distances: Uint8Array | Uint16Array,
  limit: number,
  wanted: number,
  rowOf: (index: number) => number,
  end: number,
): Int32Array {
  const found = new Int32Array(2 * wanted);
  let count = 0;
  let room = wanted;
  for (let index = 0; index < end; index++) {
    const distance = distances[index] as number;
    if (distance > limit || (distance === limit && room-- <= 0)) continue;
    found[count++] = rowOf(index);
  }
  return found.subarray(0, count);
}

const every = (count: number): Int32Array => Int32Array.from({ length: count }, (_, row) => row);
