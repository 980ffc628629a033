import { describe, expect, it } from 'vitest';
import { answerOf } from '../pipeline/test-calls.ts';
import { defaultGuards } from './guards/default-guards.ts';
import { isSameAnswer, saidCollector, saidIn, type Said } from './same-answer.ts';

const isAlike = (a: string, b: string): boolean => defaultGuards().every((guard) => guard.passes(a, b));
const said = (text: string, isMore = false): Said => ({ text, isMore });
const isSame = (a: string, b: string): boolean => isSameAnswer(said(a), said(b), isAlike);

describe('two answers', () => {
  it('say the same but for case, spaces and marks', () => {
    expect(isSame('Paris is the capital.', 'paris  is the capital')).toBe(true);
  });

  it.each([
    [
      'The fee is 10 dollars for each of the seats that you book.',
      'The fee is 20 dollars for each of the seats that you book.',
    ],
    [
      'Yes, you can return it within the first month after you bought it.',
      'No, you cannot return it within the first month after you bought it.',
    ],
    ['Use the blue form.', 'Take the second door on the left, then wait.'],
    ['', ''],
    ['!', '!'],
  ])('do not say the same: %j, %j', (a, b) => expect(isSame(a, b)).toBe(false));

  it('do not say the same where they hold more than text', () => {
    expect(isSameAnswer(said('a b c', true), said('a b c'), isAlike)).toBe(false);
  });
});

describe('what an answer says', () => {
  it('is its text', () => {
    const collector = saidCollector();
    for (const part of answerOf('Hello there')) collector.see(part);
    expect(collector.said()).toEqual(said('Hello there'));
  });

  it.each(['tool-call', 'file', 'source', 'tool-result', 'part-of-tomorrow'])(
    'is more with a part %s',
    (type) => {
      expect(saidIn([...answerOf('x'), { type }].map((part) => ({ part }))).isMore).toBe(true);
    },
  );

  it('is too much to be compared from some length on', () => {
    expect(saidIn(answerOf('x'.repeat(30_000)).map((part) => ({ part }))).isMore).toBe(true);
  });
});
