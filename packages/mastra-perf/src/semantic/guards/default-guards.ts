import { antonymsGuard } from './antonyms.ts';
import { codeGuard } from './code.ts';
import { datesGuard } from './dates.ts';
import { entitiesGuard } from './entities.ts';
import type { Guard } from './guard.ts';
import { homographsGuard } from './homographs.ts';
import { identifiersGuard } from './identifiers.ts';
import { languageGuard } from './language.ts';
import { lengthGuard } from './length.ts';
import { negationGuard } from './negation.ts';
import { numbersGuard } from './numbers.ts';
import { orderGuard } from './order.ts';
import { pairReader } from './pair-reading.ts';
import { quantifiersGuard } from './quantifiers.ts';
import { questionTypeGuard } from './question-type.ts';
import { unitsGuard } from './units.ts';
import { wordsGuard } from './words.ts';

export interface DefaultGuardsOptions {
  /**
   * Whether somebody else has the last word on each pair (`verify`). Then the guard `words` is left out: it refuses every pair with
   * a word that it cannot explain, which is what the last word is for.
   * @default false
   */
  readonly isVerified?: boolean;
}

/** The guards that are on unless others are named. All must pass; `length` stands first, since it bounds the work of the others. */
export function defaultGuards({ isVerified = false }: DefaultGuardsOptions = {}): readonly Guard[] {
  const reader = pairReader();
  return [
    lengthGuard(),
    codeGuard(),
    languageGuard(reader),
    numbersGuard(reader),
    unitsGuard(reader),
    datesGuard(reader),
    identifiersGuard(reader),
    negationGuard(reader),
    antonymsGuard(reader),
    quantifiersGuard(reader),
    homographsGuard(),
    entitiesGuard(reader),
    questionTypeGuard(reader),
    orderGuard(reader),
    ...(isVerified ? [] : [wordsGuard(reader)]),
  ];
}
