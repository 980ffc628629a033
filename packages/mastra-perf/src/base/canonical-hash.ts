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
  const out: string[] = [];
  write(value, out, 0);
  const text = out.join('');
  // UTF-8 writes all lone surrogates alike. UTF-16 does not, but takes twice the time for plain text.
  return hash('sha256', /[\ud800-\udfff]/.test(text) ? Buffer.from(text, 'utf16le') : text, 'base64url');
}

function write(value: unknown, out: string[], depth: number): void {
  if (depth > MAX_DEPTH) throw new RangeError(`canonicalHash: nested deeper than ${MAX_DEPTH} levels`);
  switch (typeof value) {
    case 'string':
      out.push('s', String(value.length), ':', value);
      return;
    case 'number':
      out.push(Object.is(value, -0) ? 'n-0;' : `n${value};`);
      return;
    case 'boolean':
      out.push(value ? 'T' : 'F');
      return;
    case 'bigint':
      out.push(`i${value};`);
      return;
    case 'object':
      if (value === null) out.push('N');
      else writeObject(value, out, depth);
      return;
    default:
      out.push('U');
  }
}

function writeObject(value: object, out: string[], depth: number): void {
  if (Array.isArray(value)) {
    out.push('[', String(value.length), ':');
    for (const item of value) write(item, out, depth + 1);
    return;
  }
  if (ArrayBuffer.isView(value)) {
    if (!(value instanceof Uint8Array)) out.push(Object.prototype.toString.call(value));
    return writeBytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), out);
  }
  if (value instanceof ArrayBuffer) return writeBytes(new Uint8Array(value), out);
  if (value instanceof Date) return void out.push(`d${value.getTime()};`);
  if (value instanceof URL) return void out.push('u', String(value.href.length), ':', value.href);
  if (value instanceof RegExp) return void out.push('r', String(String(value).length), ':', String(value));
  if (value instanceof Map) return writeTagged('M', [...value], out, depth);
  if (value instanceof Set) return writeTagged('S', [...value], out, depth);
  if (Object.keys(value).length === 0 && !isPlainObject(value)) return write(shownBy(value), out, depth + 1);
  writeFields(value as Record<string, unknown>, out, depth);
}

/** What an instance without fields makes of itself for JSON: that is what a provider gets. */
function shownBy(value: object): unknown {
  if ('toJSON' in value && typeof value.toJSON === 'function') return value.toJSON();
  throw new TypeError(`canonicalHash: ${Object.prototype.toString.call(value)} does not show what it holds`);
}

function writeTagged(tag: string, items: unknown[], out: string[], depth: number): void {
  out.push(tag);
  write(items, out, depth + 1);
}

function writeBytes(bytes: Uint8Array, out: string[]): void {
  out.push(`b${bytes.byteLength}:`, hash('sha256', bytes, 'base64url'));
}

function writeFields(value: Record<string, unknown>, out: string[], depth: number): void {
  out.push('{');
  for (const key of Object.keys(value).sort()) {
    const field = value[key];
    if (field === undefined || typeof field === 'function') continue;
    out.push(String(key.length), ':', key);
    write(field, out, depth + 1);
  }
  out.push('}');
}
