import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Two questions, and whether one answer does for both. */
export interface JudgedPair {
  readonly id: string;
  readonly a: string;
  readonly b: string;
  readonly label: 0 | 1;
  /** What the two differ in; not known of pairs that people wrote. */
  readonly kind?: string;
}

export interface JudgedPairs {
  /** Of QQP: people asked them, and people judged them, not always the same way. */
  readonly questions: readonly JudgedPair[];
  /** Made by rules: one detail is another. */
  readonly hard: readonly JudgedPair[];
  /** Made by rules: only the surface is another. */
  readonly easy: readonly JudgedPair[];
}

/** The pairs in a folder; their licences keep them out of this repository. */
export function readPairs(folder: string): JudgedPairs {
  const read = (name: string): readonly JudgedPair[] =>
    JSON.parse(readFileSync(join(folder, `pairs-${name}.json`), 'utf8'));
  return { questions: read('qqp'), hard: read('hard-negatives'), easy: read('easy-positives') };
}

/** The guards and the score were made while looking at one half of the pairs. The other half was only counted. */
export const isHeldOut = ({ id }: JudgedPair): boolean =>
  ((createHash('sha256').update(id).digest()[0] ?? 0) & 1) === 1;
