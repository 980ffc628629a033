import { describe, expect, it } from 'vitest';
import type { ModelRequest } from './call.ts';
import { canonicalHash } from '../base/canonical-hash.ts';
import { normalizerOf } from '../base/normalize.ts';
import { questionHeaders, questionKey, withoutHost } from './question.ts';

const model = {
  provider: 'openai.chat',
  modelId: 'gpt',
  specification: 'v3',
  endpoint: 'https://a.example/v1',
};
const caller = { agent: 'support', scope: ['resource', 'u1'] };
const base: ModelRequest = { prompt: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] };
const key = questionKey(model, caller, base);
const keyOf = (request: Partial<ModelRequest>): string => questionKey(model, caller, { ...base, ...request });

describe('questionKey', () => {
  it.each<[what: string, other: string]>([
    ['provider', questionKey({ ...model, provider: 'azure.chat' }, caller, base)],
    ['model', questionKey({ ...model, modelId: 'gpt-mini' }, caller, base)],
    ['specification', questionKey({ ...model, specification: 'v2' }, caller, base)],
    ['endpoint', questionKey({ ...model, endpoint: 'https://b.example/v1' }, caller, base)],
    ['agent', questionKey(model, { ...caller, agent: 'legal' }, base)],
    ['scope', questionKey(model, { ...caller, scope: ['resource', 'u2'] }, base)],
    ['scope of another kind', questionKey(model, { ...caller, scope: ['thread', 'u1'] }, base)],
    ['tenant header', keyOf({ headers: { 'x-tenant': 't1' } })],
    ['raw chunks', keyOf({ includeRawChunks: true })],
    ['tool choice', keyOf({ toolChoice: { type: 'none' } })],
  ])('separates by %s', (_what, other) => {
    expect(other).not.toBe(key);
  });

  it.each<[what: string, other: string]>([
    [
      'who calls within a scope',
      questionKey(model, { ...caller, resource: 'r', thread: 't', user: 'u' }, base),
    ],
    ['an abort signal', keyOf({ abortSignal: AbortSignal.abort() })],
    ['headers that are undefined', keyOf({ headers: { 'x-tenant': undefined } })],
    ['no headers', keyOf({ headers: {} })],
    ['no raw chunks', keyOf({ includeRawChunks: false })],
    ['empty provider options', keyOf({ providerOptions: {} })],
    [
      "Mastra's timestamps",
      keyOf({ prompt: [{ ...base.prompt[0]!, providerOptions: { mastra: { createdAt: 1 } } }] }),
    ],
  ])('does not separate by %s', (_what, other) => {
    expect(other).toBe(key);
  });

  it("keeps a provider's options beside Mastra's", () => {
    const openai = { store: true };
    expect(keyOf({ providerOptions: { openai, mastra: { createdAt: 1 } } })).toBe(
      keyOf({ providerOptions: { openai } }),
    );
    expect(keyOf({ providerOptions: { openai } })).not.toBe(key);
  });

  it('sees both values of a header that is given in two cases, in any order', () => {
    const twice = keyOf({ headers: { 'X-Tenant': '1', 'x-tenant': '2' } });
    expect(keyOf({ headers: { 'x-tenant': '2', 'X-Tenant': '1' } })).toBe(twice);
    expect(keyOf({ headers: { 'x-tenant': '2' } })).not.toBe(twice);
  });

  it('takes ids of tool calls for links only', () => {
    const run = (first: string, second: string, result: string) => {
      const call = (toolCallId: string) => ({ type: 'tool-call', toolCallId, toolName: 'clock', input: {} });
      return keyOf({
        prompt: [
          { role: 'assistant', content: [call(first), call(second)] },
          {
            role: 'tool',
            content: [{ type: 'tool-result', toolCallId: result, output: { type: 'text', value: '12:00' } }],
          },
        ],
      });
    };
    expect(run('x', 'y', 'x')).toBe(run('a', 'b', 'a'));
    expect(run('y', 'x', 'y')).toBe(run('a', 'b', 'a'));
    expect(run('a', 'b', 'b')).not.toBe(run('a', 'b', 'a'));
    expect(run('a', 'a', 'a')).not.toBe(run('a', 'b', 'a'));
    expect(run('a', 'b', 'lost')).not.toBe(run('a', 'b', 'a'));
  });

  it("takes a part's name at the provider for a name, but the item of a reasoning for its content", () => {
    const run = (type: string, itemId?: string, more = {}) => {
      const providerOptions = itemId === undefined ? undefined : { openai: { itemId, ...more } };
      return keyOf({ prompt: [{ role: 'assistant', content: [{ type, text: 'hi', providerOptions }] }] });
    };
    expect(run('text', 'msg_1')).toBe(run('text', 'msg_2'));
    expect(run('text', 'msg_1')).toBe(run('text'));
    expect(run('text', 'msg_1', { phase: 'final' })).not.toBe(run('text', 'msg_1'));
    expect(run('reasoning', 'rs_1')).not.toBe(run('reasoning', 'rs_2'));
    expect(run('reasoning', 'rs_1')).not.toBe(run('reasoning'));
  });

  it('does not write into the request', () => {
    const request = Object.freeze({
      ...base,
      headers: Object.freeze({ 'X-A': '1' }),
      providerOptions: Object.freeze({ mastra: {} }),
    });
    const before = JSON.stringify(request);
    questionKey(model, caller, request);
    expect(JSON.stringify(request)).toBe(before);
  });

  // Whoever changes these has made all stored answers unreachable: raise KEY_VERSION.
  it('is a hash of what is asked, written down in the same way in every release', () => {
    const request: ModelRequest = {
      prompt: [
        {
          role: 'system',
          content: 'Be kind',
          providerOptions: { mastra: {}, anthropic: { cacheControl: 1 } },
        },
        { role: 'user', content: [{ type: 'text', text: ' Hi  there ' }] },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'Hi', providerOptions: { openai: { itemId: 'msg_1' } } },
            { type: 'tool-call', toolCallId: 'x', toolName: 'clock', input: {} },
          ],
        },
        { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'x', toolName: 'clock', output: 12 }] },
      ],
      headers: { 'X-Tenant': 't1', 'x-request-id': 'r1' },
      includeRawChunks: true,
      providerOptions: { openai: { store: true } },
      temperature: 0,
    };
    const written = (prompt: unknown[], normalized?: string) =>
      canonicalHash({
        version: 1,
        model,
        agent: 'support',
        scope: ['resource', 'u1'],
        headers: [['x-tenant', 't1']],
        prompt: [
          { role: 'system', content: 'Be kind', providerOptions: { anthropic: { cacheControl: 1 } } },
          ...prompt,
          {
            role: 'assistant',
            content: [
              { type: 'text', text: 'Hi' },
              { type: 'tool-call', toolCallId: 0, toolName: 'clock', input: {} },
            ],
          },
          { role: 'tool', content: [{ type: 'tool-result', toolCallId: 0, toolName: 'clock', output: 12 }] },
        ],
        normalized,
        providerOptions: { openai: { store: true } },
        rest: { includeRawChunks: true, temperature: 0 },
      });
    const user = (text: string) => ({ role: 'user', content: [{ type: 'text', text }] });
    expect(questionKey(model, caller, request)).toBe(written([user(' Hi  there ')]));
    expect(questionKey(model, caller, request, normalizerOf('whitespace'))).toBe(
      written([user('Hi there')], 'whitespace'),
    );
  });

  it('takes messages of any shape', () => {
    const odd = (content: unknown, role = 'user') => keyOf({ prompt: [{ role, content }] });
    const keys = [undefined, null, 7, 'text', {}, [], [null], [7], ['text'], [[]], [{}]].map((content) =>
      odd(content),
    );
    expect(new Set(keys).size).toBe(keys.length);
    const whitespace = normalizerOf('whitespace');
    for (const content of [undefined, null, 7, {}, [], [null], [7], [['text']], [{ type: 'text', text: 7 }]])
      expect(questionKey(model, caller, { prompt: [{ role: 'user', content }] }, whitespace)).toHaveLength(
        43,
      );
    expect(keyOf({ prompt: [{ role: 'user', content: 'x', providerOptions: null }] as never })).not.toBe(
      odd('x'),
    );
  });

  it('takes an id that is no text for what it is', () => {
    const run = (toolCallId: unknown) =>
      keyOf({ prompt: [{ role: 'tool', content: [{ type: 'tool-result', toolCallId }] }] });
    expect(run(1)).not.toBe(run(2));
    expect(run('a')).toBe(run('b'));
  });
});

