import { randomBytes } from 'node:crypto';
import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { PerfConfigError } from '../errors.ts';
import { answerWriter, readParts } from '../pipeline/answer-text.ts';
import { answerOf } from '../pipeline/test-calls.ts';
import { type Codec, createCodec, FORMAT_VERSION, isUnreadable } from './codec.ts';

vi.setConfig({ testTimeout: 60_000 });

const KEY = 'q1:5f2c';
const secret = (): string => randomBytes(32).toString('base64');
const [first, second] = [secret(), secret()];

/** A text, or the reason why there is none. Fails for every other error. */
async function read(codec: Codec, bytes: Uint8Array, key = KEY): Promise<{ text: string } | string> {
  try {
    return { text: await codec.decode(bytes, key) };
  } catch (error) {
    if (isUnreadable(error)) return error.reason;
    throw error;
  }
}

/** An entry by somebody who knows the format: everything fits, but for what is given. */
function forged({
  content,
  flags = 0,
  length = content.byteLength,
  version = FORMAT_VERSION,
}: {
  content: Uint8Array;
  flags?: number;
  length?: number;
  version?: number;
}): Buffer {
  const header = Buffer.from([...Buffer.from('mprf'), version, flags, 0, 0, 0, 0]);
  header.writeUInt32BE(length, 6);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(content, crc32(Buffer.concat([header, Buffer.from(KEY)]))));
  return Buffer.concat([header, sum, content]);
}

const plain = createCodec();
const sealed = createCodec({ encryptionKeys: first });
const codecs = [
  ['without encryption', plain],
  ['encrypted', sealed],
] as const;
const small = '[{"type":"text-delta","id":"0","delta":"Grüße 😀"},"71"]';
const large = JSON.stringify(Array.from({ length: 4000 }, (_, index) => `token ${index * 7919}`));
const incompressible = JSON.stringify(randomBytes(90_000).toString('base64'));

