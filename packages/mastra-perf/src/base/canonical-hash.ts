import { hash } from 'node:crypto';
import { isPlainObject } from './plain-object.ts';

/** Deeper than any provider's request; beyond it a value is taken for cyclic. */
const MAX_DEPTH = 200;

/**
 * SHA-256 of a value by content: the order of object keys and `undefined` fields do not matter, everything else does.
 * Types are told apart (`1` and `'1'`, bytes and text, a date and its string), every text carries its length, so that
 * no two different values are written alike. Functions count as absent: a request to a provider cannot hold one.
 *
 * @throws RangeError for a value nested deeper than 200 levels (a cycle).
 * @throws TypeError for an instance of a class that shows nothing of what it holds, such as `Headers` or a `Blob`.
 */
export function canonicalHash(value: unknown): string {
  const out: Out = { text: '' };
  write(value, out, 0);
  // UTF-8 writes all lone surrogates alike. UTF-16 does not, but takes twice the time for plain text.
  return hash(
    'sha256',
    /[\ud800-\udfff]/.test(out.text) ? Buffer.from(out.text, 'utf16le') : out.text,
    'base64url',
  );
}

interface Out {
  text: string;
}

function write(value: unknown, out: Out, depth: number): void {
  if (depth > MAX_DEPTH) throw new RangeError(`canonicalHash: nested deeper than ${MAX_DEPTH} levels`);
  switch (typeof value) {
    case 'string':
      out.text += `s${value.length}:${value}`;
      return;
    case 'number':
      out.text += Object.is(value, -0) ? 'n-0;' : `n${value};`;
      return;
    case 'boolean':
      out.text += value ? 'T' : 'F';
      return;
    case 'bigint':
      out.text += `i${value};`;
      return;
    case 'object':
      if (value === null) out.text += 'N';
      else if (Array.isArray(value)) writeItems(value, out, depth);
      else if (isPlainObject(value)) writeFields(value as Record<string, unknown>, out, depth);
      else writeInstance(value, out, depth);
      return;
    default:
      out.text += 'U';
  }
}

function writeItems(items: readonly unknown[], out: Out, depth: number): void {
  out.text += `[${items.length}:`;
  for (const item of items) write(item, out, depth + 1);
}

function writeFields(value: Record<string, unknown>, out: Out, depth: number): void {
  out.text += '{';
  const keys = Object.keys(value);
  if (keys.length > 1) keys.sort();
  for (const key of keys) {
    const field = value[key];
    if (field === undefined || typeof field === 'function') continue;
    out.text += `${key.length}:${key}`;
    write(field, out, depth + 1);
  }
  out.text += '}';
}

function writeInstance(value: object, out: Out, depth: number): void {
  if (ArrayBuffer.isView(value)) {
    if (!(value instanceof Uint8Array)) out.text += Object.prototype.toString.call(value);
    writeBytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), out);
  } else if (value instanceof ArrayBuffer) writeBytes(new Uint8Array(value), out);
  else if (value instanceof Date) out.text += `d${value.getTime()};`;
  else if (value instanceof URL) out.text += `u${value.href.length}:${value.href}`;
  else if (value instanceof RegExp) out.text += `r${String(value).length}:${String(value)}`;
  else if (value instanceof Map) writeTagged('M', [...value], out, depth);
  else if (value instanceof Set) writeTagged('S', [...value], out, depth);
  else if (Object.keys(value).length === 0) write(shownBy(value), out, depth + 1);
  else writeFields(value as Record<string, unknown>, out, depth);
}

/** What an instance without fields makes of itself for JSON: that is what a provider gets. */
function shownBy(value: object): unknown {
  if ('toJSON' in value && typeof value.toJSON === 'function') return value.toJSON();
  throw new TypeError(`canonicalHash: ${Object.prototype.toString.call(value)} does not show what it holds`);
}

function writeTagged(tag: string, items: readonly unknown[], out: Out, depth: number): void {
  out.text += tag;
  write(items, out, depth + 1);
}

function writeBytes(bytes: Uint8Array, out: Out): void {
  out.text += `b${bytes.byteLength}:${hash('sha256', bytes, 'base64url')}`;
}
