import { pairFeatures } from './pair-features.ts';

/*
 * A logistic regression over questions that people judged (half of 10,000 pairs of QQP, those that pass all guards but `words`), rounded.
 * It is calibrated for that mix, whose pairs were chosen to be close: where questions differ more, a pair of the same score is right more often.
 */
const BASE = -7.4;
const PER_SIMILARITY = 9;
const EXPLAINED = 2;
const PER_OVERLAP = 0.5;
const OTHER_PERSON = -1;
const OTHER_NUMBER = -0.8;

/**
 * How sure it is, from 0 to 1, that two questions that passed the guards have one answer. It never falls when `similarity` rises, the
 * cosine of the vectors of their normal texts; where no word is left unexplained, it is higher the more of them are written the same.
 */
export function pairScore(a: string, b: string, similarity: number): number {
  if (Number.isNaN(similarity)) return 0;
  const { isExplained, overlap, isOtherPerson, isOtherNumber } = pairFeatures(a, b, similarity);
  let logit = BASE + PER_SIMILARITY * similarity;
  if (isExplained) {
    logit += EXPLAINED + PER_OVERLAP * overlap;
    if (isOtherPerson) logit += OTHER_PERSON;
    if (isOtherNumber) logit += OTHER_NUMBER;
  }
  return 1 / (1 + Math.exp(-logit));
}
