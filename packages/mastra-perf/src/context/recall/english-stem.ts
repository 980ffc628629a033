const PLAIN = /^[a-z]+$/;
const VOWEL = /[aeiouy]/;
const DOUBLED = /([bdfgklmnprt])\1$/;

/**
 * An English word without its plural, tense and adverb endings, so that "trying", "tried" and "tries" meet. The result is not
 * always a word. Words with anything but the letters a to z stay as they are.
 */
export function englishStem(word: string): string {
  if (word.length < 4 || !PLAIN.test(word)) return word;
  const verb = withoutTense(withoutPlural(word));
  const adverb = verb.endsWith('ly') && verb.length > 5 ? verb.slice(0, -2) : verb;
  const bare = adverb.endsWith('e') && adverb.length > 3 ? adverb.slice(0, -1) : adverb;
  return bare.endsWith('y') && bare.length > 3 ? `${bare.slice(0, -1)}i` : bare;
}

function withoutPlural(word: string): string {
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?:ss|ch|sh|x|z)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith('s') && !/(?:ss|us|is)$/.test(word) ? word.slice(0, -1) : word;
}

function withoutTense(word: string): string {
  if (word.endsWith('ied') && word.length > 4) return `${word.slice(0, -3)}y`;
  for (const ending of ['ing', 'ed']) {
    const stem = word.slice(0, -ending.length);
    if (word.endsWith(ending) && stem.length > 2 && VOWEL.test(stem)) return undoubled(stem);
  }
  return word;
}

/** "stopped" ends in a doubled letter that "stop" has not; "called" and "missed" come from words that have it. */
const undoubled = (stem: string): string =>
  DOUBLED.test(stem) && !stem.endsWith('ll') ? stem.slice(0, -1) : stem;
