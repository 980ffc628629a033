import { createDecision, type Decision } from './decision.ts';

/*
 * Streams of pairs whose labels are known. Imported only by tests.
 */

export interface LabelledPair {
  readonly score: number;
  readonly isRight: boolean;
}

export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Scores from 0.6 on, more of them high; how likely a pair is wrong is a function of its score. */
export function pairsOf(count: number, wrongAt: (score: number) => number, seed: number): LabelledPair[] {
  const random = randomOf(seed);
  return Array.from({ length: count }, () => {
    const score = 0.6 + 0.4 * Math.sqrt(random());
    return { score, isRight: random() >= wrongAt(score) };
  });
}

export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = randomOf(seed);
  const shuffle = [...items];
  for (let at = shuffle.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [shuffle[at], shuffle[other]] = [shuffle[other] as T, shuffle[at] as T];
  }
  return shuffle;
}

export interface StreamResult {
  /** Without being judged. */
  readonly served: number;
  /** Judged to be right. */
  readonly verified: number;
  readonly wrong: number;
  /** Share of the pairs that was served, in each tenth of the stream. */
  readonly hitRates: readonly number[];
  readonly firstServed: number;
  readonly decision: Decision;
}

/** Serves what the decision trusts; whatever it does not is judged by its label. */
export function runStream(pairs: readonly LabelledPair[], maxErrorRate: number, seed: number): StreamResult {
  const decision = createDecision({ maxErrorRate, random: randomOf(seed) });
  const tenths = Array.from({ length: 10 }, () => 0);
  let [served, verified, wrong, firstServed] = [0, 0, 0, -1];
  pairs.forEach(({ score, isRight }, at) => {
    if (decision.of(score, `answer ${at}`) === 'judge') {
      if (isRight) verified++;
      return decision.learn(score, isRight);
    }
    if (served++ === 0) firstServed = at;
    if (!isRight) wrong++;
    const tenth = Math.floor((at / pairs.length) * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  });
  return {
    served,
    verified,
    wrong,
    firstServed,
    decision,
    hitRates: tenths.map((hits) => hits / (pairs.length / 10)),
  };
}
