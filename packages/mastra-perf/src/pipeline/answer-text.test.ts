import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { answerWriter, readParts, UnreadableAnswer, writeParts } from './answer-text.ts';
import type { StreamPart } from './parts.ts';
import { splitDeltas } from './stored-answer.ts';
import { answerOf } from './test-calls.ts';
import { anyPart } from './test-parts.ts';

vi.setConfig({ testTimeout: 60_000 });

function textOf(parts: readonly StreamPart[]): string {
  const writer = answerWriter();
  for (const part of parts) writer.add(part);
  return writer.text();
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
const anyParts = fc.array(anyPart, { maxLength: 30 });

describe('the text of an answer', () => {
  it('gives the parts as they were streamed', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        expect([...splitDeltas(readParts(textOf(parts)))]).toStrictEqual(parts);
      }),
      { numRuns: 1000 },
    );
  });

  it('is the same when it is written from the parts that were read', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const text = textOf(parts);
        expect(writeParts(readParts(text))).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('shares nothing with what was streamed, nor do two readings of it with each other', () => {
    fc.assert(
      fc.property(fc.array(anyPart, { maxLength: 12 }), (parts) => {
        const original = structuredClone(parts);
        const writer = answerWriter();
        for (const part of parts) {
          writer.add(part);
          spoil(part);
        }
        const text = writer.text();
        const first = readParts(text);
        expect([...splitDeltas(first)]).toStrictEqual(original);
        spoil(first);
        expect([...splitDeltas(readParts(text))]).toStrictEqual(original);
      }),
      { numRuns: 1000 },
    );
  });

  it('is short', () => {
    expect(
      textOf([delta('0', 'He'), delta('0', ''), delta('0', 'llo'), delta('1', '!'), delta('0', '?')]),
    ).toBe(
      '[{"type":"text-delta","id":"0","delta":"Hello"},"203",' +
        '{"type":"text-delta","id":"1","delta":"!"},"1",{"type":"text-delta","id":"0","delta":"?"},"1"]',
    );
    const tokens = Array.from({ length: 760 }, (_, index) =>
      delta('0', ['the', ' quick', ' fox', ','][index % 4]!),
    );
    expect(textOf(tokens).length).toBeLessThan(760 * 4.5 + 100);
    expect(textOf([])).toBe('[]');
  });

  it('does not join deltas of a text with those of a reasoning, nor those that carry more than text', () => {
    const parts = [
      delta('0', 'a'),
      { ...delta('0', 'b'), providerMetadata: { anthropic: { signature: 's' } } },
      { ...delta('0', 'c'), type: 'reasoning-delta' },
      { ...delta('0', 'd'), index: 7 },
    ];
    expect(readParts(textOf(parts)).map(({ part }) => part)).toStrictEqual(parts);
  });

  it('puts characters together again that were cut in the middle', () => {
    const parts = [delta('0', 'a\ud83d'), delta('0', '\ude00b')];
    const stored = readParts(textOf(parts));
    expect(stored[0]?.part.delta).toBe('a😀b');
    expect([...splitDeltas(stored)]).toStrictEqual(parts);
  });

  it('can be taken before the answer is complete', () => {
    const writer = answerWriter();
    const parts = answerOf('Hello, world');
    for (const [index, part] of parts.entries()) {
      writer.add(part);
      expect([...splitDeltas(readParts(writer.text()))]).toStrictEqual(parts.slice(0, index + 1));
    }
  });

  it('leaves out a part that is not plain data, and goes on', () => {
    const writer = answerWriter();
    writer.add(delta('0', 'a'));
    expect(() => writer.add({ type: 'file', data: new Blob(['x']) })).toThrow(TypeError);
    expect(() => writer.add({ ...delta('0', 'b'), extra: () => 1 })).toThrow(TypeError);
    writer.add(delta('0', 'c'));
    expect([...splitDeltas(readParts(writer.text()))]).toStrictEqual([delta('0', 'a'), delta('0', 'c')]);
    expect(() => writeParts([{ part: { type: 'file', data: new Blob(['x']) } }])).toThrow(TypeError);
  });

  it('lets no part reach a prototype', () => {
    const text =
      '[{"type":"tool-result","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}},' +
      '{"type":"text-delta","__proto__":{"polluted":true},"delta":"ab"},"11"]';
    const stored = readParts(text);
    const parts = [...splitDeltas(stored)];
    expect('polluted' in {}).toBe(false);
    expect(parts.map((part) => 'polluted' in part)).toEqual([false, false]);
    expect(parts.map((part) => Object.getPrototypeOf(part) as unknown)).toEqual([
      Object.prototype,
      Object.prototype,
    ]);
    expect(writeParts(stored)).toBe(text);
  });
});

describe('readParts', () => {
  it.each([
    '',
    'null',
    '{}',
    '"[]"',
    '[',
    '[]x',
    '[1]',
    '[null]',
    '[[]]',
    '[{}]',
    '[{"type":1}]',
    '[{"$":["date",0]}]',
    '[{"type":"a","b":{"$":["later",0]}}]',
    '["1"]',
    '[{"type":"a"},"1"]',
    '[{"type":"a","delta":1},"1"]',
    '[{"type":"text-delta","id":"0","delta":"ab"},"1"]',
    '[{"type":"text-delta","id":"0","delta":"ab"},"12"]',
    '[{"type":"text-delta","id":"0","delta":"ab"},"x"]',
    '[{"type":"text-delta","id":"0","delta":"ab"},"11","11"]',
    '[{"type":"text-delta","id":"0","delta":"ab"},2]',
    '[{"type":"text-delta","id":"0","delta":"ab"},[1,1]]',
    '{"__proto__":[{"type":"a"}],"length":1}',
    `[{"type":"a","b":${'['.repeat(1e5)}${']'.repeat(1e5)}}]`,
  ])('refuses %.60s', (text) => {
    expect(() => readParts(text)).toThrow(UnreadableAnswer);
  });

  it('throws nothing else, whatever it is given', () => {
    const piece = fc.oneof(
      fc.json(),
      fc.string(),
      fc.constantFrom(...'[]{},":'),
      fc.constantFrom(
        '{"type":"text-delta","id":"0","delta":"ab"}',
        ',"11"',
        '{"$":["date",0]}',
        '"__proto__":',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        for (const text of [pieces.join(''), `[${pieces.join(',')}]`]) {
          try {
            readParts(text);
          } catch (error) {
            expect(error).toBeInstanceOf(UnreadableAnswer);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses a text that lacks its end', () => {
    const text = textOf(answerOf('Hello, world'));
    for (let length = 0; length < text.length; length++) {
      expect(() => readParts(text.slice(0, length))).toThrow(UnreadableAnswer);
    }
  });

  it('does not quote the answer in its error', () => {
    const secret = textOf(answerOf('my password is swordfish')).replace('swordfish', 'swordfish"');
    try {
      readParts(secret);
      expect.unreachable();
    } catch (error) {
      expect((error as Error).cause).toBeUndefined();
      expect(String((error as Error).stack)).not.toMatch(/password|swordfish/);
    }
  });
});
