import { isFreeIn, pairReadingOf, type PairReading } from './pair-reading.ts';
import type { Reading, Token } from './reading.ts';
import { hasSameWords } from './words.ts';

/** What a pair's score is made of. */
export interface PairFeatures {
  /** Of the vectors, as it was given. */
  readonly similarity: number;
  /** Whether every word that counts has its match on the other side. */
  readonly isExplained: boolean;
  /** Of the words of both as they are written, the share that both have; from 0 to 1. */
  readonly overlap: number;
  /** "How do I" on one side, "how do you" on the other. */
  readonly isOtherPerson: boolean;
  /** A plural on one side for a singular on the other. */
  readonly isOtherNumber: boolean;
  /** Words that count and have no match, on both sides. */
  readonly unmatched: number;
}

/** Two texts as numbers. `similarity` is the cosine of the vectors of their normal texts. */
export function pairFeatures(a: string, b: string, similarity: number): PairFeatures {
  const pair = pairReadingOf(a, b);
  const left = (tokens: readonly Token[]) => tokens.filter((token) => !isFreeIn(pair, token)).length;
  return {
    similarity,
    isExplained: hasSameWords(pair),
    overlap: overlapOf(pair.a, pair.b),
    isOtherPerson: personIn(pair.a) !== personIn(pair.b),
    isOtherNumber: isOtherNumber(pair),
    unmatched: left(pair.onlyA) + left(pair.onlyB),
  };
}

function overlapOf(a: Reading, b: Reading): number {
  const [inA, inB] = [new Set(a.plain), new Set(b.plain)];
  const shared = [...inA].filter((word) => inB.has(word)).length;
  return shared === 0 ? 0 : shared / (inA.size + inB.size - shared);
}

const PERSONS = ['i', 'you', 'we', 'one', 'people'];

const personIn = ({ plain }: Reading): string | undefined => PERSONS.find((person) => plain.includes(person));

function isOtherNumber({ a, b }: PairReading): boolean {
  const counts = new Map<string, number>();
  for (const { exact, isFree } of a.tokens) if (!isFree) counts.set(exact, (counts.get(exact) ?? 0) + 1);
  const keys = new Set(a.tokens.map(({ key }) => key));
  return b.tokens.some(({ exact, key, isFree }) => {
    if (isFree) return false;
    const count = counts.get(exact) ?? 0;
    counts.set(exact, count - 1);
    return count <= 0 && keys.has(key);
  });
}
