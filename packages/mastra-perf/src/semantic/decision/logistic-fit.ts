import { STEPS, type Evidence } from './evidence.ts';

/** How likely a pair with a score of this step is wrong. */
export type WrongAt = (step: number) => number;

const ROUNDS = 25;
/** Holds the curve where there is little evidence: as much as a fraction of one judged pair. */
const RIDGE = 0.05;

/**
 * The logistic curve through the evidence: the likelihood that a pair is right, by its score, by Newton's method. It never falls as
 * the score rises.
 */
export function fitLogistic({ right, wrong }: Evidence): WrongAt {
  let [level, slope] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    let [dLevel, dSlope] = [-RIDGE * level, -RIDGE * slope];
    let [hLevel, hBoth, hSlope] = [RIDGE, 0, RIDGE];
    for (let step = 0; step < STEPS; step++) {
      const count = (right[step] ?? 0) + (wrong[step] ?? 0);
      if (count === 0) continue;
      const x = scaled(step);
      const likely = logistic(level + slope * x);
      const miss = (right[step] ?? 0) - count * likely;
      const weight = count * likely * (1 - likely);
      dLevel += miss;
      dSlope += miss * x;
      hLevel += weight;
      hBoth += weight * x;
      hSlope += weight * x * x;
    }
    const determinant = hLevel * hSlope - hBoth * hBoth;
    if (determinant < 1e-12) break;
    const moveLevel = bounded((hSlope * dLevel - hBoth * dSlope) / determinant);
    const moveSlope = bounded((hLevel * dSlope - hBoth * dLevel) / determinant);
    level += moveLevel;
    slope += moveSlope;
    if (Math.abs(moveLevel) + Math.abs(moveSlope) < 1e-6) break;
  }
  const rising = Math.max(0, slope);
  return (step) => 1 - logistic(level + rising * scaled(step));
}

/**
 * A score is a likelihood already, so that its odds are what evidence is a straight line over: from 0.8 to 0.9 they double, as from 0.9 to
 * 0.95. Around those of 0.8, so that level and slope depend little on each other.
 */
const scaled = (step: number): number => Math.log((step + 0.5) / (STEPS - step - 0.5) / 4);

const logistic = (value: number): number => 1 / (1 + Math.exp(-value));

/** A step of Newton's method may leap far where nearly all of the evidence is of one kind. */
const bounded = (move: number): number => Math.min(2, Math.max(-2, move));
