import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { freshIdentity } from './fresh-identity.ts';
import type { StreamPart } from './parts.ts';
import { anyPart } from './test-parts.ts';

vi.setConfig({ testTimeout: 60_000 });

const NOW = 1_750_000_000_000;
const call = (toolCallId: string): StreamPart => ({
  type: 'tool-call',
  toolCallId,
  toolName: 'clock',
  input: '{}',
});
const freshCallId = (id: string): string => String(freshIdentity(NOW)(call(id)).toolCallId);

/** Ids of a part, in one list: where an id may stand is what this file is about. */
const idsOf = (part: StreamPart): unknown[] => [part.id, part.toolCallId].filter((id) => id !== undefined);

describe('freshIdentity', () => {
  it('leaves an id that is the name of the tool and a number, as Kimi gives them', () => {
    expect(freshCallId('functions.get_weather:0')).toBe('functions.get_weather:0');
  });

  it('gives every id a new one, equal where they were equal, and new again in the next replay', () => {
    fc.assert(
      fc.property(fc.array(anyPart, { maxLength: 12 }), (parts) => {
        const before = parts.flatMap(idsOf);
        const [one, two] = [parts.map(freshIdentity(NOW)), parts.map(freshIdentity(NOW))];
        const [first, second] = [one.flatMap(idsOf), two.flatMap(idsOf)];
        const old = new Set(before);
        expect(first.filter((id) => old.has(id))).toEqual([]);
        const known = new Set(first);
        expect(second.filter((id) => known.has(id))).toEqual([]);
        const callIds = (list: StreamPart[]) =>
          list.map(({ toolCallId }) => toolCallId).filter((id) => id !== undefined);
        const links = (ids: unknown[]) => ids.map((id) => ids.indexOf(id));
        expect(links(callIds(one))).toEqual(links(callIds(parts)));
      }),
      { numRuns: 500 },
    );
  });

  it('changes nothing else, and never the part itself', () => {
    fc.assert(
      fc.property(anyPart, (part) => {
        const original = structuredClone(part);
        const mapped = freshIdentity(NOW)(part);
        expect(part).toEqual(original);
        const { id: _id, toolCallId: _call, timestamp: _time, ...rest } = mapped;
        const { id: _oldId, toolCallId: _oldCall, timestamp: _oldTime, ...before } = part;
        expect({ providerMetadata: {}, ...rest }).toEqual({ providerMetadata: {}, ...before });
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the parts of one block and of one tool call together', () => {
    const fresh = freshIdentity(NOW);
    const parts = [
      { type: 'text-start', id: '0' },
      { type: 'text-delta', id: '0', delta: 'x' },
      { type: 'text-end', id: '0' },
      { type: 'tool-input-start', id: 'call_AbCdEfGh1234', toolName: 'clock' },
      { type: 'tool-input-delta', id: 'call_AbCdEfGh1234', delta: '{}' },
      { type: 'tool-input-end', id: 'call_AbCdEfGh1234' },
      call('call_AbCdEfGh1234'),
      { type: 'tool-result', toolCallId: 'call_AbCdEfGh1234', toolName: 'clock', result: 'noon' },
    ].map((part) => fresh(part));
    const [block, input] = [parts[0]!.id, parts[3]!.id];
    expect(parts.slice(0, 3).map(({ id }) => id)).toEqual([block, block, block]);
    expect(parts.slice(3).map((part) => part.toolCallId ?? part.id)).toEqual([
      input,
      input,
      input,
      input,
      input,
    ]);
    expect(input).toMatch(/^call_[A-Za-z]{8}\d{4}$/);
    expect(block).not.toBe(input);
  });

  it.each([
    ['Anthropic', 'toolu_01A09q90qw90lq917835lq9', /^toolu_[A-Za-z0-9]{23}$/],
    ['Anthropic on Vertex', 'toolu_vrtx_01A09q90qw90lq917835lq9', /^toolu_vrtx_[A-Za-z0-9]{23}$/],
    ['Bedrock', 'tooluse_kZJMlvQmRJ6eAyJE5GIl7Q', /^tooluse_[A-Za-z0-9]{22}$/],
    ['OpenAI', 'call_abc123DEF456ghi789JKL012', /^call_[A-Za-z0-9]{24}$/],
    ['OpenAI items', 'fc_67ccf18f64008190a39b619f4c8455ef', /^fc_[0-9a-f]{32}$/],
    ['vLLM', 'chatcmpl-tool-71d5a9c0b9c94c3c8d6f3f9e3a1b2c4d', /^chatcmpl-tool-[0-9a-f]{32}$/],
    ['Mistral', 'D681PevKs', /^[A-Z]\d{3}[A-Z][a-z]{2}[A-Z][a-z]$/],
    [
      'a UUID',
      '1b4e28ba-2fa1-41d2-883f-0016d3cca427',
      /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    ],
    [
      'a UUID with a prefix',
      'call_1b4e28ba-2fa1-41d2-883f-0016d3cca427',
      /^call_[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-/,
    ],
    ['a short one', 'call_1', /^call_[0-9a-f]{32}$/],
    ['none at all', '', /^call_[0-9a-f]{32}$/],
    ['a name', 'get_weather', /^call_[0-9a-f]{32}$/],
  ])('keeps the form of ids: %s', (_provider, id, form) => {
    for (let replay = 0; replay < 50; replay++) {
      expect(freshCallId(id)).toMatch(form);
      expect(freshCallId(id)).not.toBe(id);
    }
  });

  it('draws from all letters, unless the id is hexadecimal: nine characters must be enough for a long thread', () => {
    const drawn = new Set(Array.from({ length: 500 }, () => [...freshCallId('abcdefghijkl')]).flat());
    expect(drawn.size).toBe(26);
    const ids = Array.from({ length: 2000 }, () => freshCallId('D681PevKs'));
    expect(new Set(ids).size).toBe(2000);
  });

  it('dates the response anew and names it ours', () => {
    const old = { type: 'response-metadata', id: 'chatcmpl-1', modelId: 'm', timestamp: new Date(0) };
    const part = freshIdentity(NOW)(old);
    expect(part).toEqual({
      type: 'response-metadata',
      id: expect.stringMatching(/^perf-/),
      modelId: 'm',
      timestamp: new Date(NOW),
    });
    expect(freshIdentity(NOW)({ type: 'response-metadata', modelId: 'm' })).toEqual({
      type: 'response-metadata',
      modelId: 'm',
    });
  });

  it('drops references to items that the provider keeps, and no other metadata', () => {
    const part = {
      type: 'reasoning-end',
      id: 'rs_1',
      providerMetadata: {
        openai: { itemId: 'rs_1', reasoningEncryptedContent: 'x' },
        anthropic: { signature: 's' },
        odd: null,
      },
    };
    expect(freshIdentity(NOW)(part).providerMetadata).toEqual({
      openai: { reasoningEncryptedContent: 'x' },
      anthropic: { signature: 's' },
      odd: null,
    });
    expect(part.providerMetadata.openai.itemId).toBe('rs_1');
    const named = { type: 'text-end', id: 'msg_1', providerMetadata: { openai: { itemId: 'msg_1' } } };
    expect(freshIdentity(NOW)(named)).toEqual({ type: 'text-end', id: expect.any(String) });
  });
});
