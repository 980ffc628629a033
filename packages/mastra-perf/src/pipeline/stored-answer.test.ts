import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { StreamPart } from './parts.ts';
import { answerRecorder, splitDeltas, type StoredPart } from './stored-answer.ts';
import { anyPart } from './test-parts.ts';

vi.setConfig({ testTimeout: 60_000 });

function record(parts: readonly StreamPart[]): readonly StoredPart[] {
  const recorder = answerRecorder();
  for (const part of parts) recorder.add(part);
  return recorder.parts();
}

/** Changes everything that can be changed, in place. */
function spoil(value: unknown): void {
  if (value instanceof Uint8Array) value.fill(0xff);
  else if (value instanceof Date) value.setTime(1);
  else if (typeof value === 'object' && value !== null) {
    for (const field of Object.values(value)) spoil(field);
    for (const key of Object.keys(value)) Reflect.set(value, key, 'spoiled');
  }
}

const delta = (id: string, text: string): StreamPart => ({ type: 'text-delta', id, delta: text });

describe('a stored answer', () => {
  it('is replayed part by part as it was streamed', () => {
    fc.assert(
      fc.property(fc.array(anyPart, { maxLength: 30 }), (parts) => {
        expect([...splitDeltas(record(parts))]).toStrictEqual(parts);
      }),
      { numRuns: 1000 },
    );
  });

  it('shares nothing with what was streamed, nor do its replays with it or one another', () => {
    fc.assert(
      fc.property(fc.array(anyPart, { maxLength: 12 }), (parts) => {
        const original = structuredClone(parts);
        const stored = record(parts);
        spoil(parts);
        const replay = [...splitDeltas(stored)];
        expect(replay).toStrictEqual(original);
        const second = [...splitDeltas(stored)];
        spoil(replay);
        expect(second).toStrictEqual(original);
        expect([...splitDeltas(stored)]).toStrictEqual(original);
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps a run of deltas as one part with the lengths of its pieces', () => {
    const stored = record([
      delta('0', 'He'),
      delta('0', ''),
      delta('0', 'llo'),
      delta('1', '!'),
      delta('0', '?'),
    ]);
    expect(stored).toStrictEqual([
      { part: delta('0', 'Hello'), cuts: [2, 0, 3] },
      { part: delta('1', '!'), cuts: [1] },
      { part: delta('0', '?'), cuts: [1] },
    ]);
  });

  it('does not join deltas of a text with those of a reasoning, nor those that carry more than text', () => {
    const signed = { ...delta('0', 'b'), providerMetadata: { anthropic: { signature: 's' } } };
    const parts = [
      delta('0', 'a'),
      signed,
      { ...delta('0', 'c'), type: 'reasoning-delta' },
      { ...delta('0', 'd'), index: 7 },
    ];
    expect(record(parts).map(({ part }) => part)).toStrictEqual(parts);
  });

  it('puts characters together again that were cut in the middle', () => {
    const parts = [delta('0', 'a\ud83d'), delta('0', '\ude00b')];
    const stored = record(parts);
    expect(stored[0]?.part.delta).toBe('a😀b');
    expect([...splitDeltas(stored)]).toStrictEqual(parts);
  });

  it('cannot be made of parts that are not plain data', () => {
    const recorder = answerRecorder();
    expect(() => recorder.add({ type: 'file', data: new Blob(['x']) })).toThrow(TypeError);
  });

  it('holds hundreds of tokens in a few parts', () => {
    const stored = record(Array.from({ length: 760 }, (_, index) => delta('0', `t${index}`)));
    expect(stored).toHaveLength(1);
  });
});
