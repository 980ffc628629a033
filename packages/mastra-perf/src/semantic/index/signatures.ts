import { ones } from '../../base/ones.ts';

/** Of longer vectors only so many dimensions are compared by sign. */
const MOST_BITS = 512;

/** The first words of a signature are looked at for every vector, the others only of those that are close by them. Two vectors of a processor. */
export const HEAD_WORDS = 8;

/** 32-bit words that the signs of a vector take. */
export const signatureWords = (dimensions: number): number =>
  Math.max(HEAD_WORDS, Math.ceil(Math.min(dimensions, MOST_BITS) / 32));

/**
 * The signs of a vector, a bit for each dimension. Of two directions the share of signs that differ is about their angle over pi
 * (Charikar, "Similarity estimation techniques from rounding algorithms", 2002): a rough measure that costs a twentieth of a sum of products.
 */
export function signatureOf(vector: Float32Array): Int32Array {
  const words = new Int32Array(signatureWords(vector.length));
  for (let at = 0; at < Math.min(vector.length, MOST_BITS); at++)
    if ((vector[at] as number) > 0) words[at >> 5] = (words[at >> 5] as number) | (1 << (at & 31));
  return words;
}

/** How many bits differ between `words` from `from` to `to` and the same words of another signature. */
export function differing(
  words: Int32Array,
  from: number,
  to: number,
  other: Int32Array,
  at: number,
): number {
  let count = 0;
  for (let word = from; word < to; word++)
    count += ones((words[word] as number) ^ (other[at + word - from] as number));
  return count;
}
