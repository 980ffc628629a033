import { defaultGuards } from './default-guards.ts';
import type { Guard } from './guard.ts';
import { lengthGuard } from './length.ts';

/** In UTF-16 units; reading two that long takes some 10 ms, once they have nine tenths of their words in common. */
const MOST_LENGTH = 8_000;

/**
 * What must not tell two answers of the model apart, for the questions to count as one. As for questions, but that answers are longer, and
 * ask nothing. `words` stays: in "use the blue form" and "use the red form" a word that nothing explains is all the difference.
 */
export const answerGuards = (): readonly Guard[] => [
  lengthGuard(MOST_LENGTH),
  ...defaultGuards().filter(({ name }) => name !== 'length' && name !== 'question-type'),
];
