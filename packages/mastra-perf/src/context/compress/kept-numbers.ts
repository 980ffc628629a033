const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const MONTH = '(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\\.?';

/** In the order in which they are looked for. No part of a pattern can match in two ways: they take time in proportion to the text. */
const ISO_DATE = /(?<![\p{L}\d])(\d{4})-(\d\d)-(\d\d)(?!\d)/gu;
const DAY_FIRST = new RegExp(
  `(?<![\\p{L}\\d])(\\d\\d?)(?:st|nd|rd|th)?\\.? (?:of )?${MONTH},? (\\d{4})(?!\\d)`,
  'giu',
);
const MONTH_FIRST = new RegExp(`(?<!\\p{L})${MONTH} (\\d\\d?)(?:st|nd|rd|th)?,? (\\d{4})(?!\\d)`, 'giu');
const WORD = /(?<![\p{L}\d])[\p{L}\d]+(?:[-_][\p{L}\d]+)*/gu;
const NUMBER = /-?\d+(?:[.,:/'’\u00a0\u202f]\d+)*/gu;

/**
 * What a text says in digits, in one spelling: dates with a year (`23 November 2026`, `2026-11-23`), ids with letters and digits as
 * they are, numbers without separators of thousands and without a fraction of zeros (`1,234.00` is `1234`). Numbers in words and units
 * are not looked at.
 */
export function numbersIn(text: string): Set<string> {
  const found = new Set<string>();
  const taken = (year: string, month: string, day: string): string => {
    found.add(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`);
    return ' ';
  };
  const monthOf = (name: string): string => String(MONTHS.indexOf(name.toLowerCase().slice(0, 3)) + 1);
  const rest = text
    .replace(ISO_DATE, (_, year: string, month: string, day: string) => taken(year, month, day))
    .replace(DAY_FIRST, (_, day: string, month: string, year: string) => taken(year, monthOf(month), day))
    .replace(MONTH_FIRST, (_, month: string, day: string, year: string) => taken(year, monthOf(month), day))
    .replace(WORD, (word) => {
      if (!/\d/.test(word) || !/\p{L}/u.test(word)) return word;
      found.add(word);
      return ' ';
    });
  for (const [number, at] of matches(rest)) found.add(normal(number, rest[at - 1]));
  return found;
}

/** Whether two texts have the same numbers. Those in front of the lines of a list need not be in the other text. */
export function haveSameNumbers(one: string, other: string): boolean {
  return areIn(numbersIn(withoutListNumbers(one)), other) && areIn(numbersIn(withoutListNumbers(other)), one);
}

function areIn(numbers: ReadonlySet<string>, text: string): boolean {
  const there = numbersIn(text);
  return [...numbers].every((number) => there.has(number));
}

const withoutListNumbers = (text: string): string => text.replace(/^[ \t]{0,8}\d{1,3}[.)][ \t]/gm, '');

function* matches(text: string): Iterable<readonly [string, number]> {
  for (const match of text.matchAll(NUMBER)) yield [match[0], match.index];
}

/** A dash between two numbers is no sign. */
function normal(written: string, before = ' '): string {
  const isSigned = written.startsWith('-') && !/[\p{L}\d)]/u.test(before);
  const digits = written.replace(/^-/, '').replace(/['’\u00a0\u202f]/g, '');
  return `${isSigned ? '-' : ''}${withoutGroups(digits)}`;
}

function withoutGroups(digits: string): string {
  if (/[:/]/.test(digits)) return digits;
  const marks = digits.replace(/\d/g, '');
  const last = marks.at(-1);
  if (last === undefined) return digits;
  const isMixed = new Set(marks).size > 1;
  const groups = digits.split(/[.,]/).slice(1);
  if (!isMixed && marks.length > 1)
    return groups.every((group) => group.length === 3) ? digits.replace(/[.,]/g, '') : digits;
  // One comma before three digits separates thousands; one point does not: 1.234 may be either, and 1234 is another number.
  if (!isMixed && last === ',' && groups[0]?.length === 3) return digits.replace(',', '');
  const at = digits.lastIndexOf(last);
  const whole = digits.slice(0, at).replace(/[.,]/g, '');
  const fraction = digits.slice(at + 1);
  return /^0+$/.test(fraction) ? whole : `${whole}.${fraction}`;
}