describe.each(codecs)('an entry of the store, %s', (_name, codec) => {
  it('gives back the text', async () => {
    const text = fc.oneof(
      fc.json(),
      fc.string({ unit: 'grapheme' }),
      fc.lorem({ maxCount: 400 }),
      fc.constant(''),
    );
    await fc.assert(
      fc.asyncProperty(text, fc.string({ unit: 'grapheme' }), async (given, key) => {
        expect(await codec.decode(await codec.encode(given, key), key)).toBe(given);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['small', small],
    ['just not compressed', 'x'.repeat(1023)],
    ['just compressed', 'x'.repeat(1024)],
    ['compressed on this thread', 'x'.repeat(65_536)],
    ['compressed on another thread', 'x'.repeat(65_537)],
    ['large', large],
    ['not to be compressed', incompressible],
    ['of three bytes a character', '語'.repeat(50_000)],
    ['with a byte order mark', '\ufeff"x"'],
  ])('gives back a text that is %s', async (_what, text) => {
    expect(await codec.decode(await codec.encode(text, KEY), KEY)).toBe(text);
  });

  it('lies in memory of its own, so that whoever keeps it keeps no more', async () => {
    const entry = await codec.encode(small, KEY);
    expect(entry.buffer.byteLength).toBe(entry.byteLength);
  });

  it('can be read where it lies in a larger memory', async () => {
    const entry = await codec.encode(large, KEY);
    const memory = new Uint8Array(entry.byteLength + 8).fill(0xff);
    memory.set(entry, 3);
    expect(await codec.decode(memory.subarray(3, 3 + entry.byteLength), KEY)).toBe(large);
  });

  it('cannot be read when it lacks its end', async () => {
    const entry = await codec.encode(small, KEY);
    for (let length = 0; length < entry.byteLength; length++) {
      expect(await read(codec, entry.subarray(0, length))).toMatch(/^(foreign|corrupt|unknown-key)$/);
    }
  });

  it('cannot be read when it has more than its end', async () => {
    for (const text of [small, large]) {
      const entry = await codec.encode(text, KEY);
      expect(await read(codec, Buffer.concat([entry, Buffer.alloc(1)]))).toBe('corrupt');
      expect(await read(codec, Buffer.concat([entry, entry]))).toBe('corrupt');
      expect(await read(codec, Buffer.concat([entry, Buffer.alloc(5e6)]))).toBe('corrupt');
    }
  });

  it.each([
    ['small', small],
    ['compressed', 'a '.repeat(600)],
  ])('cannot be read when a single bit of it was turned, %s', async (_what, text) => {
    const entry = await codec.encode(text, KEY);
    for (let bit = 0; bit < entry.byteLength * 8; bit++) {
      const turned = Uint8Array.from(entry);
      turned[bit >> 3]! ^= 1 << (bit & 7);
      expect(await read(codec, turned), `bit ${bit}`).toEqual(expect.any(String));
    }
  });

  it('cannot be read when bytes of it were lost, doubled or changed', async () => {
    const entry = await codec.encode(large, KEY);
    const place = fc.nat({ max: entry.byteLength });
    await fc.assert(
      fc.asyncProperty(place, place, fc.uint8Array({ maxLength: 20 }), async (a, b, between) => {
        const spoilt = Buffer.concat([entry.subarray(0, a), between, entry.subarray(b)]);
        fc.pre(!spoilt.equals(entry));
        expect(await read(codec, spoilt)).toEqual(expect.any(String));
      }),
      { numRuns: 500 },
    );
  });

  it('cannot be read under another key', async () => {
    const entry = await codec.encode(small, KEY);
    for (const key of ['', `${KEY}0`, KEY.slice(1), 'q1:5f2d', KEY.toUpperCase()]) {
      expect(await read(codec, entry, key)).toBe('corrupt');
    }
  });

  it('is of this version, and of no later one', async () => {
    const entry = Uint8Array.from(await codec.encode(small, KEY));
    for (let version = 0; version < 256; version++) {
      entry[4] = version;
      expect(await read(codec, entry)).toEqual(version === FORMAT_VERSION ? { text: small } : 'version');
    }
  });

  it('is not made of random bytes', async () => {
    const header = Uint8Array.from(await codec.encode(small, KEY)).subarray(0, 14);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 14 }), fc.uint8Array({ maxLength: 200 }), async (taken, bytes) => {
        const entry = Buffer.concat([header.subarray(0, taken), bytes]);
        expect(await read(codec, entry)).toEqual(expect.any(String));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['JSON', Buffer.from(small)],
    ['zeros', new Uint8Array(100)],
    ['a text', small as unknown as Uint8Array],
    ['undefined', undefined as unknown as Uint8Array],
    ['null', null as unknown as Uint8Array],
    ['words', new Uint16Array(50) as unknown as Uint8Array],
  ])('is not %s', async (_what, bytes) => {
    expect(await read(codec, bytes)).toBe('foreign');
  });

  it('holds at most 8 MB of text', async () => {
    const limit = 8 * 1024 ** 2;
    const longest = 'x'.repeat(limit);
    expect((await codec.decode(await codec.encode(longest, KEY), KEY)) === longest).toBe(true);
    for (const text of ['x'.repeat(limit + 1), 'x'.repeat(10 * 1024 ** 2), 'é'.repeat(limit / 2 + 1)]) {
      await expect(codec.encode(text, KEY)).rejects.toMatchObject({
        name: 'UnreadableEntry',
        reason: 'too-large',
      });
    }
  });

  it('is not made of half a character, which would come back as another one', async () => {
    await expect(codec.encode('"\ud83d"', KEY)).rejects.toThrow(TypeError);
  });
});

describe('an entry that somebody else made', () => {
  it('is read when all of it fits', async () => {
    expect(await read(plain, forged({ content: Buffer.from(small) }))).toEqual({ text: small });
    const content = deflateRawSync(large);
    expect(await read(plain, forged({ content, flags: 1, length: large.length }))).toEqual({ text: large });
  });

  it('cannot make the process hold more than it says, nor more than is allowed', async () => {
    const bomb = deflateRawSync(Buffer.alloc(64 * 1024 ** 2));
    const made = (length: number) => forged({ content: bomb, flags: 1, length });
    expect(await read(plain, made(64 * 1024 ** 2))).toBe('too-large');
    expect(await read(plain, made(2 ** 32 - 1))).toBe('too-large');
    expect(await read(plain, made(8 * 1024 ** 2))).toBe('corrupt');
    const before = process.memoryUsage().arrayBuffers;
    expect(await read(plain, made(bomb.byteLength))).toBe('corrupt');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * 1024 ** 2);
  });

  it.each<[what: string, entry: Buffer, reason: string]>([
    ['says that it is longer', forged({ content: Buffer.from('[]'), length: 3 }), 'corrupt'],
    ['says that it is shorter', forged({ content: Buffer.from('[]'), length: 1 }), 'corrupt'],
    [
      'is compressed and says that it is empty',
      forged({ content: deflateRawSync(''), flags: 1, length: 0 }),
      'corrupt',
    ],
    [
      'says that more was compressed',
      forged({ content: deflateRawSync('x'.repeat(2000)), flags: 1, length: 2001 }),
      'corrupt',
    ],
    [
      'says that less was compressed',
      forged({ content: deflateRawSync('x'.repeat(2000)), flags: 1, length: 1999 }),
      'corrupt',
    ],
    [
      'is not compressed as it says',
      forged({ content: randomBytes(900), flags: 1, length: 5000 }),
      'corrupt',
    ],
    [
      'is not compressed as it says, and is large',
      forged({ content: randomBytes(90_000), flags: 1, length: 500_000 }),
      'corrupt',
    ],
    [
      'is cut in what was compressed',
      forged({ content: deflateRawSync(large).subarray(0, -9), flags: 1, length: large.length }),
      'corrupt',
    ],
    [
      'is padded with blocks of nothing',
      forged({
        content: Buffer.concat([Buffer.from('000000ffff'.repeat(30), 'hex'), deflateRawSync(small)]),
        flags: 1,
        length: Buffer.byteLength(small),
      }),
      'corrupt',
    ],
    ['is not UTF-8', forged({ content: Buffer.from([0x22, 0xc3, 0x22]) }), 'corrupt'],
    ['has a flag of a later version', forged({ content: Buffer.from('[]'), flags: 4 }), 'version'],
    ['is of a later version', forged({ content: Buffer.from('[]'), version: FORMAT_VERSION + 1 }), 'version'],
    ['says that it is encrypted', forged({ content: Buffer.from('[]'), flags: 2 }), 'unknown-key'],
  ])('cannot be read when it %s', async (_what, entry, reason) => {
    expect(await read(plain, entry)).toBe(reason);
  });

  it('leaves all prototypes alone, and gives its fields as fields', async () => {
    const text =
      '[{"type":"tool-result","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}]';
    const parts = readParts(await plain.decode(forged({ content: Buffer.from(text) }), KEY));
    expect(Object.keys(parts[0]!.part)).toEqual(['type', '__proto__', 'constructor']);
    expect('polluted' in parts[0]!.part).toBe(false);
    expect('polluted' in {}).toBe(false);
    expect('polluted' in Object).toBe(false);
  });
});

describe('encryption', () => {
  it('shows nothing of the text or the key of the cache', async () => {
    const bytes = Buffer.from(await sealed.encode(small, KEY));
    expect(bytes.includes('text-delta')).toBe(false);
    expect(bytes.includes(KEY)).toBe(false);
    expect(Buffer.from(await plain.encode(small, KEY)).includes('text-delta')).toBe(true);
  });

  it('never makes the same entry twice', async () => {
    const entries = await Promise.all(Array.from({ length: 100 }, () => sealed.encode(small, KEY)));
    expect(new Set(entries.map((entry) => Buffer.from(entry).toString('hex'))).size).toBe(100);
    const ivs = entries.map((entry) => Buffer.from(entry).toString('hex', 14, 26));
    expect(new Set(ivs).size).toBe(100);
  });

  it('reads with every key that is configured, and writes with the first', async () => {
    const old = await sealed.encode(small, KEY);
    const rotated = createCodec({ encryptionKeys: [second, first] });
    expect(await read(rotated, old)).toEqual({ text: small });
    const renewed = await rotated.encode(small, KEY);
    expect(await read(createCodec({ encryptionKeys: [second] }), renewed)).toEqual({ text: small });
    expect(await read(sealed, renewed)).toBe('unknown-key');
    expect(await read(createCodec({ encryptionKeys: second }), old)).toBe('unknown-key');
  });

  it('reads the same key in hex', async () => {
    const hex = createCodec({ encryptionKeys: Buffer.from(first, 'base64').toString('hex') });
    expect(await read(hex, await sealed.encode(small, KEY))).toEqual({ text: small });
  });

  it('does not read with a key that only has the name of the right one', async () => {
    const entry = Buffer.from(await sealed.encode(small, KEY));
    const other = createCodec({ encryptionKeys: [first, second] });
    const name = (await createCodec({ encryptionKeys: second }).encode(small, KEY)).subarray(10, 14);
    entry.set(name, 10);
    expect(await read(other, entry)).toBe('corrupt');
  });

  it('cannot be got around by an entry that is not encrypted', async () => {
    expect(await read(sealed, await plain.encode(small, KEY))).toBe('not-encrypted');
    expect(await read(sealed, forged({ content: Buffer.from(small) }))).toBe('not-encrypted');
  });

  it('leaves entries unreadable for who has no key', async () => {
    expect(await read(plain, await sealed.encode(small, KEY))).toBe('unknown-key');
  });

  it('is not set up with what is no key, and the error does not show it', () => {
    for (const encryptionKeys of ['swordfish', [], [first, 'swordfish']]) {
      expect(() => createCodec({ encryptionKeys })).toThrow(PerfConfigError);
      expect(() => createCodec({ encryptionKeys })).not.toThrow(/swordfish/);
    }
  });
});

// Whoever changes these has made all stored entries unreadable: raise FORMAT_VERSION.
describe('an entry of version 1', () => {
  const made = [
    'bXByZgEAAAAAKqv2FfVbeyJ0eXBlIjoiZmluaXNoIiwiZGVsdGEiOiJHcsO8w59lIPCfmIAifV0=',
    'bXByZgEBAAAH0snX9xtTSkwahaMhMBoCoyEwGgKjITAaAkM9BJQA',
    'bXByZgECAAAAKkuwb4627Kl74gepIQhSk1/3AtHdSRe1WZ4oogpKNIbErh1QIa75UwZ+y0d0idNusJrLVo77hvs07crccBvSj25RhMUD0+T4+gtj',
    'bXByZgEDAAAH0kuwb45QEzZwxRfTFWmYPtrTcmiCxtXCv/8OoziuIoQN8cX1U2NFEdly1f5LGgvNOQMXe1vVhzVLxA==',
  ].map((base64) => Buffer.from(base64, 'base64'));
  const texts = ['[{"type":"finish","delta":"Grüße 😀"}]', JSON.stringify('ab'.repeat(1000))];

  it('is read in every release', async () => {
    const withKey = createCodec({ encryptionKeys: Buffer.alloc(32, 7).toString('base64') });
    const decoded = made.map((entry, index) => (index < 2 ? plain : withKey).decode(entry, KEY));
    expect(await Promise.all(decoded)).toEqual([...texts, ...texts]);
  });

  it('is what is written', async () => {
    expect(await Promise.all(texts.map((text) => plain.encode(text, KEY)))).toEqual(made.slice(0, 2));
  });
});

describe('the size of an entry', () => {
  it('is far below that of the tokens it was streamed in', async () => {
    const words = [
      'The',
      ' cache',
      ' keeps',
      ' an',
      ' answer',
      '.',
      ' Of',
      ' two',
      ' callers',
      ',',
      ' one',
      ' waits',
    ];
    let state = 7;
    const next = (): string => words[(state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % words.length]!;
    const writer = answerWriter();
    for (const part of answerOf('')) {
      if (part.type === 'text-delta') continue;
      if (part.type === 'text-end') {
        for (let token = 0; token < 760; token++) writer.add({ type: 'text-delta', id: '0', delta: next() });
      }
      writer.add(part);
    }
    const text = writer.text();
    expect(text.length).toBeLessThan(6000);
    expect((await plain.encode(text, KEY)).byteLength).toBeLessThan(2000);
    expect((await sealed.encode(text, KEY)).byteLength).toBeLessThan(2040);
  });
});
