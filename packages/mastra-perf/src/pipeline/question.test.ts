import { describe, expect, it } from 'vitest';
import type { ModelRequest } from './call.ts';
import { questionKey } from './question.ts';

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
});
