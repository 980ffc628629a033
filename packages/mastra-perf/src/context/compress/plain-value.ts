import { isPlainObject } from '../../base/plain-object.ts';
import { gap, type Gap } from './gap.ts';

/** What JSON can hold, and gaps, which write themselves down as a text. */
export type Plain = null | boolean | number | string | readonly Plain[] | PlainFields | Gap;

export interface PlainFields {
  readonly [key: string]: Plain;
}

/** Deeper ones, and cycles, are a marker. */
const MAX_DEPTH = 100;
/** Values that are read of one piece of data; what comes after them is left out with a marker. */
const MAX_VALUES = 200_000;

/**
 * Data as JSON can hold it, without fields that are empty: `null`, `undefined`, `''`, `[]`, `{}`. Dates are ISO texts, large
 * integers texts, maps objects or pairs, bytes a marker. Reads at most 200,000 values and 100 levels, and never throws, whatever
 * getters and `toJSON` do.
 */
export function plainValue(value: unknown): Plain {
  return read(value, { left: MAX_VALUES, above: new Set() }) ?? null;
}

interface Reading {
  left: number;
  readonly above: Set<object>;
}

/** `undefined` for what JSON has no word for. */
function read(value: unknown, reading: Reading): Plain | undefined {
  reading.left--;
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case 'object':
      return value === null ? null : readObject(value, reading);
    default:
      return undefined;
  }
}

function readObject(value: object, reading: Reading): Plain | undefined {
  const { above } = reading;
  if (above.has(value)) return '… (cycle)';
  if (above.size >= MAX_DEPTH) return '… (nested too deep)';
  above.add(value);
  try {
    return readOpened(value, reading);
  } catch {
    // A getter, a proxy or a `toJSON` that throws: the rest of the data is worth as much without it.
    return '… (cannot be read)';
  } finally {
    above.delete(value);
  }
}

function readOpened(value: object, reading: Reading): Plain | undefined {
  if (Array.isArray(value)) return readItems(value, reading);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if ('toJSON' in value && typeof value.toJSON === 'function') return read(value.toJSON(), reading);
  if (value instanceof Map) return readMap(value, reading);
  if (value instanceof Set) return readItems([...value], reading);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `… (${value.byteLength} bytes)`;
  if (value instanceof RegExp) return String(value);
  if (value instanceof Error)
    return readFields([['name', value.name], ['message', value.message], ...fieldsOf(value)], reading);
  if (!isPlainObject(value) && Symbol.iterator in value && Object.keys(value).length === 0) return undefined;
  return readFields(fieldsOf(value), reading);
}

function readItems(items: readonly unknown[], reading: Reading): Plain[] {
  const read_: Plain[] = [];
  for (const [index, item] of items.entries()) {
    if (reading.left <= 0) return [...read_, gap(items.length - index, items.length)];
    read_.push(read(item, reading) ?? null);
  }
  return read_;
}

function readFields(entries: Iterable<readonly [string, unknown]>, reading: Reading): PlainFields {
  const fields: (readonly [string, Plain])[] = [];
  for (const [key, field] of entries) {
    if (reading.left <= 0) {
      fields.push(['…', 'more fields left out']);
      break;
    }
    const plain = read(field, reading);
    if (plain !== undefined && !isEmpty(plain)) fields.push([key, plain]);
  }
  return Object.fromEntries(fields); // defines `__proto__` as a field like others
}

function readMap(map: ReadonlyMap<unknown, unknown>, reading: Reading): Plain {
  const entries = [...map];
  const isNamed = (entry: (typeof entries)[number]): entry is [string, unknown] =>
    typeof entry[0] === 'string';
  return entries.every(isNamed) ? readFields(entries, reading) : readItems(entries, reading);
}

function* fieldsOf(value: object): Iterable<readonly [string, unknown]> {
  for (const key of Object.keys(value)) yield [key, fieldOf(value, key)];
}

function fieldOf(value: object, key: string): unknown {
  try {
    return Reflect.get(value, key);
  } catch {
    return '… (cannot be read)'; // a getter that throws; the other fields may be well
  }
}

const isEmpty = (value: Plain): boolean =>
  value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
