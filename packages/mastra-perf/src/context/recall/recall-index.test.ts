import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRecallIndex, type RecallIndexOptions, type RecallMessage } from './recall-index.ts';

const indexOf = (messages: readonly RecallMessage[], options?: RecallIndexOptions) => {
  const index = createRecallIndex(options);
  for (const message of messages) index.add(message);
  return index;
};
const texts = (...all: string[]): RecallMessage[] =>
  all.map((text, place) => ({ id: `m${place}`, text, createdAt: place * 1000 }));

describe('recall index', () => {
  it('gives the most to the message that holds most of what the question asks', () => {
    const messages = texts('we bought a sailing boat', 'a boat is nice', 'dinner was good');
    const { words } = indexOf(messages).match({ text: 'who bought the sailing boat?' }, messages);
    expect(words[0]).toBeGreaterThan(words[1]!);
    expect(words[1]).toBeGreaterThan(0);
    expect(words[2]).toBe(0);
  });

  it('finds nothing when no word of the question is known', () => {
    const messages = texts('one thing', 'another thing');
    expect([...indexOf(messages).match({ text: 'zebra?' }, messages).words]).toEqual([0, 0]);
    expect([...createRecallIndex().match({ text: 'zebra?' }, messages).words]).toEqual([0, 0]);
  });

  it('forgets a message that is removed, or added again with another text', () => {
    const messages = texts('apples', 'pears', 'plums');
    const index = indexOf(messages);
    expect(index.remove('m0')).toBe(true);
    expect(index.remove('m0')).toBe(false);
    index.add({ id: 'm1', text: 'cherries' });
    expect(index.size).toBe(2);
    expect([...index.match({ text: 'apples and pears' }, messages).words]).toEqual([0, 0, 0]);
    expect(index.match({ text: 'cherries' }, messages).words[1]).toBeGreaterThan(0);
  });

  it('has nothing to say of messages that it does not hold', () => {
    const messages = texts('apples');
    const { words, meaning, speaker } = indexOf(messages).match(
      { text: 'apples', vector: Float32Array.of(1) },
      [{ id: 'stranger' }],
    );
    expect([...words, ...speaker]).toEqual([0, 0]);
    expect(meaning).toBeUndefined();
  });

  it('marks the messages of who is named', () => {
    const messages = [
      { id: 'a', text: 'Ann: I moved house' },
      { id: 'b', text: 'I moved house', speaker: 'Bob' },
    ];
    expect([...indexOf(messages).match({ text: 'When did Bob move?' }, messages).speaker]).toEqual([0, 1]);
  });

  it('gives up the oldest messages, whatever order they came in', () => {
    const messages = texts('one', 'two', 'three', 'four');
    for (const order of [messages, messages.toReversed()]) {
      const index = indexOf(order, { maxMessages: 2 });
      expect(messages.map(({ id }) => index.has(id))).toEqual([false, false, true, true]);
    }
  });

  it('gives up the oldest messages when there are too many words', () => {
    const index = indexOf(texts('red green blue', 'black white grey', 'pink'), { maxTerms: 14 });
    expect(['m0', 'm1', 'm2'].map((id) => index.has(id))).toEqual([false, true, true]);
    index.add({
      id: 'huge',
      text: Array.from({ length: 100 }, (_, n) => `word${n}`).join(' '),
      createdAt: 9e9,
    });
    expect(index.size).toBe(0);
  });

  it('compares meaning for the messages that have a vector', () => {
    const messages = texts('one', 'two', 'three', 'four');
    const index = indexOf(messages);
    expect(index.setVector('m0', Float32Array.of(1, 0, 0))).toBe(true);
    expect(index.setVector('m1', Float32Array.of(0.9, 0.1, 0))).toBe(true);
    expect(index.setVector('m2', Float32Array.of(0, 0, 1))).toBe(true);
    const { meaning } = index.match({ text: '', vector: Float32Array.of(2, 0, 0) }, messages);
    expect(meaning![0]).toBeGreaterThan(meaning![1]!);
    expect(meaning![1]).toBeGreaterThan(0);
    expect(meaning![2]).toBeLessThan(0);
    expect(meaning![3]).toBe(0);
  });

  it('does without vectors that cannot be compared', () => {
    const messages = texts('one', 'two');
    const index = indexOf(messages);
    expect(index.setVector('m0', Float32Array.of(1, 0))).toBe(true);
    expect(index.setVector('m1', Float32Array.of(1, 0, 0))).toBe(false);
    expect(index.setVector('m1', Float32Array.of(0, 0))).toBe(false);
    expect(index.setVector('m1', Float32Array.of(Number.NaN, 1))).toBe(false);
    expect(index.setVector('stranger', Float32Array.of(1, 0))).toBe(false);
    expect([index.hasVector('m0'), index.hasVector('m1')]).toEqual([true, false]);
    expect(index.match({ text: 'one', vector: Float32Array.of(1) }, messages).meaning).toBeUndefined();
  });

  it('takes vectors of another length once those of the first are gone', () => {
    const index = indexOf(texts('one', 'two'));
    index.setVector('m0', Float32Array.of(1, 0));
    index.remove('m0');
    expect(index.setVector('m1', Float32Array.of(1, 0, 0))).toBe(true);
  });

  it('answers the same in whatever order messages came and went', () => {
    const word = fc.constantFrom('boat', 'sea', 'dinner', 'Ann', 'bought', 'may', '北京');
    const message = fc.array(word, { maxLength: 6 }).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 12 }),
        fc.infiniteStream(fc.nat()),
        message,
        (all, order, text) => {
          const messages = texts(...all);
          const vectorOf = (place: number): Float32Array => Float32Array.of(1, place % 3, (place * 7) % 5);
          const straight = createRecallIndex();
          for (const [place, one] of messages.entries()) straight.add(one, vectorOf(place));
          const shuffled = createRecallIndex();
          const keys = messages.map(() => order.next().value as number);
          const places = [...messages.keys()].toSorted((a, b) => keys[a]! - keys[b]!);
          for (const place of places) {
            shuffled.add({ id: `x${place}`, text: 'boat boat sea' }, vectorOf(1));
            shuffled.add(messages[place]!);
            shuffled.setVector(messages[place]!.id, vectorOf(place));
            shuffled.remove(`x${place}`);
          }
          const question = { text, vector: Float32Array.of(1, 1, 0) };
          expect(shuffled.match(question, messages)).toEqual(straight.match(question, messages));
        },
      ),
    );
  });
});
