import type { ContentPart, SourceDocument } from './document.ts';

/**
 * All of the content of a document, whichever way it is given. Whoever gives it as a stream is asked for no more of it than may be held.
 *
 * @throws RangeError when it has more bytes than that.
 */
export async function readContent(
  { content }: SourceDocument,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string | Uint8Array> {
  const given: unknown = typeof content === 'function' ? await content(signal) : content;
  if (isPart(given)) return within(asText(given), maxBytes);
  if (typeof given !== 'object' || given === null || !(Symbol.asyncIterator in given))
    throw new TypeError('expected content: a text, bytes, a stream, or a function that gives one of these');
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of given as AsyncIterable<unknown>) {
    signal.throwIfAborted();
    if (!isPart(part)) throw new TypeError('expected texts or bytes in the stream of the content');
    const read = asText(part);
    const encoded = typeof read === 'string' ? Buffer.from(read.toWellFormed()) : read;
    bytes += encoded.byteLength;
    if (bytes > maxBytes) throw tooLong(maxBytes);
    parts.push(encoded);
  }
  return Buffer.concat(parts);
}

const isPart = (value: unknown): value is ContentPart =>
  typeof value === 'string' || value instanceof Uint8Array || value instanceof ArrayBuffer;

const asText = (part: ContentPart): string | Uint8Array =>
  part instanceof ArrayBuffer ? new Uint8Array(part) : part;

function within(content: string | Uint8Array, maxBytes: number): string | Uint8Array {
  if (sizeOf(content) > maxBytes) throw tooLong(maxBytes);
  return content;
}

export const sizeOf = (content: string | Uint8Array): number =>
  typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength;

const tooLong = (maxBytes: number): RangeError =>
  new RangeError(`it has more than ${maxBytes} bytes: raise maxDocumentBytes, or split it`);
