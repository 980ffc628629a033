import { promisify } from 'node:util';
import { loadZlib } from '../base/load-zlib.ts';

/*
 * deflateRaw at level 1, because every Node that reads the same store must be able to read what any of them wrote: zstd is
 * in node:zlib from 22.15 on only. On answers of language models it would save nothing: 760 tokens with their envelope are
 * 4,351 bytes, 1,968 deflated and 2,031 with zstd 1; 60 tokens 853, 505 and 534.
 */

/** From this many bytes on compression halves a text; below it would save a few hundred bytes for 50 µs. */
export const COMPRESS_FROM = 1024;
/** Up to here it takes a millisecond, and on another thread, with the way there and back, half as much again. */
const SYNC_UP_TO = 64 * 1024;
/** Bytes that the other thread makes at a time: each time is a way there and back. */
const CHUNK = 64 * 1024;
const LEVEL = 1;

export async function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  const { deflateRaw, deflateRawSync } = loadZlib();
  const options = { level: LEVEL, chunkSize: CHUNK };
  return bytes.byteLength <= SYNC_UP_TO
    ? deflateRawSync(bytes, options)
    : promisify(deflateRaw)(bytes, options);
}

/**
 * Never makes more than `maxLength` bytes, whatever it is given.
 *
 * @throws Error for what is not compressed, lacks its end, or would be longer.
 */
export async function inflate(bytes: Uint8Array, maxLength: number): Promise<Uint8Array> {
  const { inflateRaw, inflateRawSync } = loadZlib();
  const options = { maxOutputLength: maxLength, chunkSize: CHUNK };
  return maxLength <= SYNC_UP_TO ? inflateRawSync(bytes, options) : promisify(inflateRaw)(bytes, options);
}
