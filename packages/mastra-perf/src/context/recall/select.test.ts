import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRecallIndex, type RecallMessage } from './recall-index.ts';
import { select, type Selection } from './select.ts';

const talk = [
  'Ann: I adopted a grey kitten on Sunday',
  'Bob: what is its name?',
  'Ann: we call it Pixel',
  'Bob: my printer broke again',
  'Ann: did you call the shop?',
  'Bob: the shop is closed until Monday',
  'Ann: the weather is lovely',
  'Bob: let us go for a walk',
];

function thread(texts: readonly string[], tokens: (place: number) => number = () => 10) {
  const messages = texts.map((text, place) => ({ id: `m${place}`, text, tokens: tokens(place) }));
  const index = createRecallIndex();
  for (const message of messages) index.add(message as RecallMessage);
  return { index, messages };
}
const ids = ({ kept }: Selection): string[] => kept.map(({ id }) => id);
const why = (selection: Selection, id: string) => selection.kept.find((kept) => kept.id === id)?.why;

describe('select', () => {
  it('keeps the last messages and recalls what the question is about, with its neighbour, in order', () => {
    const selection = select({
      ...thread(talk),
      question: { text: 'What kitten did Ann adopt?' },
      budget: 40,
      keepLast: 2,
    });
    expect(ids(selection)).toEqual(['m0', 'm1', 'm6', 'm7']);
    expect(selection.tokens).toBe(40);
  });

  it('says why each message is kept', () => {
    const selection = select({ ...thread(talk), question: { text: 'grey kitten' }, budget: 50, keepLast: 2 });
    expect(why(selection, 'm0')).toBe('words');
    expect(why(selection, 'm1')).toBe('nearby');
    expect(why(selection, 'm7')).toBe('last');
    const { words, meaning, speaker, nearby, total } = selection.kept[0]!.relevance!;
    expect(words + meaning + speaker + nearby).toBeCloseTo(total, 9);
    expect(selection.kept.at(-1)?.relevance).toBeUndefined();
  });

  it('recalls by meaning what shares no word with the question', () => {
    const { index, messages } = thread(talk);
    for (const { id } of messages) index.setVector(id, Float32Array.of(0, id === 'm3' ? 1 : 0, 1));
    const question = { text: 'defective hardware', vector: Float32Array.of(0, 1, 0) };
    const selection = select({ index, messages, question, budget: 30, keepLast: 2 });
    expect(ids(selection)).toEqual(['m3', 'm6', 'm7']);
    expect(why(selection, 'm3')).toBe('meaning');
  });

  it('recalls nothing for a question that has to do with nothing', () => {
    const selection = select({ ...thread(talk), question: { text: 'zebra?' }, budget: 1000, keepLast: 3 });
    expect(ids(selection)).toEqual(['m5', 'm6', 'm7']);
  });

  it('keeps the newest of the last messages when not all of them fit, without a gap', () => {
    const tokens = (place: number): number => (place === 6 ? 100 : 10);
    const selection = select({
      ...thread(talk, tokens),
      question: { text: 'kitten' },
      budget: 50,
      keepLast: 3,
    });
    expect(ids(selection)).toEqual(['m7']);
  });

  it('passes over a message that would take most of the room', () => {
    const tokens = (place: number): number => (place === 0 ? 900 : 10);
    const options = { ...thread(talk, tokens), question: { text: 'grey kitten' }, keepLast: 0 };
    expect(ids(select({ ...options, budget: 1000 }))).not.toContain('m0');
    expect(ids(select({ ...options, budget: 1000 }))).toContain('m1');
    expect(ids(select({ ...options, budget: 4000 }))).toContain('m0');
  });

  it('never keeps a message whose size is not known', () => {
    const tokens = (place: number): number => (place === 0 ? Number.NaN : 10);
    const options = { ...thread(talk, tokens), question: { text: 'kitten' } };
    expect(ids(select({ ...options, budget: 1000, keepLast: 2 }))).not.toContain('m0');
    expect(ids(select({ ...options, budget: 1000, keepLast: 8 }))).not.toContain('m0');
  });

  it('copes with no messages and no budget', () => {
    const question = { text: 'kitten' };
    expect(select({ ...thread([]), question, budget: 100, keepLast: 6 })).toEqual({ kept: [], tokens: 0 });
    expect(ids(select({ ...thread(talk), question, budget: 0, keepLast: 6 }))).toEqual([]);
    expect(ids(select({ ...thread(talk), question, budget: -5, keepLast: 0 }))).toEqual([]);
  });

  const word = fc.constantFrom('boat', 'sea', 'dinner', 'Ann:', 'bought', 'kitten', 'walk', 'shop');
  const message = fc.record({
    text: fc.array(word, { maxLength: 6 }).map((parts) => parts.join(' ')),
    tokens: fc.oneof(fc.nat(60), fc.nat(3000)),
    vector: fc.option(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }))),
  });
  const input = fc.record({
    all: fc.array(message, { maxLength: 40 }),
    text: fc.array(word, { maxLength: 4 }).map((parts) => parts.join(' ')),
    vector: fc.constantFrom(undefined, Float32Array.of(1, 2)),
    keepLast: fc.nat(8),
    budgets: fc.tuple(fc.nat(6000), fc.nat(6000)),
  });
  const run = ({ all, text, vector, keepLast }: typeof input extends fc.Arbitrary<infer T> ? T : never) => {
    const messages = all.map((one, place) => ({ id: `m${place}`, ...one }));
    const index = createRecallIndex();
    for (const one of messages)
      index.add({ id: one.id, text: one.text }, one.vector ? Float32Array.from(one.vector) : undefined);
    return (budget: number) => select({ index, messages, question: { text, vector }, budget, keepLast });
  };

  it('is never over the budget, keeps the order and the last messages, and repeats itself', () => {
    fc.assert(
      fc.property(input, (given) => {
        const [budget] = given.budgets;
        const selection = run(given)(budget);
        expect(selection.tokens).toBeLessThanOrEqual(budget);
        const places = ids(selection).map((id) => Number(id.slice(1)));
        expect(selection.tokens).toBe(places.reduce((sum, place) => sum + given.all[place]!.tokens, 0));
        expect(places).toEqual([...new Set(places)].toSorted((a, b) => a - b));
        const last = [...given.all.keys()].slice(Math.max(0, given.all.length - given.keepLast));
        const fits = last.reduce((sum, place) => sum + given.all[place]!.tokens, 0) <= budget;
        if (fits) expect(places).toEqual(expect.arrayContaining(last));
        expect(run(given)(budget)).toEqual(selection);
      }),
    );
  });

  it('keeps with a larger budget all that it keeps with a smaller one', () => {
    fc.assert(
      fc.property(input, (given) => {
        const [smaller, larger] = given.budgets.toSorted((a, b) => a - b) as [number, number];
        const selectAt = run(given);
        expect(ids(selectAt(larger))).toEqual(expect.arrayContaining(ids(selectAt(smaller))));
      }),
      { numRuns: 500 },
    );
  });
});
