import type { RoundResult } from '../round-result.ts';
import { bills } from './bills.ts';
import { failedCalls } from './failed-calls.ts';
import { flat } from './flat.ts';
import { foreignAnswers } from './foreign-answers.ts';
import { histories } from './histories.ts';
import { leftovers } from './leftovers.ts';
import { ownTime } from './own-time.ts';
import { pageErrors } from './page-errors.ts';
import { purses } from './purses.ts';
import { stops } from './stops.ts';
import type { Verdict } from './verdict.ts';

const CHECKS = [
  failedCalls,
  foreignAnswers,
  bills,
  purses,
  histories,
  leftovers,
  flat,
  ownTime,
  stops,
  pageErrors,
] as const;

export const verdictsOf = (round: RoundResult): readonly Verdict[] => CHECKS.map((check) => check(round));
