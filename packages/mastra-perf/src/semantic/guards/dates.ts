import type { Guard } from './guard.ts';
import { overLeftWords } from './left-words.ts';
import { isCalendarWord } from './lexicon/dates.ts';
import type { PairReader } from './pair-reading.ts';

/** Refuses a month, weekday, part of a day or word such as "tomorrow" that the other text has not. */
export const datesGuard = (reader: PairReader): Guard =>
  overLeftWords(
    reader,
    'dates',
    (a, b) => ![...a, ...b].some((word) => word !== 'now' && isCalendarWord(word)),
  );
