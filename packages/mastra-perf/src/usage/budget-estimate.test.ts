import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelRequest } from '../pipeline/call.ts';
import { anyRequest } from '../pipeline/test-requests.ts';
import { inputTokens } from './budget-estimate.ts';

const mostOf = (request: ModelRequest, modelId = 'm'): number =>
  inputTokens({ request, model: { provider: 'p', modelId, specification: 'v3' } }).most;
const user = (...content: object[]): ModelRequest => ({ prompt: [{ role: 'user', content }] });
const EMPTY = mostOf(user());

/** All texts in a value, as a provider gets them at the least. */
const texts = (value: unknown): number => {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || value instanceof URL)
    return 0;
  return Object.values(value).reduce<number>((sum, field) => sum + texts(field), 0);
};

describe('the bound on input tokens', () => {
  it('is a token for each byte that a prompt and its tools say, and more', () => {
    const says = fc.record({
      prompt: fc.array(
        fc.record({
          role: fc.constantFrom('system', 'user'),
          content: fc.oneof(
            fc.string({ unit: 'binary' }),
            fc.array(
              fc.record({ type: fc.constantFrom('text', 'reasoning'), text: fc.string({ unit: 'binary' }) }),
            ),
          ),
        }),
      ),
      tools: fc.array(
        fc.record({ type: fc.constant('function'), name: fc.string(), inputSchema: fc.jsonValue() }),
      ),
      responseFormat: fc.record({ type: fc.constant('json'), schema: fc.jsonValue() }),
    });
    fc.assert(
      fc.property(says, (request) => {
        expect(mostOf(request as ModelRequest)).toBeGreaterThan(
          texts(request.prompt.map(({ content }) => content)),
        );
        expect(mostOf(request as ModelRequest)).toBeGreaterThan(
          JSON.stringify(request.tools).length + JSON.stringify(request.responseFormat).length,
        );
      }),
    );
  });

  it('is a whole positive number for any request', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const { most, likely } = inputTokens({
          request,
          model: { provider: 'p', modelId: 'm', specification: 'v3' },
        });
        expect(Number.isSafeInteger(most)).toBe(true);
        expect(likely).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('counts a character as what its compatibility form takes', () => {
    expect(mostOf(user({ type: 'text', text: '\ufdfa' })) - mostOf(user({ type: 'text', text: '' }))).toBe(
      33,
    );
  });

  it('counts tool calls and their results', () => {
    const call = { type: 'tool-call', toolCallId: 'c', toolName: 'find', input: { q: 'x'.repeat(500) } };
    const result = { type: 'tool-result', toolCallId: 'c', toolName: 'find' };
    const json = { ...result, output: { type: 'json', value: { rows: ['y'.repeat(700)] } } };
    const content = {
      ...result,
      output: { type: 'content', value: [{ type: 'text', text: 'z'.repeat(900) }] },
    };
    expect(mostOf(user(call)) - EMPTY).toBeGreaterThan(500);
    expect(mostOf(user(json)) - EMPTY).toBeGreaterThan(700);
    expect(mostOf(user(content)) - EMPTY).toBeGreaterThan(900);
  });

  it('takes an image for what the dearest tokenizer makes of one, however many bytes it has', () => {
    const image = (data: unknown) => user({ type: 'file', mediaType: 'image/png', data });
    expect(mostOf(image(new Uint8Array(2_000_000))) - EMPTY).toBeLessThan(10_000);
    expect(mostOf(image(new URL('https://x.example/a.png'))) - EMPTY).toBeGreaterThan(5_000);
    expect(mostOf(image('AAAA'), 'gpt-4o-mini-2024-07-18') - EMPTY).toBeGreaterThan(48_000);
  });

  it('takes other files by their bytes, and for large where these are not known', () => {
    const file = (data: unknown) => user({ type: 'file', mediaType: 'application/pdf', data });
    expect(mostOf(file(new Uint8Array(50_000))) - EMPTY).toBeGreaterThan(50_000);
    expect(mostOf(file({ type: 'data', data: new Uint8Array(50_000) })) - EMPTY).toBeGreaterThan(50_000);
    expect(mostOf(file('A'.repeat(60_000))) - EMPTY).toBeGreaterThan(60_000);
    expect(mostOf(file(new URL('https://x.example/a.pdf'))) - EMPTY).toBeGreaterThan(99_000);
    expect(mostOf(file({ type: 'url', url: new URL('https://x.example/a.pdf') })) - EMPTY).toBeGreaterThan(
      99_000,
    );
  });

  it('expects long results from tools of the provider', () => {
    const tools = [{ type: 'provider', id: 'anthropic.web_search', name: 'web_search', args: {} }];
    expect(mostOf({ ...user(), tools }) - EMPTY).toBeGreaterThan(20_000);
  });

  it('does not fail on what cannot be sent', () => {
    const loop: Record<string, unknown> = { type: 'custom' };
    loop.self = loop;
    expect(mostOf(user(loop))).toBeGreaterThan(0);
    expect(mostOf({ prompt: [{ role: 'user', content: undefined }], tools: 5 })).toBeGreaterThan(0);
  });
});
