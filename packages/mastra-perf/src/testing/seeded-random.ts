import { randomInt } from 'node:crypto';

/** Random choices that one number repeats. */
export interface Random {
  /** A whole number from 0 up to, and without, `limit`. */
  below(limit: number): number;
  pick<T>(from: readonly T[]): T;
  /** Between `least` and `most` of them, each at most once. */
  some<T>(from: readonly T[], least: number, most: number): T[];
  /** Another source that depends on this one. */
  fork(): Random;
}

/** Runs a test with random choices. Its failure tells the seed that repeats them. */
export async function withRandom(
  seed: number | undefined,
  test: (random: Random) => Promise<void>,
): Promise<void> {
  const used = seed ?? randomInt(2 ** 32);
  try {
    await test(seededRandom(used));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${message}\n(repeat it with seed: ${used})`, { cause: error });
  }
}

export function seededRandom(seed: number): Random {
  let counter = seed | 0;
  const below = (limit: number): number => {
    // mulberry32: a counter, hashed to 32 bits.
    counter = (counter + 0x6d2b79f5) | 0;
    let bits = Math.imul(counter ^ (counter >>> 15), counter | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  return {
    below,
    pick: <T>(from: readonly T[]) => from[below(from.length)] as T,
    some(from, least, most) {
      const left = [...from];
      const count = Math.min(from.length, least + below(most - least + 1));
      return Array.from({ length: count }, () => left.splice(below(left.length), 1)).flat();
    },
    fork: () => seededRandom(below(2 ** 32)),
  };
}
