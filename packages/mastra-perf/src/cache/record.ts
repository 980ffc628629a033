import { readParts } from '../pipeline/answer-text.ts';
import type { StoredPart } from '../pipeline/stored-answer.ts';
import type { Answer } from './answer.ts';

/*
 * What lies in a store: a line about the answer, then the text of its parts. JSON holds no line break outside of a string.
 */

export const writeRecord = ({ text, storedAt, freshMs, tookMs }: Answer): string =>
  `${JSON.stringify({ storedAt, freshMs, tookMs })}\n${text}`;

/** @throws Error for a record that another version wrote, or nobody. */
export function readRecord(
  record: string,
  names: readonly string[],
): { readonly answer: Answer; readonly parts: readonly StoredPart[] } {
  const end = record.indexOf('\n');
  const about: unknown = JSON.parse(record.slice(0, end));
  const text = record.slice(end + 1);
  const answer = {
    text,
    names,
    storedAt: milliseconds(about, 'storedAt'),
    freshMs: milliseconds(about, 'freshMs'),
    tookMs: milliseconds(about, 'tookMs'),
  };
  return { answer, parts: readParts(text) };
}

function milliseconds(about: unknown, field: string): number {
  const value =
    typeof about === 'object' && about !== null ? (about as Record<string, unknown>)[field] : undefined;
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
    throw new TypeError(`${field} is not a time`);
  return value;
}
