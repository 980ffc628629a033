import { isUtf8 } from 'node:buffer';
import { CHECK_BYTES, checkedBytes, contentOf } from '../base/checked-bytes.ts';
import { parseEncryptionKeys } from '../base/encryption-keys.ts';
import { isUnreadable, UnreadableEntry } from '../base/unreadable-entry.ts';
import { COMPRESS_FROM, deflate, inflate } from './compression.ts';

export { isUnreadable } from '../base/unreadable-entry.ts';

/*
 * An entry as bytes:
 *
 *   0  'mprf'    4  format version    5  flags    6  length of the text in bytes (4, big-endian)
 *  10  the content, checked or encrypted: see checked-bytes.ts
 *
 * The content is the text in UTF-8, deflated if that makes it shorter.
 */

/** Raise it with every change of what is written here or in pipeline/answer-text.ts: what it was before is then a miss. */
export const FORMAT_VERSION = 1;

const MAGIC = 'mprf';
const VERSION_AT = 4;
const FLAGS_AT = 5;
const LENGTH_AT = 6;
const BODY_AT = 10;
const DEFLATED = 1;
const ENCRYPTED = 2;
const KNOWN_FLAGS = DEFLATED | ENCRYPTED;

const DEFAULT_MAX_BYTES = 8 * 1024 ** 2;

export interface CodecOptions {
  /** Each 32 bytes as base64 or hex. The first one encrypts, all of them decrypt. Without any, nothing is encrypted. */
  readonly encryptionKeys?: string | readonly string[];
  /**
   * Longest text, in bytes of UTF-8.
   * @default 8 MB
   */
  readonly maxBytes?: number;
}

/** Texts as bytes for a store that is shared, slow, and not trusted to give back what it was given. */
export interface Codec {
  /**
   * Rejects with {@link UnreadableEntry} `too-large` for a text that would not be read again, with a TypeError for one with
   * half a character, which JSON.stringify never makes.
   */
  encode(text: string, key: string): Promise<Uint8Array>;
  /** Rejects with {@link UnreadableEntry} for everything that `encode` did not make for this key, and with nothing else. */
  decode(bytes: Uint8Array, key: string): Promise<string>;
}

/** @throws PerfConfigError for a key that is none. */
export function createCodec({ encryptionKeys, maxBytes = DEFAULT_MAX_BYTES }: CodecOptions = {}): Codec {
  const keys = encryptionKeys === undefined ? [] : parseEncryptionKeys(encryptionKeys);
  const [sealingKey] = keys;

  const encode: Codec['encode'] = async (text, key) => {
    if (text.length > maxBytes) throw new UnreadableEntry('too-large');
    if (!text.isWellFormed()) throw new TypeError('a text with half a character has no UTF-8');
    const plain = Buffer.from(text);
    if (plain.byteLength > maxBytes) throw new UnreadableEntry('too-large');

    const deflated = plain.byteLength < COMPRESS_FROM ? plain : await deflate(plain);
    const isShorter = deflated.byteLength < plain.byteLength;
    const content = isShorter ? deflated : plain;
    const header = headerOf((isShorter ? DEFLATED : 0) | (sealingKey ? ENCRYPTED : 0), plain.byteLength);
    return checkedBytes(header, content, key, sealingKey);
  };

  const open = async (entry: Buffer, key: string): Promise<string> => {
    const { flags, length } = readHeader(entry);
    if (length > maxBytes) throw new UnreadableEntry('too-large');
    // Nothing is made longer than it was: what is, is not worth the time that it would take to look at it.
    if (entry.byteLength > BODY_AT + CHECK_BYTES + length) throw new UnreadableEntry('corrupt');
    const content = contentOf(entry, BODY_AT, key, (flags & ENCRYPTED) !== 0, keys);
    const plain = flags & DEFLATED ? await inflate(content, length) : content;
    if (plain.byteLength !== length || !isUtf8(plain)) throw new UnreadableEntry('corrupt');
    return asBuffer(plain).toString();
  };

  return {
    encode,
    async decode(bytes, key) {
      try {
        if (!(bytes instanceof Uint8Array)) throw new UnreadableEntry('foreign');
        return await open(asBuffer(bytes), key);
      } catch (error) {
        throw isUnreadable(error) ? error : new UnreadableEntry('corrupt');
      }
    },
  };
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function headerOf(flags: number, length: number): Buffer {
  const header = Buffer.alloc(BODY_AT);
  header.write(MAGIC, 'latin1');
  header[VERSION_AT] = FORMAT_VERSION;
  header[FLAGS_AT] = flags;
  header.writeUInt32BE(length, LENGTH_AT);
  return header;
}

function readHeader(entry: Buffer): { readonly flags: number; readonly length: number } {
  if (entry.toString('latin1', 0, VERSION_AT) !== MAGIC) throw new UnreadableEntry('foreign');
  if (entry.byteLength < BODY_AT) throw new UnreadableEntry('corrupt');
  const flags = entry.readUInt8(FLAGS_AT);
  if (entry[VERSION_AT] !== FORMAT_VERSION || flags & ~KNOWN_FLAGS) throw new UnreadableEntry('version');
  return { flags, length: entry.readUInt32BE(LENGTH_AT) };
}
