import type { Guard } from './guard.ts';
import { overLeftWords } from './left-words.ts';
import { countsAlone, quantityOf } from './lexicon/quantifiers.ts';
import type { PairReader } from './pair-reading.ts';

/** Refuses "all" for "some", "at least" for "at most", "first" for "last", and an "only" or "except" on one side. */
export const quantifiersGuard = (reader: PairReader): Guard =>
  overLeftWords(reader, 'quantifiers', (a, b) => {
    if ([...a, ...b].some(countsAlone)) return false;
    const [inA, inB] = [quantitiesOf(a), quantitiesOf(b)];
    if (inA.size === 0 || inB.size === 0) return true;
    return inA.size === inB.size && [...inA].every((quantity) => inB.has(quantity));
  });

const quantitiesOf = (words: readonly string[]): ReadonlySet<number> =>
  new Set(words.map(quantityOf).filter((quantity) => quantity !== undefined));
