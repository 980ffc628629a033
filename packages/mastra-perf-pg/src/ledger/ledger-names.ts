import { createHash } from 'node:crypto';
import { asciiJson } from '../names.ts';

/*
 * Names of labels, their values and what is counted stand in JSON, where Postgres takes no NUL and no half of a surrogate
 * pair, and some encodings of a database not every letter: so they are written as they stand in JSON of ASCII alone.
 */

export const writtenName = (name: string): string => asciiJson(name).slice(1, -1);

export const readName = (written: string): string => JSON.parse(`"${written}"`) as string;

/** With names as they were. */
export const readNames = <T>(
  object: Readonly<Record<string, T>>,
  valueOf: (value: T) => T,
): Record<string, T> =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [readName(name), valueOf(value)]));

export interface WrittenGroup {
  readonly labels: Readonly<Record<string, string>>;
  /** Tells it from other groups, in whatever order the names stand. */
  readonly digest: string;
}

export function writtenGroup(group: Readonly<Record<string, string>>): WrittenGroup {
  const labels = Object.entries(group)
    .map(([name, value]) => [writtenName(name), writtenName(value)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    labels: Object.fromEntries(labels),
    digest: createHash('sha256').update(JSON.stringify(labels)).digest('base64url'),
  };
}
