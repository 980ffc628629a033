import { englishStem } from './english-stem.ts';

/** Text after this many characters is not searched: an attached document must not fill the index. */
const MAX_CHARS = 20_000;
const MAX_WORD = 64;

/**
 * Words that say nothing about the topic. "may" is missing on purpose: it is a month too.
 */
const STOP = new Set(
  (
    'a an the of in on at to by for with from about into over after before and or but if so as than then too very just not no ' +
    'is are was were be been being am do does did done have has had having can could will would should might ' +
    'i you he she it we they me him her us them my your his its our their this that these those here there ' +
    'what which who whom whose when where why how s t d ll m re ve don'
  ).split(' '),
);

/** Scripts that are written without spaces, or glue endings to words. */
const GLUED =
  '[\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}ー\\p{sc=Hangul}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}]';
const RUNS = new RegExp(`(${GLUED}+)|(?:(?!${GLUED})[\\p{L}\\p{M}\\p{N}])+`, 'gu');

/** The words of a text in lower case; scripts without spaces give pairs of characters. */
export function words(text: string): string[] {
  const found: string[] = [];
  for (const [run, glued] of text.slice(0, MAX_CHARS).normalize('NFKC').toLowerCase().matchAll(RUNS)) {
    if (glued === undefined) found.push(run.slice(0, MAX_WORD));
    else found.push(...pairs(glued));
  }
  return found;
}

/** What a text is found by: its words without those that say nothing, English ones without their endings. */
export function terms(text: string): string[] {
  return words(text)
    .filter((word) => !STOP.has(word))
    .map(englishStem);
}

function pairs(run: string): string[] {
  const characters = [...run];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}
