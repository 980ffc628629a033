import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamPart } from '../pipeline/parts.ts';
import { anyPart } from '../pipeline/test-parts.ts';
import { bytesOf } from './entry.ts';

const size = (part: StreamPart): number => bytesOf([{ part }]);

describe('bytesOf', () => {
  it('is a positive whole number, at least the bytes of all texts and files', () => {
    fc.assert(
      fc.property(fc.array(anyPart, { maxLength: 10 }), (parts) => {
        const bytes = bytesOf(parts.map((part) => ({ part })));
        expect(Number.isSafeInteger(bytes)).toBe(true);
        const text = parts.map((part) => String(part.delta ?? '')).join('');
        expect(bytes).toBeGreaterThan(text.length * 2);
      }),
      { numRuns: 200 },
    );
  });

  it('counts what a part holds, however it holds it', () => {
    const empty = size({ type: 'file', data: '' });
    expect(size({ type: 'file', data: 'x'.repeat(1000) }) - empty).toBe(2000);
    expect(size({ type: 'file', data: new Uint8Array(1000) }) - empty).toBe(1000);
    expect(
      size({ type: 'file', data: new URL(`data:image/png;base64,${'x'.repeat(1000)}`) }) - empty,
    ).toBeGreaterThan(2000);
    expect(
      size({ type: 'file', data: { type: 'data', data: new Uint8Array(1000) } }) - empty,
    ).toBeGreaterThan(1000);
    expect(size({ type: 'file', data: Array.from({ length: 100 }, () => 1) }) - empty).toBeGreaterThan(800);
  });

  it('counts the lengths of joined deltas', () => {
    const part = { type: 'text-delta', id: '0', delta: 'hello' };
    expect(
      bytesOf([{ part, cuts: Array.from({ length: 100 }, () => 1) }]) - bytesOf([{ part }]),
    ).toBeGreaterThanOrEqual(800);
  });
});
