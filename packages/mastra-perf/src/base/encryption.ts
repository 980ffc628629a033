import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { KEY_ID_BYTES, type EncryptionKey } from './encryption-keys.ts';
import { UnreadableEntry } from './unreadable-entry.ts';

/*
 * AES-256-GCM. What is sealed is: id of the key, iv, tag, ciphertext. The iv is random: a key is good for 2^32 entries.
 */

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const IV_AT = KEY_ID_BYTES;
const TAG_AT = IV_AT + IV_BYTES;
const CONTENT_AT = TAG_AT + TAG_BYTES;

/** What sealing adds. */
export const SEAL_BYTES = CONTENT_AT;

/** `context` is not part of the result, but has to be the same for {@link unseal}. */
export function seal(content: Uint8Array, context: Uint8Array, { id, secret }: EncryptionKey): Uint8Array {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, secret, iv, { authTagLength: TAG_BYTES }).setAAD(context);
  const sealed = [cipher.update(content), cipher.final()];
  return Buffer.concat([id, iv, cipher.getAuthTag(), ...sealed]);
}

/** @throws Error for what was changed since, or sealed in another context; UnreadableEntry when the key is not known. */
export function unseal(sealed: Uint8Array, context: Uint8Array, keys: readonly EncryptionKey[]): Uint8Array {
  const id = sealed.subarray(0, KEY_ID_BYTES);
  const key = keys.find((one) => Buffer.compare(one.id, id) === 0);
  if (!key) throw new UnreadableEntry('unknown-key');
  const decipher = createDecipheriv(ALGORITHM, key.secret, sealed.subarray(IV_AT, TAG_AT), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(context).setAuthTag(sealed.subarray(TAG_AT, CONTENT_AT));
  return Buffer.concat([decipher.update(sealed.subarray(CONTENT_AT)), decipher.final()]);
}
