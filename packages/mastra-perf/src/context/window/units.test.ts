import { describe, expect, it } from 'vitest';
import type { PromptMessage } from '../../pipeline/call.ts';
import { turnsOf } from './units.ts';

const system = { role: 'system', content: 's' };
const user = { role: 'user', content: [{ type: 'text', text: 'q' }] };
const answer = { role: 'assistant', content: [{ type: 'text', text: 'a' }] };
const call = (toolCallId: string) => ({
  role: 'assistant',
  content: [{ type: 'tool-call', toolCallId, toolName: 't', input: {} }],
});
const result = (toolCallId: string) => ({
  role: 'tool',
  content: [{ type: 'tool-result', toolCallId, toolName: 't', output: { type: 'text', value: 'r' } }],
});

const cut = (prompt: readonly PromptMessage[], keepFirst = 0) =>
  turnsOf(prompt, keepFirst).map(({ from, to, fixed }) => `${from}-${to}${fixed ? ' fixed' : ''}`);

describe('units of a prompt', () => {
  it('are system messages and turns, of which the last one stays', () => {
    expect(cut([system, user, answer, user, answer, user])).toEqual(['0-1 fixed', '1-3', '3-5', '5-6 fixed']);
  });

  it('keep all of the turn that is running with its question', () => {
    expect(cut([system, user, answer, user, call('1'), result('1'), call('2'), result('2')])).toEqual([
      '0-1 fixed',
      '1-3',
      '3-8 fixed',
    ]);
  });

  it('keep system messages wherever they are', () => {
    expect(cut([user, answer, system, user, answer, system, user])).toEqual([
      '0-2',
      '2-3 fixed',
      '3-5',
      '5-6 fixed',
      '6-7 fixed',
    ]);
  });

  it('keep a result that comes in a later turn together with its call', () => {
    expect(cut([user, call('1'), user, answer, user, result('1'), user])).toEqual([
      '0-2 fixed',
      '2-4',
      '4-6 fixed',
      '6-7 fixed',
    ]);
  });

  it('keep as many first turns as are wanted', () => {
    expect(cut([system, user, answer, user, answer, user, answer, user], 2)).toEqual([
      '0-1 fixed',
      '1-3 fixed',
      '3-5 fixed',
      '5-7',
      '7-8 fixed',
    ]);
  });

  it('may begin with an answer, and there may be no question', () => {
    expect(cut([answer, call('1'), result('1'), user, answer])).toEqual(['0-3', '3-5 fixed']);
    expect(cut([answer])).toEqual(['0-1 fixed']);
    expect(cut([system])).toEqual(['0-1 fixed']);
    expect(cut([])).toEqual([]);
  });

  it('keep nothing for a result whose call is not there, or in the same turn', () => {
    expect(cut([user, result('1'), user, call('2'), result('2'), user])).toEqual(['0-2', '2-5', '5-6 fixed']);
  });

  it('keep nothing for what names a call and is no result of it', () => {
    const naming = (type: string, toolCallId: unknown = '1') => ({
      role: 'tool',
      content: [{ type, toolCallId }],
    });
    for (const other of [naming('tool-approval-request'), naming('tool-call'), naming('tool-result', '2')])
      expect(cut([user, call('1'), user, other, user])).toEqual(['0-2', '2-4', '4-5 fixed']);
    expect(cut([user, naming('tool-call', 7), user, naming('tool-result', 7), user])).toEqual([
      '0-2',
      '2-4',
      '4-5 fixed',
    ]);
    expect(cut([user, naming('no call'), user, naming('tool-result'), user])).toEqual([
      '0-2',
      '2-4',
      '4-5 fixed',
    ]);
  });

  it('keep a result with the last call of its id', () => {
    expect(cut([user, call('1'), user, call('1'), user, result('1'), user])).toEqual([
      '0-2',
      '2-4 fixed',
      '4-6 fixed',
      '6-7 fixed',
    ]);
  });

  it('may hold anything', () => {
    const odd = (content: unknown) => ({ role: 'user', content });
    expect(cut([odd(undefined), odd('text'), odd([null, undefined, 7]), user])).toEqual([
      '0-1',
      '1-2',
      '2-3',
      '3-4 fixed',
    ]);
  });
});
