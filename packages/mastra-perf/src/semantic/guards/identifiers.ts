import type { Guard } from './guard.ts';
import { overLeftWords } from './left-words.ts';
import type { PairReader } from './pair-reading.ts';

const PLAIN = /^[\p{L}\p{M}']+$|^[+-]?\p{N}[\p{N}.,:/]*$/u;
/** Refuses what is neither a word nor a stop and stands on one side only: v2, order-17, user_id, C++, 10.0.0.12, an address, a sign. */
export const identifiersGuard = (reader: PairReader): Guard =>
  overLeftWords(reader, 'identifiers', (a, b) => ![...a, ...b].some((word) => !PLAIN.test(word)));
