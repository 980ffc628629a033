import type { EncryptionKey } from './encryption-keys.ts';
import { seal, SEAL_BYTES, unseal } from './encryption.ts';
import { loadZlib } from './load-zlib.ts';
import { UnreadableEntry } from './unreadable-entry.ts';

/*
 * An entry of a store that is not trusted to give back what it was given: a header in clear, then what `seal` makes of the content if it
 * is encrypted, else CRC-32 (4 bytes, big-endian) and the content. Checksum and encryption also cover the header and the key of the
 * entry, so that no entry is taken for that of another key.
 */

const CRC_BYTES = 4;

/** What is added to header and content, at most. */
export const CHECK_BYTES = SEAL_BYTES;

/** Encrypted where there is a key for it. In memory of its own: it may be kept, and a part of a larger memory would keep all of that. */
export function checkedBytes(
  header: Uint8Array,
  content: Uint8Array,
  place: string,
  sealingKey: EncryptionKey | undefined,
): Buffer {
  const context = contextOf(header, place);
  return sealingKey
    ? joined(header, seal(content, context, sealingKey))
    : joined(header, checksum(content, context), content);
}

/**
 * The content behind a header of so many bytes.
 *
 * @throws UnreadableEntry, or what the cipher throws: for everything that {@link checkedBytes} did not make for this place.
 */
export function contentOf(
  entry: Buffer,
  headerBytes: number,
  place: string,
  isEncrypted: boolean,
  keys: readonly EncryptionKey[],
): Uint8Array {
  const context = contextOf(entry.subarray(0, headerBytes), place);
  const body = entry.subarray(headerBytes);
  if (isEncrypted) return unseal(body, context, keys);
  if (keys.length > 0) throw new UnreadableEntry('not-encrypted'); // whoever can write to the store could have made it
  const content = body.subarray(CRC_BYTES);
  if (!checksum(content, context).equals(body.subarray(0, CRC_BYTES))) throw new UnreadableEntry('corrupt');
  return content;
}

const contextOf = (header: Uint8Array, place: string): Buffer => Buffer.concat([header, Buffer.from(place)]);

function joined(...parts: readonly Uint8Array[]): Buffer {
  const whole = Buffer.allocUnsafeSlow(parts.reduce((length, part) => length + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

function checksum(content: Uint8Array, context: Uint8Array): Buffer {
  const { crc32 } = loadZlib();
  const sum = Buffer.alloc(CRC_BYTES);
  sum.writeUInt32BE(crc32(content, crc32(context)));
  return sum;
}
