import { describe, expect, it } from 'vitest';
import { finishReasonOf, isContent, isDelta, isFinish } from './parts.ts';

describe('parts', () => {
  it.each([
    [{ type: 'text-delta', id: '0', delta: '' }, true],
    [{ type: 'reasoning-delta', id: '0', delta: 'x' }, true],
    [{ type: 'tool-input-delta', id: '0', delta: '{' }, true],
    [{ type: 'text-delta', delta: 'x' }, false],
    [{ type: 'text-delta', id: '0', text: 'x' }, false],
    [{ type: 'text-start', id: '0', delta: 'x' }, false],
  ])('%j is a delta: %s', (part, expected) => {
    expect(isDelta(part)).toBe(expected);
  });

  it.each(['text-start', 'text-delta', 'tool-call', 'file', 'source', 'a part of tomorrow'])(
    '%s is content',
    (type) => {
      expect(isContent({ type })).toBe(true);
    },
  );

  it.each(['stream-start', 'response-metadata', 'raw', 'error', 'finish'])('%s is envelope', (type) => {
    expect(isContent({ type })).toBe(false);
    expect(isFinish({ type })).toBe(type === 'finish');
  });

  it.each([
    ['stop', 'stop'],
    [{ unified: 'tool-calls', raw: 'tool_use' }, 'tool-calls'],
    [undefined, 'unknown'],
    [null, 'unknown'],
    [{ raw: 'x' }, 'unknown'],
  ])('finishes for the reason in %j', (finishReason, expected) => {
    expect(finishReasonOf({ type: 'finish', finishReason })).toBe(expected);
  });
});
