import { inspect } from 'node:util';
import * as z from 'zod/mini';
import { describe, expect, it } from 'vitest';
import { parseOptions } from './parse-options.ts';
import { feature, options } from './schema.ts';
import { PerfConfigError } from '../errors.ts';
import { encryptionKeys, parseEncryptionKeys } from './encryption-keys.ts';

const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - index));
const base64 = bytes.toString('base64');
const hex = bytes.toString('hex');
const exported = (given: unknown): Buffer[] =>
  parseEncryptionKeys(given).map(({ secret }) => secret.export());

function errorOf(run: () => unknown): PerfConfigError {
  try {
    run();
  } catch (error) {
    if (error instanceof PerfConfigError) return error;
    throw error;
  }
  return expect.unreachable();
}

/** All that could end up in a log. */
const shownBy = (error: PerfConfigError): string =>
  `${inspect(error, { depth: 9 })} ${JSON.stringify(error)}`;

describe('keys of encryption', () => {
  it.each([
    ['base64', base64],
    ['base64 without padding', base64.replace('=', '')],
    ['base64 for URLs', bytes.toString('base64url')],
    ['hex', hex],
    ['capital hex', hex.toUpperCase()],
    ['the line of a file', `${base64}\n`],
  ])('are 32 bytes as %s', (_what, given) => {
    expect(exported(given)).toEqual([bytes]);
  });

  it('are several, in order, each with an id of its own', () => {
    const keys = parseEncryptionKeys([hex, Buffer.alloc(32, 1).toString('base64'), base64]);
    expect(keys.map(({ secret }) => secret.export()[0])).toEqual([255, 1, 255]);
    expect(keys[0]?.id).toHaveLength(4);
    expect(keys[0]?.id).toEqual(keys[2]?.id);
    expect(keys[0]?.id).not.toEqual(keys[1]?.id);
  });

  it('show nothing of themselves', () => {
    expect(inspect(parseEncryptionKeys(base64), { depth: 9 })).not.toContain(base64.slice(4, 12));
    expect(JSON.stringify(parseEncryptionKeys(base64))).not.toContain(base64.slice(4, 12));
  });

  it.each<[what: string, given: unknown, got: string]>([
    ['a variable that is not set', undefined, 'undefined'],
    ['null', null, 'null'],
    ['an empty text', '', '""'],
    ['a passphrase', 'correct horse battery staple', '(string of 28 characters, not shown)'],
    ['31 bytes', bytes.subarray(1).toString('base64'), '(string of 44 characters, not shown)'],
    ['33 bytes', Buffer.alloc(33, 7).toString('base64'), '(string of 44 characters, not shown)'],
    ['16 bytes in hex', hex.slice(32), '(string of 32 characters, not shown)'],
    ['hex with a slip', `${hex.slice(1)}g`, '(string of 64 characters, not shown)'],
    ['bytes', bytes, '(object, not shown)'],
    ['a number', 12345678901234567890n, '(bigint, not shown)'],
    ['an empty array', [], 'an array of 0'],
    ['an array in an array', [[base64]], '(object, not shown)'],
  ])('are not %s', (_what, given, got) => {
    const error = errorOf(() => parseEncryptionKeys(given));
    expect(error.message).toMatch(
      /^createPerf\.cache\.encryptionKeys(\[0\])?: expected 32 random bytes as base64 or hex/,
    );
    expect(error.message).toContain(`got ${got.startsWith('(') ? JSON.stringify(got) : got}`);
    const secret = typeof given === 'string' || typeof given === 'bigint' ? String(given) : base64;
    if (secret !== '') expect(shownBy(error)).not.toContain(secret.slice(0, 12));
  });

  it('are named by their place when one of them is wrong', () => {
    const error = errorOf(() => parseEncryptionKeys([base64, `${base64.slice(0, -2)}!`]));
    expect(error.path).toBe('createPerf.cache.encryptionKeys[1]');
    expect(shownBy(error)).not.toContain(base64.slice(0, 12));
  });
});

describe('the option encryptionKeys', () => {
  const schema = options(() => ({
    cache: z.optional(feature(options(() => ({ encryptionKeys: encryptionKeys() })))),
  }));
  const parse = (cache: unknown) => parseOptions(schema, { cache }, 'createPerf').cache;

  it('may be left out, or be keys, which stay as they are', () => {
    expect(parse({})).toEqual({});
    expect(parse({ encryptionKeys: base64 })).toEqual({ encryptionKeys: base64 });
    expect(parse({ encryptionKeys: [hex, base64] })).toEqual({ encryptionKeys: [hex, base64] });
  });

  it('is refused when it is a variable of the environment that is not set', () => {
    expect(() => parse({ encryptionKeys: undefined })).toThrow(PerfConfigError);
    expect(() => parse({ encryptionKeys: [undefined] })).toThrow(PerfConfigError);
  });

  it('does not show a wrong key', () => {
    for (const given of [base64.slice(1), [base64, base64.slice(1)], [[base64]], { key: base64 }]) {
      const error = errorOf(() => parse({ encryptionKeys: given }));
      expect(error.path).toMatch(/^createPerf\.cache\.encryptionKeys/);
      expect(shownBy(error)).not.toContain(base64.slice(1, 12));
    }
  });
});
