import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { StreamPart } from './parts.ts';
import { splitDeltas, type StoredPart } from './stored-answer.ts';
import { anyPart } from './test-parts.ts';

vi.setConfig({ testTimeout: 60_000 });

const delta = (id: string, text: string): StreamPart => ({ type: 'text-delta', id, delta: text });

/** Changes everything that can be changed, in place. */
function spoil(value: unknown): void {
  if (value instanceof Uint8Array) value.fill(0xff);
  else if (value instanceof Date) value.setTime(1);
  else if (typeof value === 'object' && value !== null) {
    for (const field of Object.values(value)) spoil(field);
    for (const key of Object.keys(value)) Reflect.set(value, key, 'spoiled');
  }
}

describe('splitDeltas', () => {
  it('gives a joined part in its pieces, and every other as it is', () => {
    const tool = { type: 'tool-input-delta', id: 't', delta: '{}' };
    const stored: StoredPart[] = [
      { part: delta('0', 'Hello'), cuts: [2, 0, 3] },
      { part: delta('1', '!') },
      { part: tool, cuts: [1, 1] },
      { part: { type: 'finish', finishReason: 'stop' } },
    ];
    expect([...splitDeltas(stored)]).toStrictEqual([
      delta('0', 'He'),
      delta('0', ''),
      delta('0', 'llo'),
      delta('1', '!'),
      { ...tool, delta: '{' },
      { ...tool, delta: '}' },
      { type: 'finish', finishReason: 'stop' },
    ]);
  });

  it('cuts a character in the middle where it came so', () => {
    expect([...splitDeltas([{ part: delta('0', 'a😀b'), cuts: [2, 2] }])]).toStrictEqual([
      delta('0', 'a\ud83d'),
      delta('0', '\ude00b'),
    ]);
  });

  it('gives objects that nobody else has, however often it is asked', () => {
    fc.assert(
      fc.property(fc.array(anyPart, { maxLength: 12 }), (parts) => {
        const original = structuredClone(parts);
        const stored: StoredPart[] = parts.map((part) => ({ part }));
        const first = [...splitDeltas(stored)];
        const second = [...splitDeltas(stored)];
        spoil(first);
        expect(second).toStrictEqual(original);
        expect(parts).toStrictEqual(original);
      }),
      { numRuns: 1000 },
    );
  });
});
