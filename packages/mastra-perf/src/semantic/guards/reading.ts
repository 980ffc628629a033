import { isRequest } from './lexicon/english-frames.ts';
import { framed } from './lexicon/frames.ts';
import { calendarName, isCalendarWord, isMonth } from './lexicon/dates.ts';
import { languageOf, languages } from './lexicon/languages.ts';
import { synonymOf } from './lexicon/synonyms.ts';
import { unitOf } from './lexicon/units.ts';
import { normalText } from './normal-text.ts';
import { singular } from './stem.ts';
import { tokensOf } from './tokens-of.ts';

export interface Token {
  /** What it says, in one form: synonyms, spellings, units and numbers are made one. */
  readonly exact: string;
  /** The same without a plural ending. */
  readonly key: string;
  /** May be on one side only. */
  readonly isFree: boolean;
  /** The same, where both texts ask. */
  readonly isFreeInQuestions: boolean;
}

/** What the guards know of a text. */
export interface Reading {
  readonly language: string | undefined;
  readonly tokens: readonly Token[];
  /** The words as they are written. */
  readonly plain: readonly string[];
  /** Whether it asks; in an order ("delete the files") the plural counts. */
  readonly isQuestion: boolean;
  /** As it was given. */
  readonly text: string;
}

const QUESTION_WORDS = new Set(
  'how what where when why who whom whose which is are am was were do does did can could should would will has have had may might must opinion'.split(
    ' ',
  ),
);
/** Who a thing belongs to, where that one is named as well: "the family" of "are you the black sheep of the family" is yours. */
const OWNERS: Readonly<Record<string, string>> = Object.assign(Object.create(null), { my: 'i', your: 'you' });
const WH = new Set(['how', 'what', 'which', 'where', 'who', 'why', 'when']);
/** Before these, "one" is anybody, or stands for a thing. */
const NO_NUMBER_BEFORE = new Set(
  'can could should would does do must may might if when that the no any some every each this which another will has is'.split(
    ' ',
  ),
);

const MOST_NORMAL = 4_000;

/** Reads a text once. The language is that of its own words unless one is given. */
export function readingOf(text: string, asLanguage?: string): Reading {
  const normal = normalText(text);
  // The guard of length refuses these; without it they are one word, so that the work stays small.
  const isLong = normal.length > MOST_NORMAL;
  const plain = isLong ? [normal] : tokensOf(normal);
  const language = isLong ? undefined : (asLanguage ?? languageOf(plain));
  const words = framed(plain.join(' '), language).split(' ').filter(Boolean);
  return {
    language,
    plain,
    tokens: words.map((word, place) => tokenOf(word, words, place, language)),
    isQuestion: language === 'en' ? isQuestion(words, text) : /[??؟]/u.test(text),
    text,
  };
}

const isQuestion = (words: readonly string[], text: string): boolean =>
  !isRequest(words.join(' ')) &&
  (QUESTION_WORDS.has(words[0] ?? '') || words.includes('how') || text.slice(-20).includes('?'));

/** "The word can" is not "the word could", and "between which and that" is not "between what and that". */
const ABOUT_WORDS = new Set(
  'word words mean means meaning difference say spell translate pronounce synonym grammar'.split(' '),
);
const ARTICLES = new Set(['a', 'an', 'the', 'is', 'are', 'do', 'does', 'of', "'s"]);

function tokenOf(word: string, words: readonly string[], place: number, language: string | undefined): Token {
  const token = plainTokenOf(word, words, place, language);
  if (language !== 'en' || !words.some((one) => ABOUT_WORDS.has(one))) return token;
  const isFree = token.isFree && (ARTICLES.has(word) || place < 4);
  const exact = /^\d/.test(token.exact) ? token.exact : letterFolded(word);
  return { exact, key: singular(exact), isFree, isFreeInQuestions: isFree };
}

function plainTokenOf(
  word: string,
  words: readonly string[],
  place: number,
  language: string | undefined,
): Token {
  const known = language === undefined ? undefined : languages[language];
  const isFree = isFreeAt(word, words, place, known?.free);
  const exact = exactOf(word, words, place, language);
  // "How to reset my password" is "how to reset a password"; in "what is my number" it is not.
  const isMine =
    language === 'en' &&
    ((word === 'my' && words[0] === 'how' && words[1] === 'to') || words.includes(OWNERS[word] ?? ' '));
  const isFreeInQuestions =
    isFree ||
    isMine ||
    (known?.freeInQuestions?.has(word) ?? false) ||
    (WH.has(words[0] ?? '') && (known?.freeInOpenQuestions?.has(word) ?? false));
  return {
    exact,
    key: language === 'en' ? synonymOf(singular(exact), language) : exact,
    isFree,
    isFreeInQuestions,
  };
}

function exactOf(
  word: string,
  words: readonly string[],
  place: number,
  language: string | undefined,
): string {
  const number = language === undefined ? undefined : languages[language]?.numbers[word];
  const next = words[place + 1] ?? '';
  const previous = words[place - 1] ?? '';
  if (number !== undefined && (word !== 'one' || isNumberOne(previous, next))) return number;
  if (/^\d{1,2}:00$/.test(word) && /^[ap]m$/.test(next)) return word.slice(0, -3);
  if (
    /^\d{1,2}(?:st|nd|rd|th)$/.test(word) &&
    (isMonth(calendarName(next)) || isMonth(calendarName(previous)) || next === 'of')
  )
    return word.slice(0, -2);
  if (word === 'a.m' || word === 'p.m') return word.replace('.', '');
  return letterFolded(synonymOf(unitOf(word) ?? calendarName(word), language));
}

const isNumberOne = (previous: string, next: string): boolean =>
  !NO_NUMBER_BEFORE.has(previous) && next !== 'of' && next !== '';

/** ё and е, ä and ae are written for one another. */
const letterFolded = (word: string): string =>
  /[ёäöüß]/u.test(word)
    ? word
        .replaceAll('ё', 'е')
        .replaceAll('ä', 'ae')
        .replaceAll('ö', 'oe')
        .replaceAll('ü', 'ue')
        .replaceAll('ß', 'ss')
    : word;

/** At the end these count: "what is it for" is not "what is it", "what do nurses do" is not "what are nurses". */
const COUNTS_LAST = new Set('of for in at on to do does is are am be been'.split(' '));

const PLACES = new Set(['in', 'on', 'at']);
const IS = new Set(['is', 'are', 'was', 'were', 'be']);

function isFreeAt(
  word: string,
  words: readonly string[],
  place: number,
  free: ReadonlySet<string> | undefined,
): boolean {
  if (word === "'s" || isLastParticle(words, place)) return true;
  if (!free?.has(word) || (place === words.length - 1 && COUNTS_LAST.has(word))) return false;
  // "What is in the box" is not "what is the box".
  if (PLACES.has(word) && IS.has(words[place - 1] ?? '')) return false;
  // "Book for a friend" is not "book a friend"; "a timer for 5 minutes" is "a 5 minute timer".
  if (word === 'for') {
    const next = words[place + 1] ?? '';
    return /^\d/.test(next) || isCalendarWord(next) || languages.en?.numbers[next] !== undefined;
  }
  // "7 am" is a time; "how to be a cook" is not "how to cook".
  if (word === 'am') return !/^\d/.test(words[place - 1] ?? '');
  return word !== 'be' || words[place - 1] !== 'to';
}

const isLastParticle = (words: readonly string[], place: number): boolean =>
  place === words.length - 1 && /^[吗嗎呢か]$/u.test(words[place] ?? '');
