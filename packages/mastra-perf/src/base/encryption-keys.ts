import { createSecretKey, hash, type KeyObject } from 'node:crypto';
import * as z from 'zod/mini';
import { PerfConfigError } from '../errors.ts';

/** A key of AES-256-GCM. */
export interface EncryptionKey {
  /** Names the key in what it encrypted: the first {@link KEY_ID_BYTES} of its SHA-256. */
  readonly id: Uint8Array;
  readonly secret: KeyObject;
}

export const KEY_ID_BYTES = 4;

const PATH = 'createPerf.cache.encryptionKeys';
const ACCEPTED =
  '32 random bytes as base64 or hex (`openssl rand -base64 32` makes them), or an array of at least one such key, the one to encrypt with first';

/** @throws PerfConfigError for anything but keys. It tells where the wrong one is, but shows nothing of it. */
export function parseEncryptionKeys(given: unknown): EncryptionKey[] {
  if (!Array.isArray(given)) return [parseKey(given, PATH)];
  if (given.length === 0) throw new PerfConfigError(PATH, given, ACCEPTED);
  return given.map((one, index) => parseKey(one, `${PATH}[${index}]`));
}

function parseKey(given: unknown, path: string): EncryptionKey {
  const bytes = typeof given === 'string' ? bytesOf(given.trim()) : undefined;
  if (!bytes) throw new PerfConfigError(path, withoutSecret(given), ACCEPTED);
  return { id: hash('sha256', bytes, 'buffer').subarray(0, KEY_ID_BYTES), secret: createSecretKey(bytes) };
}

function bytesOf(text: string): Buffer | undefined {
  if (/^[\da-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  return /^[\w+/-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}

/** A key that was mistyped is still most of a key. */
function withoutSecret(given: unknown): unknown {
  if (given === undefined || given === null || given === '') return given;
  const length = typeof given === 'string' ? ` of ${given.length} characters` : '';
  return `(${typeof given}${length}, not shown)`;
}

/**
 * The option: undefined is refused, unlike in other options, since a variable of the environment that is not set must not
 * turn encryption off.
 */
export const encryptionKeys = () =>
  z.exactOptional(
    z.custom<string | readonly string[]>(
      (given) => {
        if (given === undefined) return false; // zod asks this also where the option is left out, and ignores the answer
        parseEncryptionKeys(given); // throws past zod, whose issues would lead to an error that shows the value
        return true;
      },
      { error: ACCEPTED },
    ),
  );
