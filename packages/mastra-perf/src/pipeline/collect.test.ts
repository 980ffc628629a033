import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { collect, readAll } from './collect.ts';
import type { StreamPart } from './parts.ts';
import { spread } from './spread.ts';
import { answerOf, handDriven, replyOf } from './test-calls.ts';
import { anyMetadata, contentItem } from './test-parts.ts';

vi.setConfig({ testTimeout: 60_000 });

const anyResult = fc.record(
  {
    content: fc.array(contentItem, { maxLength: 6 }),
    finishReason: fc.oneof(
      fc.constantFrom('stop', 'length', 'tool-calls'),
      fc.record({ unified: fc.constant('stop'), raw: fc.string() }),
    ),
    usage: fc.record({ inputTokens: fc.nat(), outputTokens: fc.nat() }),
    warnings: fc.array(fc.record({ type: fc.constant('other'), message: fc.string() }), { maxLength: 2 }),
    providerMetadata: anyMetadata,
    response: fc.record(
      { id: fc.string(), modelId: fc.string(), timestamp: fc.date({ noInvalidDate: true }) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['content', 'finishReason', 'usage', 'warnings'] },
);

describe('collect', () => {
  it('gives back what spread has taken apart', () => {
    fc.assert(
      fc.property(anyResult, (result) => {
        expect(collect({}, spread(result))).toEqual(result);
      }),
      { numRuns: 1000 },
    );
  });

  it('puts blocks in the order of their starts, however their pieces are mixed', () => {
    const blocks = fc.array(
      fc.record({
        type: fc.constantFrom('text', 'reasoning'),
        pieces: fc.array(fc.string(), { maxLength: 4 }),
      }),
      {
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(blocks, fc.gen(), (given, g) => {
        const queues = given.map(({ type, pieces }, id) => [
          { type: `${type}-start`, id: String(id) },
          ...pieces.map((delta) => ({ type: `${type}-delta`, id: String(id), delta })),
          { type: `${type}-end`, id: String(id) },
        ]);
        const mixed: StreamPart[] = [];
        const order: number[] = [];
        while (queues.some((queue) => queue.length > 0)) {
          const ready = [...queues.keys()].filter((id) => queues[id]!.length > 0);
          const id = g(fc.constantFrom, ...ready);
          const part = queues[id]!.shift()!;
          if (part.type.endsWith('-start')) order.push(id);
          mixed.push(part);
        }
        const expected = order.map((id) => ({ type: given[id]!.type, text: given[id]!.pieces.join('') }));
        expect(collect({}, mixed).content).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the last metadata that a block got', () => {
    const [first, last] = [{ p: { n: 1 } }, { p: { n: 2 } }];
    const content = collect({}, [
      { type: 'reasoning-start', id: '0', providerMetadata: first },
      { type: 'reasoning-delta', id: '0', delta: 'why' },
      { type: 'reasoning-end', id: '0', providerMetadata: last },
      { type: 'text-start', id: '0', providerMetadata: first },
      { type: 'text-delta', id: '0', delta: 'so' },
      { type: 'text-end', id: '0' },
    ]).content;
    expect(content).toEqual([
      { type: 'reasoning', text: 'why', providerMetadata: last },
      { type: 'text', text: 'so', providerMetadata: first },
    ]);
  });

  it('does not take the envelope and the pieces of tool input for content', () => {
    const call = { type: 'tool-call', toolCallId: 'c', toolName: 'clock', input: '{}' };
    const result = collect({}, [
      { type: 'raw', rawValue: {} },
      { type: 'tool-input-start', id: 'c', toolName: 'clock' },
      { type: 'tool-input-delta', id: 'c', delta: '{}' },
      { type: 'tool-input-end', id: 'c' },
      call,
      { type: 'a part of tomorrow', value: 1 },
    ]);
    expect(result.content).toEqual([call, { type: 'a part of tomorrow', value: 1 }]);
  });

  it('keeps the headers of the response beside its metadata, and the request', () => {
    const head = { request: { body: 'q' }, response: { headers: { 'x-ratelimit': '9' } } };
    const result = collect(head, answerOf('hello'));
    expect(result.request).toEqual({ body: 'q' });
    expect(result.response).toEqual({
      id: 'resp_1',
      modelId: 'm-1',
      timestamp: new Date(0),
      headers: { 'x-ratelimit': '9' },
    });
    expect(head.response).toEqual({ headers: { 'x-ratelimit': '9' } });
  });

  it('lets what the parts say of the response win: a replay has given them ids of their own', () => {
    const head = { response: { id: 'first', modelId: 'm-1', headers: {} } };
    expect(collect(head, [{ type: 'response-metadata', id: 'second' }]).response).toEqual({
      id: 'second',
      modelId: 'm-1',
      headers: {},
    });
  });

  it('takes the finish from the parts, whatever the head says', () => {
    const head = {
      finishReason: 'length',
      usage: { inputTokens: 99 },
      providerMetadata: { p: { old: true } },
    };
    const result = collect(head, answerOf('x', { providerMetadata: { p: { now: true } } }));
    expect(result).toMatchObject({
      finishReason: 'stop',
      usage: { inputTokens: 10 },
      providerMetadata: { p: { now: true } },
    });
  });

  it('is complete also without a finish', () => {
    expect(collect({}, [])).toEqual({ content: [], finishReason: 'unknown', usage: {}, warnings: [] });
  });
});

describe('spread', () => {
  it('streams the input of a tool call before the call', () => {
    const call = {
      type: 'tool-call',
      toolCallId: 'c',
      toolName: 'clock',
      input: '{"a":1}',
      providerExecuted: true,
      dynamic: false,
    };
    const parts = spread({ content: [call], finishReason: 'tool-calls', usage: {}, warnings: [] });
    expect(parts.slice(1, -1)).toEqual([
      { type: 'tool-input-start', id: 'c', toolName: 'clock', providerExecuted: true, dynamic: false },
      { type: 'tool-input-delta', id: 'c', delta: '{"a":1}' },
      { type: 'tool-input-end', id: 'c' },
      call,
    ]);
  });

  it('gives each block an id of its own', () => {
    const parts = spread({ content: [text('a'), text('b')], finishReason: 'stop', usage: {}, warnings: [] });
    const ids = parts.filter(({ type }) => type === 'text-start').map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
  });
});

const text = (value: string): StreamPart => ({ type: 'text', text: value });

describe('readAll', () => {
  it('reads to the end', async () => {
    expect(await readAll(replyOf(answerOf('hello')))).toEqual(answerOf('hello'));
  });

  it.each([[new Error('overloaded')], ['a text'], [undefined]])(
    'rejects with what an error part carries: %o',
    async (error) => {
      const parts = handDriven();
      parts.push({ type: 'text-start', id: '0' }, { type: 'error', error });
      await expect(readAll({ head: {}, parts })).rejects.toBe(error);
      expect(parts.cancels).toEqual([error]);
    },
  );

  it('rejects with the error part, also when the source does not take the cancel', async () => {
    const parts = handDriven();
    const failing = { read: parts.read, cancel: () => Promise.reject(new Error('locked')) };
    parts.push({ type: 'error', error: 'overloaded' });
    await expect(readAll({ head: {}, parts: failing })).rejects.toBe('overloaded');
  });

  it('rejects when the source fails', async () => {
    const parts = handDriven();
    const error = new Error('connection lost');
    parts.push({ type: 'text-start', id: '0' });
    parts.fail(error);
    await expect(readAll({ head: {}, parts })).rejects.toBe(error);
  });
});
