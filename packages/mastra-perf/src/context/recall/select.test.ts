import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRecallIndex, type RecallMessage } from './recall-index.ts';
import { select, type Selected } from './select.ts';

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
const ids = (selected: readonly Selected[]): string[] => selected.map(({ id }) => id);
const why = (selected: readonly Selected[], id: string) => selected.find((one) => one.id === id)?.why;
const tokensOf = (selected: readonly Selected[]): number =>
  selected.reduce((sum, { tokens }) => sum + tokens, 0);
/** All but the last messages, which are in the prompt. */
const free = { isInPrompt: (place: number) => place > 5, least: 0 };
const none = { isInPrompt: () => false, least: 0 };

describe('select', () => {
  it('recalls what the question is about, with its neighbour, in order', () => {
    const question = { text: 'What kitten did Ann adopt?' };
    const selected = select({ ...thread(talk), ...free, question, budget: 20 });
    expect(ids(selected)).toEqual(['m0', 'm1']);
  });

  it('says why each message is recalled', () => {
    const question = { text: 'grey kitten' };
    const selected = select({ ...thread(talk), ...free, question, budget: 30 });
    expect(why(selected, 'm0')).toBe('words');
    expect(why(selected, 'm1')).toBe('nearby');
    const { words, meaning, speaker, nearby, total } = selected[0]!.relevance;
    expect(words + meaning + speaker + nearby).toBeCloseTo(total, 9);
  });

  it('never recalls what is in the prompt', () => {
    const isInPrompt = (place: number): boolean => place === 0;
    const question = { text: 'grey kitten' };
    const selected = select({ ...thread(talk), isInPrompt, question, least: 0, budget: 1000 });
    expect(ids(selected)).not.toContain('m0');
    expect(ids(selected)).toContain('m1');
  });

  it('recalls nothing that is less relevant than it must be', () => {
    const question = { text: 'grey kitten' };
    const all = select({ ...thread(talk), ...free, question, budget: 1000 });
    const totals = all.map(({ relevance }) => relevance.total).toSorted((a, b) => b - a);
    const least = totals[1]!;
    const some = select({ ...thread(talk), ...free, question, budget: 1000, least });
    expect(some).toHaveLength(2);
    expect(all.length).toBeGreaterThan(2);
  });

  it('recalls by meaning what shares no word with the question', () => {
    const { index, messages } = thread(talk);
    for (const { id } of messages) index.setVector(id, Float32Array.of(0, id === 'm3' ? 1 : 0, 1));
    const question = { text: 'defective hardware', vector: Float32Array.of(0, 1, 0) };
    const selected = select({ index, messages, ...free, question, budget: 10 });
    expect(ids(selected)).toEqual(['m3']);
    expect(why(selected, 'm3')).toBe('meaning');
  });

  it('recalls nothing for a question that has to do with nothing', () => {
    const question = { text: 'zebra?' };
    expect(select({ ...thread(talk), ...none, question, budget: 1000 })).toEqual([]);
  });

  it('passes over a message that would take most of the room', () => {
    const tokens = (place: number): number => (place === 0 ? 900 : 10);
    const options = { ...thread(talk, tokens), ...none, question: { text: 'grey kitten' } };
    expect(ids(select({ ...options, budget: 1000 }))).not.toContain('m0');
    expect(ids(select({ ...options, budget: 1000 }))).toContain('m1');
    expect(ids(select({ ...options, budget: 4000 }))).toContain('m0');
  });

  it('never keeps a message whose size is not known', () => {
    const tokens = (place: number): number => (place === 0 ? Number.NaN : 10);
    const options = { ...thread(talk, tokens), ...none, question: { text: 'kitten' } };
    expect(ids(select({ ...options, budget: 1000 }))).not.toContain('m0');
  });

  it('copes with no messages and no budget', () => {
    const question = { text: 'kitten' };
    expect(select({ ...thread([]), ...none, question, budget: 100 })).toEqual([]);
    expect(select({ ...thread(talk), ...none, question, budget: 0 })).toEqual([]);
    expect(select({ ...thread(talk), ...none, question, budget: -5 })).toEqual([]);
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
    inPrompt: fc.nat(8),
    budgets: fc.tuple(fc.nat(6000), fc.nat(6000)),
  });
  const run = ({ all, text, vector, inPrompt }: typeof input extends fc.Arbitrary<infer T> ? T : never) => {
    const messages = all.map((one, place) => ({ id: `m${place}`, ...one }));
    const index = createRecallIndex();
    for (const one of messages)
      index.add({ id: one.id, text: one.text }, one.vector ? Float32Array.from(one.vector) : undefined);
    const isInPrompt = (place: number): boolean => place >= all.length - inPrompt;
    return (budget: number) =>
      select({ index, messages, isInPrompt, question: { text, vector }, budget, least: 0 });
  };

  it('is never over the budget, keeps the order, leaves alone what is in the prompt, and repeats itself', () => {
    fc.assert(
      fc.property(input, (given) => {
        const [budget] = given.budgets;
        const selection = run(given)(budget);
        expect(tokensOf(selection)).toBeLessThanOrEqual(budget);
        const places = ids(selection).map((id) => Number(id.slice(1)));
        expect(tokensOf(selection)).toBe(places.reduce((sum, place) => sum + given.all[place]!.tokens, 0));
        expect(places).toEqual([...new Set(places)].toSorted((a, b) => a - b));
        expect(places.every((place) => place < given.all.length - given.inPrompt)).toBe(true);
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
