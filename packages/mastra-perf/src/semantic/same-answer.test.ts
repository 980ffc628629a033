import { describe, expect, it } from 'vitest';
import { answerOf } from '../pipeline/test-calls.ts';
import { answerGuards } from './guards/answer-guards.ts';
import { isSameAnswer, saidCollector, saidIn, type Said } from './same-answer.ts';

const guards = answerGuards();
const isAlike = (a: string, b: string): boolean => guards.every((guard) => guard.passes(a, b));
const said = (text: string, isMore = false): Said => ({ text, isMore });
const isSame = (a: string, b: string): boolean => isSameAnswer(said(a), said(b), isAlike);

describe('two answers', () => {
  it('say the same but for case, spaces and marks', () => {
    expect(isSame('Paris is the capital.', 'paris  is the capital')).toBe(true);
  });

  it.each([
    [
      "You'll find it in the settings of your account, under the tab that is called Security.",
      'You will find it in the settings of your account, under the tab that is called Security.',
    ],
    [
      'The shop opens at nine, is closed on Sundays, and has a car park that is free for those who buy something.',
      'The shop opens at 9, is closed on Sundays, and has a car park that is free for those who buy something.',
    ],
  ])('say the same where they differ in what changes nothing: %j, %j', (a, b) =>
    expect(isSame(a, b)).toBe(true),
  );

  it('are compared where they are longer than any question may be', () => {
    const long = Array.from({ length: 300 }, (_, at) => `Step ${at} is done.`).join(' ');
    expect(long.length).toBeGreaterThan(4000);
    expect(isSame(`${long} You'll see it.`, `${long} You will see it.`)).toBe(true);
    expect(isSame(`${long} You'll see it.`, `${long} You will not see it.`)).toBe(false);
    expect(isSame(`${long} ${long} You'll see it.`, `${long} ${long} You will see it.`)).toBe(false);
  });

  it.each([
    [
      'Use the blue form to ask for a new card at the bank of your choice.',
      'Use the red form to ask for a new card at the bank of your choice.',
    ],
    [
      'Send the parcel from Berlin to Paris with the form that you find in the settings of the shop.',
      'Send the parcel from Paris to Berlin with the form that you find in the settings of the shop.',
    ],
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
