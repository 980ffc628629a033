import { createHash } from 'node:crypto';

const MAX_LENGTH = 256;

// oxlint-disable-next-line no-control-regex -- Postgres stores all characters but this one
const ZERO = /\u0000/g;

/**
 * A name as every ledger takes it. Names of resources and users may come from anywhere, and one that a store refuses would be in
 * the way of all others; long ones are cut, and end in their hash.
 */
export function usageName(given: string): string {
  const name = given.toWellFormed().replace(ZERO, '\uFFFD');
  if (name.length <= MAX_LENGTH) return name;
  const hash = createHash('sha256').update(given).digest('base64url').slice(0, 16);
  return `${name.slice(0, MAX_LENGTH - hash.length - 1).toWellFormed()}…${hash}`;
}
