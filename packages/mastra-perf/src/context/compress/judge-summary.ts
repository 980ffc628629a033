import { isWithin, type CountText } from './cut-text.ts';

/** Why an answer is not taken for a summary. */
export type Unfit = 'notText' | 'empty' | 'notShorter' | 'tooLong' | 'repetitive';

export interface SummaryBounds {
  /** What the answer stands for. */
  readonly original: string;
  readonly maxTokens: number;
  readonly count: CountText;
}

/** `undefined` for a text that may stand for the original. */
export function unfitness(answer: unknown, { original, maxTokens, count }: SummaryBounds): Unfit | undefined {
  if (typeof answer !== 'string') return 'notText';
  if (answer.trim() === '') return 'empty';
  if (answer.length > original.length * 2 || count(answer) >= count(original)) return 'notShorter';
  if (!isWithin(answer, maxTokens, count)) return 'tooLong';
  return isRepetitive(answer, original) ? 'repetitive' : undefined;
}

const PIECE = 12;
const LEAST_LENGTH = 240;
const LEAST_DISTINCT = 0.3;
const SEEN = 20_000;

/** A model that has lost its thread says the same over and over. A text that does so itself may have such a summary. */
const isRepetitive = (answer: string, original: string): boolean =>
  answer.length >= LEAST_LENGTH && distinct(answer) < Math.min(LEAST_DISTINCT, distinct(original) / 2);

/** Share of pieces that are not there twice. */
function distinct(text: string): number {
  const seen = text.slice(0, SEEN);
  const pieces = new Set<string>();
  for (let at = 0; at + PIECE <= seen.length; at++) pieces.add(seen.slice(at, at + PIECE));
  return pieces.size / Math.max(1, seen.length - PIECE + 1);
}
