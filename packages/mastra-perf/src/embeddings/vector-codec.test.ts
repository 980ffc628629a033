import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUnreadable } from '../base/unreadable-entry.ts';
import { packed, unpacked } from './vector.ts';
import { vectorCodec } from './vector-codec.ts';

const KEY = 'a'.repeat(64);
const OTHER_KEY = 'b'.repeat(64);
const embedded = { vector: packed([0.1, -0.2, 0.3]), tokens: 3, madeAt: 1_750_000_000_000 };
const reasonOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return isUnreadable(error) ? error.reason : String(error);
  }
  return 'read';
};

describe('a vector', () => {
  it('comes out as it went in, bit for bit, in half the bytes where that loses nothing', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.double({ noNaN: true, noDefaultInfinity: true }),
            fc.float({ noNaN: true, noDefaultInfinity: true }),
          ),
          { minLength: 1 },
        ),
        (numbers) => {
          const vector = packed(numbers);
          const isHalf = numbers.every((number) => Object.is(Math.fround(number), number));
          expect(vector).toBeInstanceOf(isHalf ? Float32Array : Float64Array);
          const codec = vectorCodec();
          const { vector: read } = codec.decode(codec.encode({ ...embedded, vector }, 'p'), 'p');
          expect(unpacked(read).every((number, at) => Object.is(number, numbers[at]))).toBe(true);
          expect(read).toHaveLength(numbers.length);
        },
      ),
    );
  });

  it.each([undefined, KEY])('is read as it was written, wherever its bytes lie (key: %s)', (key) => {
    const codec = vectorCodec(key);
    const bytes = codec.encode(embedded, 'p');
    const shifted = new Uint8Array(bytes.byteLength + 3);
    shifted.set(bytes, 3);
    expect(codec.decode(bytes, 'p')).toEqual(embedded);
    expect(codec.decode(shifted.subarray(3), 'p')).toEqual(embedded);
  });

  it('takes four bytes for each number and 30 more', () => {
    expect(vectorCodec().encode({ ...embedded, vector: packed([1, 2]) }, 'p').byteLength).toBe(30 + 8);
    expect(vectorCodec().encode(embedded, 'p').byteLength).toBe(30 + 24);
  });

  it('shows nothing of its numbers when it is encrypted, and is read with older keys', () => {
    const bytes = Buffer.from(vectorCodec(KEY).encode(embedded, 'p'));
    expect(bytes.includes(Buffer.from(embedded.vector.buffer))).toBe(false);
    expect(vectorCodec([OTHER_KEY, KEY]).decode(bytes, 'p')).toEqual(embedded);
    expect(reasonOf(() => vectorCodec(OTHER_KEY).decode(bytes, 'p'))).toBe('unknown-key');
    expect(reasonOf(() => vectorCodec().decode(bytes, 'p'))).toBe('unknown-key');
    expect(reasonOf(() => vectorCodec(KEY).decode(vectorCodec().encode(embedded, 'p'), 'p'))).toBe(
      'not-encrypted',
    );
  });
});

describe('bytes that are no vector', () => {
  it.each([undefined, KEY])(
    'are not read after any change of any bit, or at another place (key: %s)',
    (key) => {
      const codec = vectorCodec(key);
      const bytes = codec.encode(embedded, 'p');
      expect(reasonOf(() => codec.decode(bytes, 'q'))).toBe('corrupt');
      for (let bit = 0; bit < bytes.byteLength * 8; bit++) {
        const changed = Uint8Array.from(bytes);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(reasonOf(() => codec.decode(changed, 'p'))).toMatch(
          /^(corrupt|foreign|version|too-large|unknown-key|not-encrypted)$/,
        );
      }
      for (let length = 0; length < bytes.byteLength; length++)
        expect(reasonOf(() => codec.decode(bytes.subarray(0, length), 'p'))).not.toBe('read');
    },
  );

  it.each([[Buffer.from('something else')], [Buffer.alloc(0)], ['text'], [undefined]])(
    'are not read: %o',
    (bytes) => {
      expect(reasonOf(() => vectorCodec().decode(bytes as never, 'p'))).toBe('foreign');
    },
  );

  it('of a later version are not read', () => {
    const bytes = vectorCodec().encode(embedded, 'p');
    bytes[4]! += 1;
    expect(reasonOf(() => vectorCodec().decode(bytes, 'p'))).toBe('version');
  });
});

// Whoever changes these has made all stored vectors unreadable: raise FORMAT_VERSION.
describe('a vector of version 1', () => {
  const floats = new Float32Array([0.5, -0.25, 1]);
  const doubles = new Float64Array([0.1, -0.2, 3]);
  const about = { tokens: 7, madeAt: 1_750_000_000_000 };
  const made = [
    'bXBldgEAAAAAA0AcAAAAAAAAQnl3Qg3AAAAKyj4DAAAAPwAAgL4AAIA/',
    'bXBldgEBAAAAA0AcAAAAAAAAQnl3Qg3AAABlMBkSmpmZmZmZuT+amZmZmZnJvwAAAAAAAAhA',
    'bXBldgECAAAAA0AcAAAAAAAAQnl3Qg3AAABLsG+OEgMxYCoK2Ale24xWy/MmtK/cgQ4wIJbv7GOkTE7Zqn/w2GHoRKK1wg==',
    'bXBldgEDAAAAA0AcAAAAAAAAQnl3Qg3AAABLsG+O5DqgXcZdvVnhwxUmlweWlO8IOSF0FBGtLfg/zMsgOAwwhoqNWfh2AifpWPsjgQZcQgLlrg==',
  ].map((base64) => Buffer.from(base64, 'base64'));
  const vectors = [floats, doubles, floats, doubles].map((vector) => ({ vector, ...about }));

  it('is read in every release', () => {
    const withKey = vectorCodec(Buffer.alloc(32, 7).toString('base64'));
    const read = made.map((bytes, index) => (index < 2 ? vectorCodec() : withKey).decode(bytes, 'p'));
    expect(read).toEqual(vectors);
  });

  it('is what is written', () => {
    expect(vectors.slice(0, 2).map((one) => Buffer.from(vectorCodec().encode(one, 'p')))).toEqual(
      made.slice(0, 2),
    );
  });
});
