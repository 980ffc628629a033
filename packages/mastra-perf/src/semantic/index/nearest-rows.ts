import type { Clock } from '../../base/clock.ts';
import { closestRows } from './closest-rows.ts';
import type { HeadScan } from './head-scan.ts';
import { BLOCK_ROWS, type Block, type Rows } from './rows.ts';
import { differing, HEAD_WORDS, signatureOf } from './signatures.ts';

export interface NearRow {
  readonly row: number;
  readonly similarity: number;
}

/** Of more rows than this, all are looked at by the first bits of their signature, these by all bits. */
const BY_SIGNATURE = 256;
/** And these by their vector. */
const BY_VECTOR = 48;
/** So long may a search hold the event loop before others get it, without the last rounds: they take half as long. */
const TURN_MS = 1;

export interface NearestDeps {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Lets others have the event loop for a moment. */
  readonly pause: () => Promise<void>;
  readonly scan: HeadScan['scan'];
}

/**
 * The rows that are closest to a unit vector by cosine, closest first. Where there are many, in three rounds, each of which looks closer at
 * fewer: a close one may be missed, what is found is ordered by its exact cosine. Rows that change meanwhile may be missed, or be found
 * as what they are then.
 */
export async function nearestRows(
  rows: Rows,
  vector: Float32Array,
  count: number,
  deps: NearestDeps,
): Promise<readonly NearRow[]> {
  const signature = signatureOf(vector);
  const close =
    rows.count() > BY_SIGNATURE ? await closestByHead(rows, signature, deps) : every(rows.count());
  const few = close.length > BY_VECTOR ? closestBySignature(rows, signature, close) : close;
  return closestByVector(rows, vector, few, count);
}

async function closestByHead(
  rows: Rows,
  signature: Int32Array,
  { clock, pause, scan }: NearestDeps,
): Promise<Int32Array> {
  const close = closestRows(BY_SIGNATURE, HEAD_WORDS * 32);
  let turnEnds = clock.monotonic() + TURN_MS;
  for (let block = 0; block * BLOCK_ROWS < rows.count(); block++) {
    const first = block * BLOCK_ROWS;
    const { heads } = rows.blocks[block] as Block;
    const full = Math.min(BLOCK_ROWS, rows.count() - first);
    scan(signature, heads, full, close.limit(), (place, distance) => close.add(first + place, distance));
    if (clock.monotonic() < turnEnds) continue;
    await pause();
    turnEnds = clock.monotonic() + TURN_MS;
  }
  const end = rows.count(); // some may have been taken away
  return close.rows().filter((row) => row < end);
}

function closestBySignature({ blocks }: Rows, signature: Int32Array, close: Int32Array): Int32Array {
  const words = signature.length;
  const few = closestRows(BY_VECTOR, words * 32);
  for (const row of close) {
    const { heads, tails } = blocks[Math.floor(row / BLOCK_ROWS)] as Block;
    const place = row % BLOCK_ROWS;
    const distance =
      differing(signature, 0, HEAD_WORDS, heads, place * HEAD_WORDS) +
      differing(signature, HEAD_WORDS, words, tails, place * (words - HEAD_WORDS));
    few.add(row, distance);
  }
  return few.rows();
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

const every = (count: number): Int32Array => Int32Array.from({ length: count }, (_, row) => row);
