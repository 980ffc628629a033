import { scriptOf, SCRIPTS } from './scripts.ts';

/*
 * What decides how many tokens a text has, counted in one pass. Byte-pair vocabularies cut a text into words, groups of
 * digits, marks and white space before they look anything up; so what counts is how many of these there are, how long they
 * are, and in which script.
 */
export const TRAITS = [
  /** Stretches of Latin letters, as `word`, `Word` or `HTMLWord`. */
  'words',
  /** Of these, those that do not follow a space. */
  'glued',
  /** Letters after the sixth of a word, and after the twelfth. */
  'after6',
  'after12',
  /** Words of five letters or more that end in a vowel other than e: rare in English, frequent elsewhere. */
  'vowelEnds',
  /** Capitals after the first of a word. */
  'capitals',
  /** Letters of words that touch a digit: ids, hashes, base64. */
  'mixed',
  /** Latin letters that are not ASCII. */
  'accents',
  'digits',
  'digitGroups',
  /** Runs of ASCII marks, and their characters after the first. */
  'marks',
  'moreMarks',
  /** Of these, single ones in front of a letter: many vocabularies hold `.name` and `_name` whole. */
  'leadingMarks',
  /** Apostrophes between letters. */
  'apostrophes',
  /** Line breaks, those with indentation after them, other runs of two spaces or more, and what spaces have above 16. */
  'breaks',
  'indents',
  'gaps',
  'longGaps',
  ...SCRIPTS,
  /** Stretches of one of these scripts. */
  'stretches',
] as const;

export type Trait = (typeof TRAITS)[number];

const at = Object.fromEntries(TRAITS.map((name, index) => [name, index])) as Readonly<Record<Trait, number>>;
const FIRST_SCRIPT = TRAITS.indexOf(SCRIPTS[0]);

const OTHER = 0;
const MARK = 1;
const SPACE = 2;
const BREAK = 3;
const DIGIT = 4;
const UPPER = 5;
const LOWER = 6;
const ACCENT = 7;
const APOSTROPHE = 39;
const VOWELS = new Set([...'aiou'].map((vowel) => vowel.charCodeAt(0)));

const ASCII = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  if (/[a-z]/.test(char)) return LOWER;
  if (/[A-Z]/.test(char)) return UPPER;
  if (/\d/.test(char)) return DIGIT;
  if (/[\n\r]/.test(char)) return BREAK;
  return /\s/.test(char) ? SPACE : MARK;
});

const kindOf = (code: number): number => {
  if (code < 128) return ASCII[code] ?? OTHER;
  return code >= 0xc0 && code < 0x250 ? ACCENT : OTHER;
};

/** How often each of {@link TRAITS} is in the text. */
export function traitsOf(text: string): Float64Array {
  const counts = new Float64Array(TRAITS.length);
  const add = (index: number, by: number): void => {
    counts[index] = (counts[index] ?? 0) + by;
  };
  const end = text.length;
  let before = SPACE;
  let index = 0;
  while (index < end) {
    const start = index;
    const code = text.charCodeAt(index);
    const kind = kindOf(code);
    index++;
    if (kind >= UPPER) {
      let [capitals, accents] = [kind === UPPER ? 1 : 0, kind === ACCENT ? 1 : 0];
      let now = kind;
      while (index < end && now === UPPER && (now = kindOf(text.charCodeAt(index))) >= UPPER) {
        if (now === UPPER) capitals++;
        else if (now === ACCENT) accents++;
        index++;
      }
      if (now > UPPER) {
        while (index < end && (now = kindOf(text.charCodeAt(index))) > UPPER) {
          if (now === ACCENT) accents++;
          index++;
        }
      }
      const length = index - start;
      add(at.words, 1);
      if (before !== SPACE) add(at.glued, 1);
      if (length > 4 && VOWELS.has(text.charCodeAt(index - 1))) add(at.vowelEnds, 1);
      if (length > 6) add(at.after6, length - 6);
      if (length > 12) add(at.after12, length - 12);
      if (capitals > 1) add(at.capitals, capitals - 1);
      if (accents > 0) add(at.accents, accents);
      if (before === DIGIT || (index < end && kindOf(text.charCodeAt(index)) === DIGIT))
        add(at.mixed, length);
    } else if (kind === OTHER) {
      const script = scriptOf(code);
      while (index < end) {
        const next = text.charCodeAt(index);
        if (kindOf(next) !== OTHER || scriptOf(next) !== script) break;
        index++;
      }
      add(FIRST_SCRIPT + script, index - start);
      add(at.stretches, 1);
    } else {
      while (index < end && kindOf(text.charCodeAt(index)) === kind) index++;
      const length = index - start;
      if (kind === DIGIT) {
        add(at.digits, length);
        add(at.digitGroups, Math.ceil(length / 3));
      } else if (kind === MARK) {
        add(at.marks, 1);
        if (length > 1) add(at.moreMarks, length - 1);
        else if (index < end && kindOf(text.charCodeAt(index)) >= UPPER)
          add(code === APOSTROPHE && before >= UPPER ? at.apostrophes : at.leadingMarks, 1);
      } else if (kind === BREAK) add(at.breaks, 1);
      else {
        if (before === BREAK) add(at.indents, 1);
        else if (length > 1) add(at.gaps, 1);
        if (length > 16) add(at.longGaps, length - 16);
      }
    }
    before = kind;
  }
  return counts;
}
