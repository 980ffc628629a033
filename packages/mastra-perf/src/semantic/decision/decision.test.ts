import { describe, expect, it } from 'vitest';
import { createDecision } from './decision.ts';
import { readLearned, writeLearned } from './learned-text.ts';
import { pairsOf, runStream, shuffled } from './test-streams.ts';

const SHUFFLES = Array.from({ length: 10 }, (_, seed) => seed);
const never = (): number => 1;

/** How likely a pair is wrong, by its score. */
const WORLDS = {
  'scores tell much': (score: number) => 1 / (1 + Math.exp((score - 0.8) * 40)),
  'scores tell little': (score: number) => 1 / (1 + Math.exp((score - 0.75) * 18)),
  'the surest are worse': (score: number) => (score > 0.97 ? 0.08 : score > 0.85 ? 0.004 : 0.3),
  'one in three is wrong, whatever the score': () => 0.33,
};

describe.each(Object.entries(WORLDS))('where %s', (_name, wrongAt) => {
  it.each([0.005, 0.01, 0.02, 0.05])('no more than %d of what is served is wrong, in ten orders', (rate) => {
    const pairs = pairsOf(3000, wrongAt, 1);
    for (const seed of SHUFFLES) {
      const { served, verified, wrong } = runStream(shuffled(pairs, seed), rate, seed);
      expect(wrong / Math.max(1, served + verified)).toBeLessThanOrEqual(rate);
      expect(wrong).toBeLessThanOrEqual(rate * served + 1); // without those that were verified: of 70, one is more than 1 %
    }
  });
});

describe('a stream of pairs', () => {
  const pairs = pairsOf(5000, WORLDS['scores tell much'], 2);

  it.each([0.005, 0.01, 0.02, 0.05])('is served more and more of, at %d', (rate) => {
    const rates = SHUFFLES.map((seed) => runStream(shuffled(pairs, seed), rate, seed).hitRates);
    const mean = (from: number, to: number): number =>
      rates.reduce(
        (sum, tenths) => sum + tenths.slice(from, to).reduce((a, b) => a + b, 0) / (to - from),
        0,
      ) / 10;
    expect(mean(0, 1)).toBeLessThan(mean(4, 6));
    expect(mean(4, 6)).toBeLessThanOrEqual(mean(8, 10) * 1.1);
    expect(mean(8, 10)).toBeGreaterThan(0.08);
  });

  it('is served nothing of before there can be enough evidence', () => {
    const perfect = pairsOf(3000, () => 0, 3);
    // Were 1 % wrong, so many right ones in a row would come with a probability of 2 %.
    expect(runStream(perfect, 0.01, 3).firstServed).toBeGreaterThanOrEqual(Math.log(0.02) / Math.log(0.99));
  });

  it('is judged again, in a sample, and no longer served when it has turned bad', () => {
    const good = runStream(
      pairsOf(3000, () => 0, 4),
      0.02,
      4,
    );
    expect(good.decision.threshold()).toBeLessThan(0.8);
    const { decision } = good;
    let served = 0;
    for (const { score } of pairsOf(3000, () => 0, 5))
      if (decision.of(score, 'x') === 'judge') decision.learn(score, false);
      else served++;
    expect(served).toBeLessThan(1000);
    expect(decision.threshold()).toBeUndefined();
  });
});

describe('what was learned', () => {
  const learned = (count: number, isRight = true) => {
    const decision = createDecision({ maxErrorRate: 0.05, random: never });
    for (let at = 0; at < count; at++) decision.learn(0.95, isRight);
    return decision;
  };

  it('with an error rate of 0 never serves anything', () => {
    const decision = createDecision({ maxErrorRate: 0, random: never });
    for (let at = 0; at < 5000; at++) decision.learn(0.99, true);
    expect(decision.of(0.99, 'x')).toBe('judge');
  });

  it('of two processes adds up', () => {
    const [a, b] = [learned(60), learned(60)];
    expect([a.of(0.95, 'x'), b.of(0.95, 'x')]).toEqual(['judge', 'judge']);
    b.merge(readLearned(writeLearned(a.merge(undefined))));
    expect(b.of(0.95, 'x')).toBe('serve');
    expect(b.isDirty()).toBe(false);
  });

  it('is not counted twice when it is shared again', () => {
    const a = learned(40);
    const first = a.merge(undefined);
    a.merge(first);
    expect(a.evidence()).toEqual({ right: 40, wrong: 0 });
    a.learn(0.95, true);
    a.merge(first);
    expect(a.evidence()).toEqual({ right: 41, wrong: 0 });
  });

  it('is shared the next time when it could not be stored', () => {
    const a = learned(40);
    a.merge(undefined);
    a.unshare();
    expect(a.isDirty()).toBe(true);
    expect(a.merge(undefined).right[95]).toBe(40);
  });

  it('fades: no step holds more than a few times what it takes', () => {
    const { right } = learned(5000).evidence();
    expect(right).toBeLessThanOrEqual(12 / 0.05);
  });

  it('that an answer was wrong keeps it from pairs that are no surer, here and where it is shared', () => {
    const a = learned(100);
    expect(a.of(0.95, 'answer')).toBe('serve');
    a.refuse(0.96, 'answer');
    expect([a.of(0.95, 'answer'), a.of(0.95, 'another')]).toEqual(['judge', 'serve']);
    const b = createDecision({ maxErrorRate: 0.05, random: never });
    b.merge(readLearned(writeLearned(a.merge(undefined))));
    expect([b.of(0.95, 'answer'), b.of(0.95, 'another')]).toEqual(['judge', 'serve']);
  });

  it('takes a few kilobytes, however much it is', () => {
    const decision = createDecision({ maxErrorRate: 0.001, random: never });
    for (const { score, isRight } of pairsOf(20_000, () => 0.2, 6)) decision.learn(score, isRight);
    for (let at = 0; at < 5000; at++)
      decision.refuse(0.9, `an answer with number ${at}, by its key of 43 letters`);
    expect(writeLearned(decision.merge(undefined)).length).toBeLessThan(20_000);
  });

  it.each(['', 'null', '[]', '{}', '{"version":2}', '{"version":1,"right":[-1],"wrong":[],"floors":[]}'])(
    'is not read from %j',
    (text) => expect(readLearned(text)).toBeUndefined(),
  );
});
