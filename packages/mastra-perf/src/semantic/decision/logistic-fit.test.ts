import { describe, expect, it } from 'vitest';
import { addEvidence, createEvidence, STEPS } from './evidence.ts';
import { fitLogistic, type WrongAt } from './logistic-fit.ts';

const curveOf = (wrongAt: (score: number) => number, count: (score: number) => number): WrongAt => {
  const evidence = createEvidence();
  for (let step = 50; step < STEPS; step++) {
    const score = (step + 0.5) / STEPS;
    const [all, wrong] = [count(score), wrongAt(score)];
    addEvidence(evidence, step, { right: all * (1 - wrong), wrong: all * wrong }, Infinity);
  }
  return fitLogistic(evidence);
};

describe('the curve through the evidence', () => {
  it('is that of scores that are likelihoods, however much of it lies where most are wrong', () => {
    const wrongAt = curveOf(
      (score) => 1 - score,
      (score) => (score < 0.8 ? 200 : 20),
    );
    for (const step of [55, 70, 90, 97]) expect(wrongAt(step)).toBeCloseTo(1 - (step + 0.5) / STEPS, 2);
  });

  it('never rises with the score, whatever was judged', () => {
    const wrongAt = curveOf(
      (score) => score / 2,
      () => 50,
    );
    expect(wrongAt(99)).toBeLessThanOrEqual(wrongAt(50));
  });

  it('says one in two while there is no evidence', () => {
    expect(fitLogistic(createEvidence())(90)).toBe(0.5);
  });
});