describe('headers of a question', () => {
  it('are in an order of their own, in small letters, without those that say nothing', () => {
    expect(
      questionHeaders({
        'X-B': '1',
        a: '2',
        A: '1',
        none: undefined,
        'X-Request-Id': 'r',
        'X-B3-TraceId': 't',
      }),
    ).toEqual([
      ['a', '1'],
      ['a', '2'],
      ['x-b', '1'],
    ]);
    expect(questionHeaders(undefined)).toEqual([]);
  });

  it.each([
    'x-thread-id',
    'x-resource-id',
    'x-request-id',
    'x-correlation-id',
    'traceparent',
    'tracestate',
    'baggage',
    'sentry-trace',
    'b3',
    'x-b3-traceid',
    'x-datadog-trace-id',
    'x-amzn-trace-id',
    'x-cloud-trace-context',
    'user-agent',
  ])('are not %s, which names a call, a trace or a client', (name) => {
    expect(questionHeaders({ [name]: '1', [`${name}s`]: '2' })).toEqual(
      name.startsWith('x-b3-') || name.startsWith('x-datadog-') ? [] : [[`${name}s`, '2']],
    );
  });

  it('are told by the begin of their names only where those begin so', () => {
    expect(questionHeaders({ 'my-x-b3-': '1', 'x-datadog': '2', 'x-b3': '3', 'x-datadog-': '4' })).toEqual([
      ['my-x-b3-', '1'],
      ['x-b3', '3'],
      ['x-datadog', '2'],
    ]);
  });
});

describe('provider options of a question', () => {
  it.each<[given: unknown, left: unknown]>([
    [{ openai: { store: true }, mastra: {}, mastraPerf: {} }, { openai: { store: true } }],
    [{ mastra: { createdAt: 1 } }, undefined],
    [{ mastraPerf: { outcome: 'hit' } }, undefined],
    [{}, undefined],
    [undefined, undefined],
    [null, null],
    ['text', 'text'],
    [['mastra'], ['mastra']],
  ])('%j are %j without those of the host', (given, left) => {
    expect(withoutHost(given)).toEqual(left);
  });
});
