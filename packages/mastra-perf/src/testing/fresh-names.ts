import { randomUUID } from 'node:crypto';

/** A name that nobody else uses: places may be shared. */
export const fresh = (what: string): string => `${what}-${randomUUID()}`;

/** Texts that are easily taken for something else. All are well-formed Unicode. */
const HOSTILE = [
  ' ',
  'a b',
  'a\tb\r\nc',
  'nul\0nul',
  '*',
  'a*',
  '?',
  '[a-z]',
  '\\',
  'a:b',
  'a:b:',
  '{a}',
  '{',
  '}{',
  '"',
  "'; DROP TABLE entries; --",
  '%',
  '_',
  '$1',
  '${a}',
  '../../a',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'a',
  'A',
  'a ',
  'é',
  'é'.normalize('NFD'),
  'ß',
  '日本語',
  '😀',
  '\u202Ea',
  '\uFEFFa',
  'x'.repeat(2000),
  'x'.repeat(1999),
];

/** Different texts, each of which somebody may mistake for another one. All of them begin alike, and with nothing else. */
export function hostileNames(): string[] {
  const prefix = fresh('hostile');
  return ['', ...HOSTILE].map((text) => `${prefix}${text}`);
}
