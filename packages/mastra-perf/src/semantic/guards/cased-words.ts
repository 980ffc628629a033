const WORD = /[\p{L}\p{M}][\p{L}\p{M}\p{N}]*/gu;
const ENDS_SENTENCE = /[.?!:"“«([]\s*$/u;

export interface CasedWord {
  readonly word: string;
  /** Its first letter is a capital. */
  readonly isCapital: boolean;
  /** Capitals only, two or more of them. */
  readonly isUpper: boolean;
  /** A sentence begins here, so that a capital says nothing. */
  readonly isFirst: boolean;
  readonly isAfterNumber: boolean;
}

/** The words of a text where its case tells names from other words; undefined of a text in lower case, upper case or title case. */
export function casedWords(text: string): readonly CasedWord[] | undefined {
  const words: CasedWord[] = [];
  let end = 0;
  for (const match of text.matchAll(WORD)) {
    const [word] = match;
    const between = text.slice(end, match.index);
    end = match.index + word.length;
    const first = word[0] ?? '';
    words.push({
      word,
      isCapital: first !== first.toLowerCase(),
      isUpper: word.length > 1 && word !== word.toLowerCase() && word === word.toUpperCase(),
      isFirst: words.length === 0 || ENDS_SENTENCE.test(between.slice(-4)),
      isAfterNumber: /\d\s?$/.test(between.slice(-2)),
    });
  }
  const inner = words.filter(({ isFirst }) => !isFirst);
  const capitals = inner.filter(({ isCapital, word }) => isCapital && word !== 'I').length;
  return words[0]?.isCapital && inner.length > 0 && capitals < inner.length * 0.6 ? words : undefined;
}
