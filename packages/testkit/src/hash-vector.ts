import { createHash } from 'node:crypto';

/** A unit vector that depends on the text alone: equal texts are equal, any other text is far away. */
export function hashVector(text: string, dimensions: number): number[] {
  const raw: number[] = [];
  for (let block = 0; raw.length < dimensions; block++) {
    const digest = createHash('sha256').update(`${block}:${text}`).digest();
    for (let at = 0; at < digest.length && raw.length < dimensions; at += 4)
      raw.push(digest.readInt32LE(at) / 2 ** 31);
  }
  return unit(raw);
}

/** Scales to length 1; the zero vector stays as it is. */
export function unit(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
