import { createHash } from 'node:crypto';

/** How a name that we were given is written in a row, and as what two names are told apart. */
export interface StoredNames {
  readonly tags: readonly string[];
  /** The tags as they are, where a stored one is not; JSON, ASCII alone. */
  readonly names: string | null;
}

/** What every encoding of a database has, what no btree index finds too long; not empty, which comes before every key. */
const PLAIN = /^(?!#)[\x20-\x7e]{1,500}$/;

/**
 * Postgres has no text with a NUL in it, none with half a surrogate pair, and no index over long ones: such names are
 * replaced by their digest, which no plain name looks like.
 */
export function storedName(name: string): string {
  if (PLAIN.test(name)) return name;
  return `#${createHash('sha256').update(Buffer.from(name, 'utf16le')).digest('base64url')}`;
}

export function storedNames(given: readonly string[]): StoredNames {
  const tags = given.map(storedName);
  const isPlain = tags.every((tag, index) => tag === given[index]);
  return { tags, names: isPlain ? null : asciiJson(given) };
}

/** JSON without any letter that an encoding may lack. */
export const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
