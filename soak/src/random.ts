/** Random choices that one number repeats. */
export interface Random {
  /** From 0 up to, and without, 1. */
  next(): number;
  /** A whole number from 0 up to, and without, `limit`. */
  below(limit: number): number;
  pick<T>(from: readonly T[]): T;
  /** Another source that depends on this one: who draws from it does not change what others draw. */
  fork(): Random;
}

/** mulberry32: a counter, hashed to 32 bits. */
export function seeded(seed: number): Random {
  let counter = seed | 0;
  const next = (): number => {
    counter = (counter + 0x6d2b79f5) | 0;
    let bits = Math.imul(counter ^ (counter >>> 15), counter | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    pick: <T>(from: readonly T[]) => from[below(from.length)] as T,
    fork: () => seeded(below(2 ** 32)),
  };
}
