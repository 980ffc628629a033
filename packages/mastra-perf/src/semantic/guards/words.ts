import { isFreeIn, type PairReader, type PairReading } from './pair-reading.ts';
import type { Guard } from './guard.ts';
import type { Reading, Token } from './reading.ts';

const PLACES = new Set(['in', 'at', 'on']);

/** Refuses each pair with a word on one side that has no match on the other, and that is not known to change nothing. */
export const wordsGuard = ({ read }: PairReader): Guard => ({
  name: 'words',
  passes: (a, b) => hasSameWords(read(a, b)),
});

export function hasSameWords(pair: PairReading): boolean {
  const { a, b, onlyA, onlyB } = pair;
  const isLeft = (token: Token) => !isFreeIn(pair, token);
  // "Does it work in the us" is not "does it work for us", "sugar on it" is not "sugar in it"; either may be missing.
  const isOther =
    (hasFor(onlyA) && hasPlace(onlyB)) ||
    (hasFor(onlyB) && hasPlace(onlyA)) ||
    (hasPlace(onlyA) && hasPlace(onlyB)) ||
    (asksForMeaning(a) && asksForValue(b)) ||
    (asksForMeaning(b) && asksForValue(a));
  return !isOther && isSameWord(onlyA.filter(isLeft), onlyB.filter(isLeft));
}

/** "What is a gift tax" asks for what it means, "what is the tax on a gift" for how much it is. */
const asksForMeaning = (text: Reading): boolean => ['a', 'an'].includes(articleBehindWhatIs(text) ?? '');
const asksForValue = (text: Reading): boolean => articleBehindWhatIs(text) === 'the';
const articleBehindWhatIs = ({ plain: [first, second, third] }: Reading): string | undefined =>
  first === 'what' && second === 'is' ? third : undefined;

const hasFor = (tokens: readonly Token[]): boolean =>
  tokens.some(({ exact }) => exact === 'for' || exact === 'to');
const hasPlace = (tokens: readonly Token[]): boolean => tokens.some(({ exact }) => PLACES.has(exact));

/** Nothing, or one word that is written as two: "mind blowing", "mindblowing". Short parts are other words: "re sign", "a part". */
function isSameWord(a: readonly Token[], b: readonly Token[]): boolean {
  if (a.length === 0 && b.length === 0) return true;
  const joined = (tokens: readonly Token[]) => tokens.map(({ exact }) => exact).join('');
  const isWhole = (tokens: readonly Token[]) => tokens.every(({ exact }) => exact.length > 3);
  return a.length + b.length === 3 && isWhole([...a, ...b]) && joined(a) === joined(b);
}
