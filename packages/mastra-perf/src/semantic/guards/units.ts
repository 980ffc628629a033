import type { Guard } from './guard.ts';
import { overLeftWords } from './left-words.ts';
import { unitOf } from './lexicon/units.ts';
import type { PairReader } from './pair-reading.ts';

const CURRENCIES = new Set(
  'usd eur cad aud chf jpy inr cny krw brl mxn sek nok dkk pln czk ruble rubles yuan peso pesos franc francs won bitcoin 元 円'.split(
    ' ',
  ),
);

/** Refuses a unit of measure or money on one side for another on the other. */
export const unitsGuard = (reader: PairReader): Guard =>
  overLeftWords(reader, 'units', (a, b) => !(a.some(isUnit) && b.some(isUnit)));

const isUnit = (word: string): boolean => unitOf(word) !== undefined || CURRENCIES.has(word);
