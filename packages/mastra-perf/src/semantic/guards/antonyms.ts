import type { Guard } from './guard.ts';
import { overLeftWords } from './left-words.ts';
import { isOpposite } from './lexicon/antonyms.ts';
import type { PairReader } from './pair-reading.ts';
import { singular } from './stem.ts';

/** More words than this on one side are another question anyway; the guard compares each with each. */
const MOST = 24;

/** Refuses a word on one side for its opposite on the other. */
export const antonymsGuard = (reader: PairReader): Guard =>
  overLeftWords(reader, 'antonyms', (a, b) => {
    if (a.length > MOST || b.length > MOST) return false;
    return !a.some((one) =>
      b.some((other) => isOpposite(one, other) || isOpposite(singular(one), singular(other))),
    );
  });
