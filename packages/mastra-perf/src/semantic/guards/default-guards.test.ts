import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultGuards } from './default-guards.ts';
import { adversarialPairs } from './test-adversarial-pairs.ts';
import { laterParaphrases, laterTraps, smallWordTraps } from './test-later-pairs.ts';
import { paraphrasePairs } from './test-paraphrase-pairs.ts';

const guards = defaultGuards();
const refusedBy = (a: string, b: string): string | undefined =>
  guards.find((guard) => !guard.passes(a, b))?.name;

describe('the default guards together', () => {
  it('refuse every pair of the adversarial table, either way round', () => {
    const passed = adversarialPairs.filter(({ a, b }) => !refusedBy(a, b) || !refusedBy(b, a));
    expect(passed).toEqual([]);
    expect(adversarialPairs.length).toBeGreaterThanOrEqual(160);
    expect(new Set(adversarialPairs.map(({ language }) => language)).size).toBeGreaterThanOrEqual(10);
  });

  it('let most honest paraphrases pass', () => {
    const refused = paraphrasePairs.filter(({ a, b }) => refusedBy(a, b));
    expect(refused.map(({ a }) => a)).toEqual([
      "Quels sont vos horaires d'ouverture ?",
      'ou se trouve la gare',
      'donde esta mi pedido',
    ]);
  });

  it('refuse what was written when they were done, and let most of its paraphrases pass', () => {
    expect([...laterTraps, ...smallWordTraps].filter(([a, b]) => !refusedBy(a, b))).toEqual([]);
    expect(laterParaphrases.filter(([a, b]) => refusedBy(a, b)).length).toBeLessThanOrEqual(5);
  });

  it('take a small word for a place that is missing for no other place', () => {
    for (const [a, b] of [
      ['What is the weather in Rome?', 'What is the Rome weather?'],
      ['What is a black hole?', 'What are black holes?'],
      ['What is the meaning of SLA?', 'What is meaning of SLA?'],
    ] as const)
      expect([a, refusedBy(a, b)]).toEqual([a, undefined]);
  });

  it('leave words that they cannot explain to whoever verifies', () => {
    const verified = defaultGuards({ isVerified: true });
    const passes = verified.every((guard) => guard.passes('How do I cook rice?', 'How do I prepare rice?'));
    expect(passes).toBe(true);
    expect(refusedBy('How do I cook rice?', 'How do I prepare rice?')).toBe('words');
  });
});

const pieces = fc.constantFrom(
  ...[
    'how do i ',
    'what is the best ',
    'way to ',
    'from a to b ',
    'a and b ',
    'not ',
    '10 ',
    '5km ',
    "what's ",
    'please ',
    'thanks. ',
  ],
  ...[
    'x of the y ',
    'und ',
    'est-ce que ',
    '中文',
    'カナ',
    '"q" ',
    '`c` ',
    '-',
    '/',
    "'s ",
    '\u200b',
    '\u0301',
    '½',
    '⁵',
    '\ud800',
    '👩‍👧 ',
    '__proto__ ',
    'constructor ',
  ],
);
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
);

describe('every default guard', () => {
  it('lets a text pass with itself, whatever it holds', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(refusedBy(text, text)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('says the same either way round', () => {
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        for (const guard of guards)
          expect([guard.name, guard.passes(a, b)]).toEqual([guard.name, guard.passes(b, a)]);
      }),
      { numRuns: 500 },
    );
  });

  it('says the same again after other pairs', () => {
    fc.assert(
      fc.property(texts, texts, texts, (a, b, c) => {
        const first = guards.map((guard) => guard.passes(a, b));
        for (const guard of guards) guard.passes(a, c);
        for (const guard of guards) guard.passes(c, b);
        expect(guards.map((guard) => guard.passes(a, b))).toEqual(first);
        expect(defaultGuards().map((guard) => guard.passes(a, b))).toEqual(first);
      }),
      { numRuns: 200 },
    );
  });
});
