import { CHECK_BYTES, checkedBytes, contentOf } from '../base/checked-bytes.ts';
import { parseEncryptionKeys } from '../base/encryption-keys.ts';
import { isUnreadable, UnreadableEntry } from '../base/unreadable-entry.ts';
import type { Embedded, Vector } from './vector.ts';

/*
 * A vector as bytes:
 *
 *   0  'mpev'    4  format version    5  flags    6  number of dimensions (4, big-endian)
 *  10  tokens that it has cost (8, a double)    18  when it was made, in ms since the epoch (8, a double)
 *  26  the numbers, in the order of bytes of the machine, checked or encrypted: see checked-bytes.ts
 */

/** Raise it with every change of what is written here: what it was before is then a miss. */
const FORMAT_VERSION = 1;

const MAGIC = 'mpev';
const VERSION_AT = 4;
const FLAGS_AT = 5;
const LENGTH_AT = 6;
const TOKENS_AT = 10;
const MADE_AT = 18;
const BODY_AT = 26;

const DOUBLES = 1;
const ENCRYPTED = 2;
const BIG_ENDIAN = 4;
/** Vectors of a machine with the other order are not known here, as those of a later version are not. */
const OWN_ORDER = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 0 : BIG_ENDIAN;

/** Models have a few thousand. What says to be longer is not read into memory. */
const MAX_DIMENSIONS = 1_000_000;

/** Vectors as bytes for a store that is not trusted to give back what it was given. */
export interface VectorCodec {
  encode(embedded: Embedded, place: string): Uint8Array;
  /** @throws UnreadableEntry for everything that `encode` did not make for this place. */
  decode(bytes: Uint8Array, place: string): Embedded;
}

/** @throws PerfConfigError for a key that is none. */
export function vectorCodec(encryptionKeys?: string | readonly string[]): VectorCodec {
  const keys = encryptionKeys === undefined ? [] : parseEncryptionKeys(encryptionKeys);
  const [sealingKey] = keys;

  const open = (entry: Buffer, place: string): Embedded => {
    if (entry.toString('latin1', 0, VERSION_AT) !== MAGIC) throw new UnreadableEntry('foreign');
    if (entry.byteLength < BODY_AT) throw new UnreadableEntry('corrupt');
    const flags = entry.readUInt8(FLAGS_AT);
    if (entry[VERSION_AT] !== FORMAT_VERSION || (flags & ~(DOUBLES | ENCRYPTED)) !== OWN_ORDER)
      throw new UnreadableEntry('version');
    const dimensions = entry.readUInt32BE(LENGTH_AT);
    const bytes = dimensions * (flags & DOUBLES ? 8 : 4);
    if (dimensions > MAX_DIMENSIONS || entry.byteLength > BODY_AT + CHECK_BYTES + bytes)
      throw new UnreadableEntry('too-large');
    const content = contentOf(entry, BODY_AT, place, (flags & ENCRYPTED) !== 0, keys);
    if (dimensions === 0 || content.byteLength !== bytes) throw new UnreadableEntry('corrupt');
    const own = new Uint8Array(content).buffer; // where numbers may begin at its first byte
    const vector: Vector = flags & DOUBLES ? new Float64Array(own) : new Float32Array(own);
    if (!vector.every(Number.isFinite)) throw new UnreadableEntry('corrupt');
    return { vector, tokens: entry.readDoubleBE(TOKENS_AT), madeAt: entry.readDoubleBE(MADE_AT) };
  };

  return {
    encode({ vector, tokens, madeAt }, place) {
      const header = Buffer.alloc(BODY_AT);
      header.write(MAGIC, 'latin1');
      header[VERSION_AT] = FORMAT_VERSION;
      header[FLAGS_AT] =
        OWN_ORDER | (vector instanceof Float64Array ? DOUBLES : 0) | (sealingKey ? ENCRYPTED : 0);
      header.writeUInt32BE(vector.length, LENGTH_AT);
      header.writeDoubleBE(tokens, TOKENS_AT);
      header.writeDoubleBE(madeAt, MADE_AT);
      const numbers = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
      return checkedBytes(header, numbers, place, sealingKey);
    },
    decode(bytes, place) {
      try {
        if (!(bytes instanceof Uint8Array)) throw new UnreadableEntry('foreign');
        return open(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), place);
      } catch (error) {
        throw isUnreadable(error) ? error : new UnreadableEntry('corrupt');
      }
    },
  };
}
