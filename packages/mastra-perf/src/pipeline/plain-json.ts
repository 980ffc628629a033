import { isPlainObject } from '../base/plain-object.ts';

/*
 * Plain data as JSON and back: all that clonePlain copies. What JSON cannot hold is written as a tag, an object with the
 * one field `$`: `{"$":["date",0]}`. An object of the data that has such a field is put into a tag of its own.
 */

/** Deeper than any part; beyond it a value is taken for cyclic, as in clone-plain.ts. */
const MAX_DEPTH = 200;
const TAG = '$';

type Fields = Record<string, unknown>;

/**
 * JSON text of plain data: objects, arrays, primitives, dates, URLs and bytes. Fields that are `undefined` are left out.
 *
 * @throws TypeError for anything else.
 */
export const writePlain = (value: object): string => JSON.stringify(toJson(value, 0));

/** The value itself where JSON can hold all of it, else a copy with tags: most parts need no copy. */
function toJson(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : tag('number', nameOf(value));
    case 'bigint':
      return tag('bigint', value.toString(16)); // in time that grows with its length; decimal digits take the square of it
    case 'undefined':
      return tag('undefined');
    case 'object':
      return value === null ? null : objectToJson(value, depth);
    default:
      throw new TypeError(`not plain data: a ${typeof value}`);
  }
}

const tag = (...content: readonly unknown[]): object => ({ [TAG]: content });
const nameOf = (value: number): string => (value === 0 ? '-0' : String(value));

function objectToJson(value: object, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new TypeError(`not plain data: nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) return itemsToJson(value, depth);
  if (isPlainObject(value)) return fieldsToJson(value as Fields, depth);
  if (value instanceof Date) return tag('date', value.getTime());
  if (value instanceof URL) return tag('url', value.href);
  if (value instanceof Uint8Array) return tag('bytes', viewOf(value).toString('base64'));
  throw new TypeError('not plain data: an instance of a class');
}

function itemsToJson(items: readonly unknown[], depth: number): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    const written = toJson(item, depth + 1);
    if (written !== item) copy ??= items.slice(0, index);
    copy?.push(written);
  }
  return copy ?? items;
}

function fieldsToJson(value: Fields, depth: number): object {
  let copy: Fields | undefined;
  let looksLikeTag = false;
  for (const key of Object.keys(value)) {
    const field = value[key];
    if (field === undefined) continue;
    looksLikeTag ||= key === TAG;
    const written = typeof field === 'string' ? field : toJson(field, depth + 1);
    if (written === field) continue;
    copy ??= { ...value };
    copy[key] = written;
  }
  return looksLikeTag ? tag('object', copy ?? value) : (copy ?? value);
}

const viewOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Puts back in place what tags stand for, in a value fresh from `JSON.parse`.
 *
 * @throws Error for what `writePlain` does not write.
 */
export function revivePlain(value: unknown): unknown {
  return revive(value, 0);
}

function revive(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) throw new Error(`nested deeper than ${MAX_DEPTH} levels`);
  if (!Array.isArray(value)) {
    return Object.hasOwn(value, TAG) ? fromTag(value, depth) : reviveFields(value as Fields, depth);
  }
  for (let index = 0; index < value.length; index++) {
    const item: unknown = value[index];
    if (typeof item === 'object') value[index] = revive(item, depth + 1);
  }
  return value;
}

/** An assignment cannot reach a prototype here: JSON.parse has made every key a field of the object itself, `__proto__` too. */
function reviveFields(value: Fields, depth: number): object {
  for (const key of Object.keys(value)) {
    const field = value[key];
    if (typeof field === 'object') value[key] = revive(field, depth + 1);
  }
  return value;
}

function fromTag(value: object, depth: number): unknown {
  const content: unknown = Reflect.get(value, TAG);
  if (!Array.isArray(content) || Object.keys(value).length > 1) throw new Error('a tag that is none');
  const [kind, given] = content as readonly unknown[];
  if (kind === 'undefined') return undefined;
  if (kind === 'date' && (typeof given === 'number' || given === null)) return new Date(given ?? Number.NaN);
  if (kind === 'object' && isFields(given)) return reviveFields(given, depth);
  if (typeof given === 'string') {
    if (kind === 'url') return new URL(given);
    if (kind === 'bytes') return bytesFrom(given);
    if (kind === 'bigint') return bigintFrom(given);
    if (kind === 'number' && NUMBERS.has(given)) return Number(given);
  }
  throw new Error('a tag that is not known');
}

const NUMBERS = new Set(['NaN', 'Infinity', '-Infinity', '-0']);

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function bytesFrom(base64: string): Uint8Array {
  const bytes = Buffer.from(base64, 'base64');
  // Buffer skips what is not base64.
  if (bytes.byteLength !== Buffer.byteLength(base64, 'base64')) throw new Error('bytes that are not base64');
  return new Uint8Array(bytes);
}

function bigintFrom(text: string): bigint {
  const [, sign, digits] = /^(-?)([\da-f]+)$/.exec(text) ?? [];
  if (digits === undefined) throw new Error('a bigint without digits');
  const size = BigInt(`0x${digits}`);
  return sign === '-' ? -size : size;
}
