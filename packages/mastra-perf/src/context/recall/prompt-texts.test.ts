import { describe, expect, it } from 'vitest';
import { markOf } from './held-thread.ts';
import { marksOf, questionPlace, textsOf } from './prompt-texts.ts';

describe('texts of a prompt', () => {
  it('are those of its text parts, or its content', () => {
    expect(textsOf({ role: 'system', content: 'be kind' })).toEqual(['be kind']);
    const parts = [
      { type: 'text', text: 'a' },
      { type: 'file', text: 'b' },
      { type: 'text', text: 'c' },
    ];
    expect(textsOf({ role: 'user', content: parts })).toEqual(['a', 'c']);
  });

  it('are none where the content is something else', () => {
    for (const content of [
      undefined,
      null,
      7,
      {},
      [null, 7, 'text', { type: 'text' }, { type: 'text', text: 7 }],
    ])
      expect(textsOf({ role: 'user', content } as never)).toEqual([]);
  });

  it('are known by a mark that space around them does not change', () => {
    const marks = marksOf([{ role: 'user', content: [{ type: 'text', text: ' hello\n' }] }]);
    expect(marks.has(markOf('hello'))).toBe(true);
    expect(marks.has(markOf('Hello'))).toBe(false);
  });

  it('have the question in the newest message of the user', () => {
    const roles = ['system', 'user', 'assistant', 'user', 'assistant', 'tool'];
    expect(questionPlace(roles.map((role) => ({ role, content: '' })))).toBe(3);
    expect(questionPlace([{ role: 'system', content: '' }])).toBe(-1);
  });
});
