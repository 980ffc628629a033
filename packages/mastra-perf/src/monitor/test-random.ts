/** Numbers from 0 up to 1 that one seed repeats: an xorshift of 32 bits, good enough for shapes of distributions. */
export function testRandom(seed: number): () => number {
  let bits = seed;
  return () => {
    bits ^= bits << 13;
    bits ^= bits >>> 17;
    bits ^= bits << 5;
    return (bits >>> 0) / 2 ** 32;
  };
}
