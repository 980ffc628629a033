import { describe, expect, it } from 'vitest';
import type { ModelRequest } from '../pipeline/call.ts';
import type { StreamPart } from '../pipeline/parts.ts';
import { answerOf } from '../pipeline/test-calls.ts';
import { storableCheck } from './storable.ts';

const plain: ModelRequest = { prompt: [] };
const json: ModelRequest = { prompt: [], responseFormat: { type: 'json' } };
const finish = (reason: unknown): StreamPart => ({ type: 'finish', finishReason: reason, usage: {} });
const call = { type: 'tool-call', toolCallId: 'c', toolName: 'clock', input: '{}' };

function refusal(parts: readonly StreamPart[], request = plain, storeTruncated = false): string | undefined {
  const check = storableCheck(request, storeTruncated);
  for (const part of parts) check.see(part);
  return check.refusal();
}

const inBlock = (type: string, ...deltas: string[]): StreamPart[] => [
  { type: `${type}-start`, id: '0' },
  ...deltas.map((delta) => ({ type: `${type}-delta`, id: '0', delta })),
  { type: `${type}-end`, id: '0' },
];

describe('the refusal to store', () => {
  it.each<[what: string, parts: StreamPart[], request?: ModelRequest]>([
    ['an answer', answerOf('hello')],
    [
      'an answer of specification v3',
      answerOf('hello', { finishReason: { unified: 'stop', raw: 'end_turn' } }),
    ],
    ['a tool call', [call, finish('tool-calls')]],
    ['a tool call of specification v3', [call, finish({ unified: 'tool-calls', raw: 'tool_use' })]],
    ['a file', [{ type: 'file', mediaType: 'image/png', data: 'x' }, finish('stop')]],
    ['a reasoning', [...inBlock('reasoning', 'because'), finish('stop')]],
    ['JSON that was asked for', answerOf('{"a":1}'), json],
    ['JSON in two blocks', [...inBlock('text', '{"a"'), ...inBlock('text', ':1}'), finish('stop')], json],
    ['a tool call where JSON was asked for', [call, finish('tool-calls')], json],
    ['text that is no JSON', answerOf('{"a":')],
  ])('is none for %s', (_what, parts, request) => {
    expect(refusal(parts, request)).toBeUndefined();
  });

  it.each<[reason: string, parts: StreamPart[], request?: ModelRequest]>([
    ['incomplete', answerOf('hello').slice(0, -1)],
    ['incomplete', []],
    ['finish:error', [finish('stop'), ...answerOf('hello', { finishReason: 'error' })]],
    ['finish:length', answerOf('hello', { finishReason: 'length' })],
    ['finish:length', answerOf('hello', { finishReason: { unified: 'length', raw: 'max_tokens' } })],
    ['finish:content-filter', answerOf('hello', { finishReason: 'content-filter' })],
    ['finish:error', answerOf('hello', { finishReason: 'error' })],
    ['finish:other', answerOf('hello', { finishReason: { unified: 'other', raw: undefined } })],
    ['finish:unknown', answerOf('hello', { finishReason: undefined })],
    ['error', [{ type: 'error', error: 'overloaded' }, ...answerOf('hello')]],
    [
      'approval',
      [call, { type: 'tool-approval-request', approvalId: 'x', toolCallId: 'c' }, finish('tool-calls')],
    ],
    [
      'empty',
      [{ type: 'stream-start', warnings: [] }, { type: 'response-metadata', id: 'r' }, finish('stop')],
    ],
    ['empty', [...inBlock('text'), finish('stop')]],
    ['empty', [...inBlock('text', '', ''), finish('stop')]],
    ['empty', [...inBlock('reasoning', ''), finish('stop')]],
    ['invalid-json', answerOf('{"a":'), json],
    ['invalid-json', answerOf('Here you are: {"a":1}'), json],
  ])('is "%s"', (reason, parts, request) => {
    expect(refusal(parts, request)).toBe(reason);
  });

  it('is none for a truncated answer where that is wanted', () => {
    expect(refusal(answerOf('hello', { finishReason: 'length' }), plain, true)).toBeUndefined();
    expect(refusal(answerOf('hello', { finishReason: 'content-filter' }), plain, true)).toBe(
      'finish:content-filter',
    );
  });
});
