import { readingOf, type Reading, type Token } from './reading.ts';

/** Two texts, and what each has that the other has not. */
export interface PairReading {
  readonly a: Reading;
  readonly b: Reading;
  /** Tokens of `a` alone, the free ones among them; a word that stands twice and once there is here once. */
  readonly onlyA: readonly Token[];
  readonly onlyB: readonly Token[];
  /** Whether the plural may differ: both ask. */
  readonly isPluralFree: boolean;
}

/** Reads pairs. Guards look at one pair one behind the other, and one question is compared with several: both are kept. */
export interface PairReader {
  read(a: string, b: string): PairReading;
}

export function pairReader(): PairReader {
  let last: PairReading | undefined;
  let lastText: Reading | undefined;
  return {
    read(a, b) {
      if (last?.a.text === a && last.b.text === b) return last;
      if (lastText?.text !== a) lastText = readingOf(a);
      last = pairOf(lastText, readingOf(b));
      return last;
    },
  };
}

export const pairReadingOf = (a: string, b: string): PairReading => pairOf(readingOf(a), readingOf(b));

/** Where only one text shows its language, the other is taken to be in the same. */
function pairOf(first: Reading, second: Reading): PairReading {
  const language = first.language ?? second.language;
  const a = first.language === undefined && language ? readingOf(first.text, language) : first;
  const b = second.language === undefined && language ? readingOf(second.text, language) : second;
  const isPluralFree = a.isQuestion && b.isQuestion;
  const nameOf = nameIn(isPluralFree);
  return {
    a,
    b,
    onlyA: without(a.tokens, b.tokens, nameOf),
    onlyB: without(b.tokens, a.tokens, nameOf),
    isPluralFree,
  };
}

/** Whether a token may be missing in the other text of the pair. */
export const isFreeIn = ({ isPluralFree }: Pick<PairReading, 'isPluralFree'>, token: Token): boolean =>
  isPluralFree ? token.isFreeInQuestions : token.isFree;

export const nameIn =
  (isPluralFree: boolean): ((token: Token) => string) =>
  (token) =>
    isPluralFree ? token.key : token.exact;

function without(
  tokens: readonly Token[],
  others: readonly Token[],
  nameOf: (token: Token) => string,
): readonly Token[] {
  // A word that counts on one side only, such as a last "of", has no match in one that does not.
  const placeOf = (token: Token): string => (token.isFree ? ` ${nameOf(token)}` : nameOf(token));
  const counts = new Map<string, number>();
  for (const token of others) counts.set(placeOf(token), (counts.get(placeOf(token)) ?? 0) + 1);
  return tokens.filter((token) => {
    const count = counts.get(placeOf(token)) ?? 0;
    counts.set(placeOf(token), count - 1);
    return count <= 0;
  });
}
