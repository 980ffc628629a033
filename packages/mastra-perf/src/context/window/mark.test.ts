import { expect, it } from 'vitest';
import { markOf } from './mark.ts';

const text = (given: string) => ({ type: 'text', text: given });
const user = (given: string) => ({ role: 'user', content: [text(given)] });
const call = (toolCallId: string) => ({
  role: 'assistant',
  content: [{ type: 'tool-call', toolCallId, toolName: 'look', input: {} }],
});

it('is made of what the messages say, wherever they are', () => {
  const turn = [user('a question'), { role: 'assistant', content: 'an answer' }];
  const mark = markOf(turn, 0, 2);
  expect(markOf([user('before'), ...structuredClone(turn), user('after')], 1, 3)).toBe(mark);
  expect(markOf([user('a question'), { role: 'assistant', content: 'another' }], 0, 2)).not.toBe(mark);
  expect(markOf([user('A question'), turn[1]!], 0, 2)).not.toBe(mark);
});

it('does not depend on the ids of calls, which may be new in each run', () => {
  expect(markOf([user('q'), call('1')], 0, 2)).toBe(markOf([user('q'), call('2')], 0, 2));
});

it('takes messages of any shape', () => {
  for (const content of [undefined, null, 7, {}, [], [null, 7, 'text', {}, Symbol('a')]])
    expect(markOf([{ role: 'user', content }], 0, 1)).toBeGreaterThanOrEqual(0);
});

it('is spread evenly over all numbers', () => {
  const marks = Array.from({ length: 4000 }, (_, index) => markOf([user(`question ${index}`)], 0, 1));
  expect(new Set(marks).size).toBe(4000);
  const quarters = [0, 0, 0, 0];
  for (const mark of marks) quarters[Math.floor((mark / 2 ** 32) * 4)]!++;
  for (const quarter of quarters) expect(Math.abs(quarter - 1000)).toBeLessThan(120);
});

it('looks at the first hundred characters of a text, and at how long it is', () => {
  const at = (place: number): string => `${'x'.repeat(place)}y${'x'.repeat(200 - place)}`;
  const mark = (given: string): number => markOf([user(given)], 0, 1);
  expect(mark(at(99))).not.toBe(mark(at(150)));
  expect(mark(at(100))).toBe(mark(at(150)));
  expect(mark(at(100))).not.toBe(mark(`${at(100)}x`));
});

it('tells parts without a text by their type and their tool', () => {
  const part = (given: unknown): number => markOf([{ role: 'assistant', content: [given] }], 0, 1);
  const marks = [
    { type: 'tool-call', toolName: 'look' },
    { type: 'tool-call', toolName: 'book' },
    { type: 'tool-result', toolName: 'look' },
    null,
    7,
    { type: 'text', text: 'tool-call' },
  ].map(part);
  expect(new Set(marks).size).toBe(marks.length);
  expect(part({ type: 'tool-call', toolName: 'look', input: { a: 1 } })).toBe(marks[0]);
  expect(part({ type: 'text', text: 'same' })).toBe(part({ type: 'reasoning', text: 'same' }));
});

// Processes of two releases share a conversation: whoever changes these makes its prompts begin anew once.
it('is the same in every process and every release', () => {
  const turn = [user('a question'), { role: 'assistant', content: 'an answer' }, call('1')];
  expect([markOf(turn, 0, 3), markOf(turn, 0, 1), markOf(turn, 1, 2), markOf([], 0, 0)]).toEqual([
    1287836169, 295701606, 1266936409, 2872998923,
  ]);
});
