import { BUCKETS, Sketch } from './sketch.ts';

/** Sum, smallest, largest, and the counts: two whole numbers of 7 bits a byte for each, how far on from the bucket before, and how many. */
export type PackedSketch = [sum: number, min: number, max: number, counts: string];

export function packSketch(sketch: Sketch | undefined): PackedSketch | null {
  if (!sketch || sketch.count === 0) return null;
  const bytes: number[] = [];
  let last: number = BUCKETS[0];
  sketch.forEach((bucket, count) => {
    writeNumber(bytes, bucket - last);
    writeNumber(bytes, count);
    last = bucket;
  });
  return [sketch.sum, sketch.min, sketch.max, Buffer.from(bytes).toString('base64')];
}

/** @throws RangeError for what is no sketch. */
export function unpackSketch(packed: PackedSketch | null | undefined): Sketch | undefined {
  if (!packed) return undefined;
  const [sum, min, max, text] = packed;
  const bytes = Buffer.from(text, 'base64');
  const sketch = new Sketch();
  let bucket: number = BUCKETS[0];
  for (let at = 0; at < bytes.length;) {
    const gap = readNumber(bytes, at);
    const count = readNumber(bytes, gap.next);
    at = count.next;
    bucket += gap.value;
    if (bucket > BUCKETS[1] || count.value === 0) throw new RangeError('no bucket of a sketch');
    sketch.addTo(bucket, count.value);
    sketch.count += count.value;
  }
  const isRight = sketch.count > 0 && min >= 0 && min <= max && max < Infinity && sum >= 0 && sum < Infinity;
  if (!isRight) throw new RangeError('no sketch');
  sketch.sum = sum;
  sketch.min = min;
  sketch.max = max;
  return sketch;
}

function writeNumber(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}

function readNumber(bytes: Uint8Array, from: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let at = from, scale = 1; at < bytes.length && at < from + 5; at++, scale *= 0x80) {
    const byte = bytes[at] ?? 0;
    value += (byte % 0x80) * scale;
    if (byte < 0x80) return { value, next: at + 1 };
  }
  throw new RangeError('a number that does not end');
}
