import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { normalizerOf, type Normalize } from '../base/normalize.ts';
import { isRecord } from '../base/test-changes.ts';
import type { ModelRequest, PromptMessage } from './call.ts';
import { questionKey } from './question.ts';
import { anyRequest } from './test-requests.ts';

vi.setConfig({ testTimeout: 60_000 });

const model = { provider: 'p', modelId: 'm', specification: 'v3' };
const caller = { agent: 'a', scope: ['agent'] };
const keyOf = (normalize: Normalize, request: ModelRequest): string =>
  questionKey(model, caller, request, normalizerOf(normalize));
const asked = (...content: unknown[]): ModelRequest => ({ prompt: [{ role: 'user', content }] });
const text = (said: string, more = {}) => ({ type: 'text', text: said, ...more });
const MODES = ['exact', 'whitespace', 'insensitive'] as const;

/** Whether two texts of a user are one question. */
const same = (normalize: Normalize, one: string, other: string): boolean =>
  keyOf(normalize, asked(text(one))) === keyOf(normalize, asked(text(other)));

describe('a question of a user', () => {
  it.each<[one: string, other: string, exact: boolean, whitespace: boolean, insensitive: boolean]>([
    [' What is TTL? ', 'What is TTL?', false, true, true],
    [' What is TTL? ', 'what is ttl?', false, false, true],
    ['a b', 'ab', false, false, false],
    ['a\u00a0b', 'a b', false, true, true],
    ['a\n\nb', 'a b', false, true, true],
    ['US', 'us', false, false, true],
    ['a', 'b', false, false, false],
    ['what is ttl', 'what is ttl?', false, false, false],
  ])('%j or %j', (one, other, ...expected) => {
    expect(MODES.map((mode) => same(mode, one, other))).toEqual(expected);
  });

  it('loses the indentation of code in whitespace, as the documentation says', () => {
    const inside = 'for x in y:\n    f(x)\n    g(x)';
    const outside = 'for x in y:\n    f(x)\ng(x)';
    expect(same('exact', inside, outside)).toBe(false);
    expect(same('whitespace', inside, outside)).toBe(true);
  });

  it('is what a function makes of it', () => {
    const digits = (said: string) => said.replaceAll(/\d+/g, '#');
    expect(same(digits, 'order 42', 'order 7')).toBe(true);
    expect(same(digits, 'order 42', 'orders 42')).toBe(false);
  });

  it('may be a text that is not in parts', () => {
    const plain = (content: string) => keyOf('whitespace', { prompt: [{ role: 'user', content }] });
    expect(plain(' a  b ')).toBe(plain('a b'));
    expect(plain('a b')).not.toBe(plain('a c'));
  });

  it('in several parts keeps its parts', () => {
    const key = keyOf('whitespace', asked(text('a b'), text('c')));
    expect(keyOf('whitespace', asked(text(' a  b'), text('c\n')))).toBe(key);
    expect(keyOf('whitespace', asked(text('a'), text('b c')))).not.toBe(key);
    expect(keyOf('whitespace', asked(text('a b c')))).not.toBe(key);
    expect(keyOf('whitespace', asked(text('c'), text('a b')))).not.toBe(key);
  });

  it('keeps files, pictures and what else is not text', () => {
    const file = (data: unknown, more = {}) => ({ type: 'file', mediaType: 'text/plain', data, ...more });
    const key = keyOf('insensitive', asked(text('look'), file(new Uint8Array([1, 2]))));
    expect(keyOf('insensitive', asked(text(' LOOK'), file(new Uint8Array([1, 2]))))).toBe(key);
    expect(keyOf('insensitive', asked(text('look'), file(new Uint8Array([1, 3]))))).not.toBe(key);
    expect(keyOf('insensitive', asked(text('look'), file('QQ==')))).not.toBe(
      keyOf('insensitive', asked(text('look'), file('qq=='))),
    );
    expect(keyOf('insensitive', asked(file('x', { text: 'A' })))).not.toBe(
      keyOf('insensitive', asked(file('x', { text: 'a' }))),
    );
  });

  it('keeps the options of its parts', () => {
    const cached = { providerOptions: { anthropic: { cacheControl: { type: 'Ephemeral' } } } };
    expect(keyOf('insensitive', asked(text('a', cached)))).not.toBe(keyOf('insensitive', asked(text('a'))));
    expect(keyOf('insensitive', asked(text('a', cached)))).toBe(
      keyOf('insensitive', asked(text('A', cached))),
    );
  });
});

