import { casedWords } from './cased-words.ts';
import { folded } from './folded.ts';
import type { Guard } from './guard.ts';
import type { PairReader } from './pair-reading.ts';
import type { Reading, Token } from './reading.ts';

/**
 * Refuses a name for another name (a name is a word with a capital inside a sentence), and in anything but two questions also one that
 * the other text has not. German writes every noun so: there it does not look.
 */
export function entitiesGuard({ read }: PairReader): Guard {
  return {
    name: 'entities',
    passes(a, b) {
      const { a: first, b: second, onlyA, onlyB, isPluralFree } = read(a, b);
      const [inA, inB] = [hasName(first, onlyA), hasName(second, onlyB)];
      if (!inA && !inB) return true;
      // Where one text minds no case, a word of it that is left may be the other name.
      return (
        isPluralFree &&
        !(inA && inB) &&
        !(inA && isCaseless(second, onlyB)) &&
        !(inB && isCaseless(first, onlyA))
      );
    },
  };
}

const isCaseless = ({ text }: Reading, only: readonly Token[]): boolean =>
  only.some(({ isFree }) => !isFree) && casedWords(text) === undefined;

function hasName({ text, language }: Reading, only: readonly Token[]): boolean {
  if (language === 'de' || only.length === 0) return false;
  const left = new Set(only.flatMap(({ exact, key }) => [exact, key]));
  return (casedWords(text) ?? []).some(
    ({ word, isCapital, isFirst }) => isCapital && !isFirst && word !== 'I' && left.has(folded(word)),
  );
}
