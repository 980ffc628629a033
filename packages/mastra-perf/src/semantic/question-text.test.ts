import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelRequest } from '../pipeline/call.ts';
import { questionKey } from '../pipeline/question.ts';
import { anyCaller, anyModel, anyRequest } from '../pipeline/test-requests.ts';
import { bucketOf } from './find-pairs.ts';
import { SEMANTIC_DEFAULTS } from './options.ts';
import { questionIn, type QuestionRules } from './question-text.ts';

const user = (text: string) => ({ role: 'user', content: [{ type: 'text', text }] });
const system = { role: 'system', content: 'You are the system.' };
const assistant = { role: 'assistant', content: [{ type: 'text', text: 'well' }] };
const called = {
  role: 'assistant',
  content: [{ type: 'tool-call', toolCallId: 'x', toolName: 'y', input: {} }],
};
const result = {
  role: 'tool',
  content: [{ type: 'tool-result', toolCallId: 'x', toolName: 'y', output: { type: 'text', value: 'z' } }],
};
const textOf = (request: ModelRequest, rules: Partial<QuestionRules> = {}): string | undefined =>
  questionIn(request, { ...SEMANTIC_DEFAULTS, ...rules })?.text;

describe('the question of a call', () => {
  it('is the one text of the user that a prompt ends with', () => {
    expect(textOf({ prompt: [system, user('How?')] })).toBe('How?');
    expect(textOf({ prompt: [system, { role: 'user', content: 'How?' }], tools: [] })).toBe('How?');
  });

  it.each<readonly [string, ModelRequest]>([
    ['a turn before it', { prompt: [user('Why?'), assistant, user('How?')] }],
    ['two messages of the user', { prompt: [user('Why?'), user('How?')] }],
    ['an answer after it', { prompt: [user('How?'), assistant] }],
    ['a result of a tool', { prompt: [user('How?'), called, result] }],
    ['tools', { prompt: [user('How?')], tools: [{ type: 'function', name: 'x' }] }],
    ['a structured answer', { prompt: [user('How?')], responseFormat: { type: 'json' } }],
    ['a file', { prompt: [{ role: 'user', content: [{ type: 'file', data: 'x' }] }] }],
    [
      'a file beside the text',
      {
        prompt: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'How?' },
              { type: 'file', data: 'x' },
            ],
          },
        ],
      },
    ],
    [
      'two texts',
      { prompt: [{ role: 'user', content: [...user('How?').content, ...user('Why?').content] }] },
    ],
    ['no word', { prompt: [user('?!')] }],
    ['a document', { prompt: [user('How? '.repeat(500))] }],
    ['nothing', { prompt: [] }],
  ])('is none with %s', (_what, request) => expect(textOf(request)).toBeUndefined());

  it('may have turns, tools and structured answers around it where they are named', () => {
    expect(textOf({ prompt: [user('Why?'), assistant, user('How?')] }, { maxTurns: 2 })).toBe('How?');
    expect(textOf({ prompt: [user('Why?'), called, result, user('How?')] }, { maxTurns: 2 })).toBeUndefined();
    const withTools = { maxTurns: 2, tools: true };
    expect(textOf({ prompt: [user('Why?'), called, result, user('How?')] }, withTools)).toBe('How?');
    expect(textOf({ prompt: [user('Why?'), called, result] }, withTools)).toBeUndefined();
    expect(textOf({ prompt: [user('How?')], tools: [{ name: 'x' }] }, { tools: true })).toBe('How?');
    const json = { prompt: [user('How?')], responseFormat: { type: 'json' } };
    expect(textOf(json, { structuredOutput: true })).toBe('How?');
  });

  it('of whatever request never has a turn, a tool or a structure around it', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        if (questionIn(request, SEMANTIC_DEFAULTS) === undefined) return;
        const roles = request.prompt.map(({ role }) => role);
        expect(roles.filter((role) => role !== 'system')).toEqual(['user']);
        expect(request.tools ?? []).toEqual([]);
        expect(request.responseFormat?.type).not.toBe('json');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the bucket of a question', () => {
  const asked = fc.record({
    request: anyRequest,
    model: anyModel,
    caller: anyCaller,
    text: fc.string({ minLength: 1 }),
  });
  const callOf = ({
    request,
    model,
    caller,
    text,
  }: typeof asked extends fc.Arbitrary<infer T> ? T : never) => {
    const prompt = [...request.prompt.filter(({ role }) => role === 'system'), user(`q ${text}`)];
    const { tools: _tools, responseFormat: _format, ...rest } = request;
    const own = { ...rest, prompt } as ModelRequest;
    const question = questionIn(own, SEMANTIC_DEFAULTS)!;
    return { question, key: (other = own) => questionKey(model, caller, other) };
  };

  it('is one for two calls that differ in their question alone, and each finds the key of the other', () => {
    fc.assert(
      fc.property(asked, fc.string({ minLength: 1 }), (one, other) => {
        const [a, b] = [callOf(one), callOf({ ...one, text: other })];
        expect(bucketOf(a as never, a.question, 'm')).toBe(bucketOf(b as never, b.question, 'm'));
        expect(a.key(a.question.with(b.question.text))).toBe(b.key());
      }),
    );
  });

  it('is another one for another agent, scope, model or anything else', () => {
    fc.assert(
      fc.property(asked, asked, (one, other) => {
        const [a, b] = [callOf(one), callOf({ ...other, text: one.text })];
        const areSame = a.key() === b.key();
        expect(bucketOf(a as never, a.question, 'm') === bucketOf(b as never, b.question, 'm')).toBe(areSame);
        expect(bucketOf(a as never, a.question, 'm')).not.toBe(bucketOf(a as never, a.question, 'n'));
      }),
    );
  });
});
