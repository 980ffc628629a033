import { createHash } from 'node:crypto';
import { unit } from '../hash-vector.ts';

/**
 * A unit vector of the words in a text (feature hashing): texts with the same words are close, order and case do not
 * matter, texts without a word in common are near 0. It knows no meaning: synonyms are strangers.
 */
export function wordVector(text: string, dimensions: number): number[] {
  const vector = Array.from({ length: dimensions }, () => 0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const digest = createHash('sha1').update(word).digest();
    const at = digest.readUInt32LE(0) % dimensions;
    vector[at] = (vector[at] ?? 0) + (digest.readUInt8(4) & 1 ? 1 : -1);
  }
  return unit(vector);
}
