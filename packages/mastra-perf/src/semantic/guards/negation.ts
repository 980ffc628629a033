import type { Guard } from './guard.ts';
import { negationsIn } from './lexicon/negations.ts';
import type { PairReader } from './pair-reading.ts';
import type { Reading } from './reading.ts';

/** Refuses texts that do not say no as often. */
export function negationGuard({ read }: PairReader): Guard {
  const count = ({ tokens, language }: Reading) =>
    negationsIn(
      tokens.map(({ exact }) => exact),
      language,
    );
  return {
    name: 'negation',
    passes(a, b) {
      const pair = read(a, b);
      return count(pair.a) === count(pair.b);
    },
  };
}
