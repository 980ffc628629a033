const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const LENGTH = 8;

/** 40 random bits: nobody who writes a message can guess the id of another item, nor repeat one that was seen before. */
export const randomId = (): string =>
  [...globalThis.crypto.getRandomValues(new Uint8Array(LENGTH))]
    .map((byte) => ALPHABET[byte % ALPHABET.length] ?? '')
    .join('');

const MAX_TRIES = 1000;

/** So many ids, all different. */
export function freshIds(count: number, makeId: () => string): string[] {
  const ids = new Set<string>();
  for (let tries = 0; ids.size < count; tries++) {
    if (tries > count + MAX_TRIES) throw new Error('the ids of a batch repeat themselves');
    ids.add(makeId());
  }
  return [...ids];
}
