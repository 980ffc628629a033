import type { ModelRequest } from '../../pipeline/call.ts';

/**
 * Bytes that are fewer than any model caches: the least is 512 tokens (Claude Opus 5; others 1024 to 4096), and no usual text has less
 * than two bytes a token. A marker below what a model caches does nothing, but it is one of four.
 */
const LEAST_BYTES = 1024;
/** An image or document by its address has at least as many tokens. */
const URL_BYTES = 1024;

/** The first place up to which a request is long enough to be cached; infinite where it is not. */
export function longFrom({ prompt, tools }: ModelRequest): number {
  let bytes = 0;
  const list: readonly unknown[] = Array.isArray(tools) ? tools : [];
  for (const [index, tool] of list.entries()) {
    bytes = bytesOf(tool, bytes);
    if (bytes >= LEAST_BYTES) return index - list.length;
  }
  for (const [place, { content }] of prompt.entries()) {
    bytes = bytesOf(content, bytes);
    if (bytes >= LEAST_BYTES) return place;
  }
  return Number.POSITIVE_INFINITY;
}

/** The bytes so far with those of the texts in a value; it stops counting as soon as they are enough. */
function bytesOf(value: unknown, sum: number): number {
  if (sum >= LEAST_BYTES) return sum;
  if (typeof value === 'string') return sum + Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null) return sum;
  if (value instanceof URL) return sum + URL_BYTES;
  if (ArrayBuffer.isView(value)) return sum + value.byteLength;
  let total = sum;
  for (const [name, own] of Object.entries(value)) {
    if (name === 'providerOptions') continue;
    total = bytesOf(own, total + (Array.isArray(value) ? 0 : name.length));
    if (total >= LEAST_BYTES) return total;
  }
  return total;
}
