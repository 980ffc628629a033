import type { Guard } from './guard.ts';
import { DIRECTIONS, orderedKeys } from './ordered-keys.ts';
import { isFreeIn, nameIn, type PairReader, type PairReading } from './pair-reading.ts';
import type { Reading, Token } from './reading.ts';
import { hasSameWords } from './words.ts';

/**
 * Refuses pairs with the same words in another order: "did A pay B" and "did B pay A". Where words are left on a side, the order of the
 * others says little; then it refuses a word that has "from" on one side and "to" on the other.
 */
export function orderGuard({ read }: PairReader): Guard {
  return {
    name: 'order',
    passes(a, b) {
      const pair = read(a, b);
      return hasSameWords(pair) ? isSameOrder(pair) : isSameDirections(pair);
    },
  };
}

function isSameOrder(pair: PairReading): boolean {
  const [a, b] = [shared(pair.a, pair), shared(pair.b, pair)];
  const others = new Set(b);
  const words = new Set(a);
  const [keysA, keysB] = [a.filter((key) => others.has(key)), b.filter((key) => words.has(key))];
  return keysA.length === keysB.length && keysA.every((key, place) => key === keysB[place]);
}

function shared({ tokens, language }: Reading, pair: PairReading): readonly string[] {
  const nameOf = nameIn(pair.isPluralFree);
  return language === 'en'
    ? orderedKeys(tokens, nameOf)
    : tokens.filter((token) => !isFreeIn(pair, token)).map(nameOf);
}

function isSameDirections(pair: PairReading): boolean {
  const nameOf = nameIn(pair.isPluralFree);
  const directions = directionsIn(pair.a.tokens, nameOf);
  return [...directionsIn(pair.b.tokens, nameOf)].every(([word, direction]) => {
    const other = directions.get(word);
    return other === undefined || other === direction;
  });
}

/** What stands before each word that has a "from", "to", "before", ... */
function directionsIn(
  tokens: readonly Token[],
  nameOf: (token: Token) => string,
): ReadonlyMap<string, string> {
  const directions = new Map<string, string>();
  for (const [place, token] of tokens.entries()) {
    if (!DIRECTIONS.has(token.exact)) continue;
    const word = tokens.slice(place + 1, place + 4).find(({ isFreeInQuestions }) => !isFreeInQuestions);
    if (word && !directions.has(nameOf(word))) directions.set(nameOf(word), token.exact);
  }
  return directions;
}