describe('what is not said by a user counts as it is', () => {
  const tool = (output: unknown): PromptMessage => ({
    role: 'tool',
    content: [{ type: 'tool-result', toolCallId: 'c', toolName: 't', output }],
  });
  const call = (input: unknown): PromptMessage => ({
    role: 'assistant',
    content: [{ type: 'tool-call', toolCallId: 'c', toolName: 't', input }],
  });

  it.each<[what: string, one: PromptMessage, other: PromptMessage]>([
    ['instructions', { role: 'system', content: 'Be kind' }, { role: 'system', content: 'be  kind' }],
    [
      'instructions in parts',
      { role: 'system', content: [text('Be kind')] },
      { role: 'system', content: [text('be kind')] },
    ],
    [
      'answers',
      { role: 'assistant', content: [text('Yes')] },
      { role: 'assistant', content: [text('yes ')] },
    ],
    [
      'thoughts',
      { role: 'assistant', content: [{ type: 'reasoning', text: 'A' }] },
      { role: 'assistant', content: [{ type: 'reasoning', text: 'a' }] },
    ],
    ['tool results', tool({ type: 'text', value: 'US' }), tool({ type: 'text', value: 'us' })],
    [
      'tool results in JSON',
      tool({ type: 'json', value: { a: ' x' } }),
      tool({ type: 'json', value: { a: 'x' } }),
    ],
    [
      'tool results in parts',
      tool({ type: 'content', value: [text('US')] }),
      tool({ type: 'content', value: [text('us')] }),
    ],
    ['tool calls', call({ q: 'US' }), call({ q: 'us' })],
    [
      'messages of a role of tomorrow',
      { role: 'developer', content: [text('US')] },
      { role: 'developer', content: [text('us')] },
    ],
  ])('%s', (_what, one, other) => {
    const [a, b] = [one, other].map((message) =>
      keyOf('insensitive', { prompt: [message, ...asked(text('go')).prompt] }),
    );
    expect(a).not.toBe(b);
  });

  it.each<[what: string, one: object, other: object]>([
    [
      'tools',
      { tools: [{ type: 'function', name: 't', description: 'US' }] },
      { tools: [{ type: 'function', name: 't', description: 'us' }] },
    ],
    ['stop sequences', { stopSequences: ['END'] }, { stopSequences: ['end'] }],
    [
      'provider options',
      { providerOptions: { openai: { user: 'A' } } },
      { providerOptions: { openai: { user: 'a' } } },
    ],
  ])('%s', (_what, one, other) => {
    const base = asked(text('go'));
    expect(keyOf('insensitive', { ...base, ...one })).not.toBe(keyOf('insensitive', { ...base, ...other }));
  });
});

describe('modes', () => {
  it('never share a question, not even where they agree on it', () => {
    const request = asked(text('what is ttl?'));
    const keys = [...MODES, (said: string) => said, (said: string) => said.trim()].map((mode) =>
      keyOf(mode, request),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('leave exact keys as they are without any', () => {
    const request = asked(text(' A  b '));
    expect(keyOf('exact', request)).toBe(questionKey(model, caller, request));
  });

  it('do not write into the request', () => {
    const content = Object.freeze([Object.freeze(text('  A ')), 7, null]);
    const request = Object.freeze({ prompt: Object.freeze([Object.freeze({ role: 'user', content })]) });
    keyOf('insensitive', request);
    expect(content[0]).toEqual(text('  A '));
  });

  it('change nothing for random requests but the texts of users', () => {
    const shout = (request: ModelRequest, who: (role: string) => boolean): ModelRequest => ({
      ...request,
      prompt: request.prompt.map((message) =>
        who(message.role) && Array.isArray(message.content)
          ? {
              ...message,
              content: message.content.map((part: unknown) =>
                isRecord(part) && part.type === 'text' ? { ...part, text: ` ${String(part.text)}\n` } : part,
              ),
            }
          : message,
      ),
    });
    const hasText = (request: ModelRequest, role: string): boolean =>
      request.prompt.some(
        (message) =>
          message.role === role &&
          Array.isArray(message.content) &&
          message.content.some((part: unknown) => isRecord(part) && part.type === 'text'),
      );
    fc.assert(
      fc.property(
        anyRequest,
        fc.constantFrom('whitespace' as const, 'insensitive' as const),
        (request, mode) => {
          const key = keyOf(mode, request);
          expect(
            keyOf(
              mode,
              shout(request, (role) => role === 'user'),
            ),
          ).toBe(key);
          const others = keyOf(
            mode,
            shout(request, (role) => role === 'assistant'),
          );
          if (hasText(request, 'assistant')) expect(others).not.toBe(key);
          else expect(others).toBe(key);
        },
      ),
      { numRuns: 500 },
    );
  });
});
