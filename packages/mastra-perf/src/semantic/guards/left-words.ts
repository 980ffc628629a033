import type { Guard } from './guard.ts';
import type { PairReader } from './pair-reading.ts';

/** A guard over the words that each text has alone, in one form each. */
export function overLeftWords(
  { read }: PairReader,
  name: string,
  passes: (onlyA: readonly string[], onlyB: readonly string[], language: string | undefined) => boolean,
): Guard {
  return {
    name,
    passes(a, b) {
      const {
        onlyA,
        onlyB,
        a: { language },
      } = read(a, b);
      return passes(
        onlyA.map(({ exact }) => exact),
        onlyB.map(({ exact }) => exact),
        language,
      );
    },
  };
}
