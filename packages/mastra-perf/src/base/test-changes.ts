import { inspect } from 'node:util';

/*
 * Single changes of a plain value, for properties such as "any change changes the key". Imported only by tests.
 */

export type Path = readonly PropertyKey[];

/** A value that differs from the given one in one place. */
export interface Change {
  readonly path: Path;
  readonly what: string;
  readonly value: unknown;
}

/** Everything that can be changed about the value at one place: itself, its fields or items, their names, their order. */
function changesHere(value: unknown): Array<readonly [what: string, value: unknown]> {
  if (typeof value === 'string')
    return [
      ['longer text', `${value}x`],
      ['text for null', null],
      ['text in an array', [value]],
    ];
  if (typeof value === 'number') {
    const swapped: unknown = Object.is(value, 0) ? -0 : Object.is(value, -0) ? 0 : -value;
    const another = Number.isNaN(value) ? 0 : Number.NaN;
    const text = ['number as text', String(value)] as const;
    return Number.isNaN(value)
      ? [['number', another], text]
      : [['sign', swapped], ['not a number', another], text];
  }
  if (typeof value === 'bigint')
    return [
      ['bigint', value + 1n],
      ['bigint as number', Number(value)],
      ['bigint as text', String(value)],
    ];
  if (typeof value === 'boolean')
    return [
      ['boolean', !value],
      ['boolean as text', String(value)],
      ['boolean as number', Number(value)],
    ];
  if (value === null)
    return [
      ['null as text', 'null'],
      ['null as object', {}],
      ['null as false', false],
    ];
  if (value instanceof Uint8Array) return bytes(value);
  if (value instanceof Date)
    return [
      ['later', new Date(value.getTime() + 1)],
      ['date as number', value.getTime()],
    ];
  if (value instanceof URL)
    return [
      ['address', new URL('?other', value)],
      ['address as text', value.href],
    ];
  if (value instanceof Map)
    return [
      ['map entry', new Map([...value, [{}, 1]])],
      ['map as list', [...value]],
    ];
  if (value instanceof Set)
    return [
      ['set member', new Set([...value, {}])],
      ['set as list', [...value]],
    ];
  if (Array.isArray(value)) return items(value);
  return fields(value as Record<string, unknown>);
}

function bytes(value: Uint8Array): Array<readonly [string, unknown]> {
  const flipped = value.map((byte, index) => (index === value.length - 1 ? byte ^ 1 : byte));
  const changes: Array<readonly [string, unknown]> = [
    ['one byte more', Uint8Array.from([...value, 0])],
    ['bytes as numbers', [...value]],
    ['bytes as text', Buffer.from(value).toString('base64')],
  ];
  return value.length > 0 ? [['one bit', flipped], ...changes] : changes;
}

function items(value: readonly unknown[]): Array<readonly [string, unknown]> {
  const record = Object.fromEntries(value.entries());
  const changes: Array<readonly [string, unknown]> = [
    ['one item more', [...value, 'x']],
    ['array as object', record],
    ['array in an array', [value]],
  ];
  if (value.length > 0) changes.push(['one item less', value.slice(1)]);
  if (value.length > 1 && !alike(value[0], value.at(-1))) {
    changes.push(['order of items', [value.at(-1), ...value.slice(1, -1), value[0]]]);
  }
  return changes;
}

/** Ids of tool calls do not tell two items apart: which is which is a matter of their order. */
const alike = (one: unknown, other: unknown): boolean => spelled(one) === spelled(other);
const spelled = (value: unknown): string =>
  inspect(isRecord(value) ? { ...value, toolCallId: '' } : value, { depth: null });

function fields(value: Record<string, unknown>): Array<readonly [string, unknown]> {
  const changes: Array<readonly [string, unknown]> = [
    ['one field more', { ...value, 'a new field': null }],
    ['object in an array', [value]],
  ];
  const defined = Object.keys(value).filter((key) => value[key] !== undefined);
  for (const key of defined) {
    const { [key]: field, ...rest } = value;
    changes.push([`without ${key}`, rest], [`${key} renamed`, { ...rest, [`${key}'`]: field }]);
    if (isRecord(field)) changes.push([`${key} with its sibling inside`, { [key]: { ...field, ...rest } }]);
  }
  // Moving siblings inside changes nothing when there are none.
  return changes.filter(([what]) => defined.length > 1 || !what.endsWith('sibling inside'));
}

/** All places of a value that hold something, outside in; `undefined` counts as nothing. */
export function placesOf(value: unknown, skip: (path: Path) => boolean, path: Path = []): Path[] {
  if (value === undefined || (path.length > 0 && skip(path))) return [];
  const below = isRecord(value) || Array.isArray(value) ? Object.entries(value) : [];
  return [path, ...below.flatMap(([key, field]) => placesOf(field, skip, [...path, key]))];
}

/** The changes at one place of a value; the value itself stays as it is. */
export function changesAt(value: unknown, path: Path): Change[] {
  const [key, ...rest] = path;
  if (key === undefined) return changesHere(value).map(([what, changed]) => ({ path, what, value: changed }));
  const inner = changesAt(Reflect.get(value as object, key), rest);
  return inner.map((change) => ({
    path,
    what: change.what,
    value: withField(value as object, key, change.value),
  }));
}

function withField(value: object, key: PropertyKey, field: unknown): unknown {
  const copy: object = Array.isArray(value) ? [...value] : { ...value };
  Object.defineProperty(copy, key, { value: field, enumerable: true, configurable: true, writable: true });
  return copy;
}

/** The same value with the keys of every object in another order. `random` gives a number from 0 up to its argument. */
export function reordered(value: unknown, random: (below: number) => number): unknown {
  if (Array.isArray(value)) return value.map((item) => reordered(item, random));
  if (!isRecord(value)) return value;
  const left = Object.entries(value);
  const mixed: Array<[string, unknown]> = [];
  while (left.length > 0) {
    for (const [key, field] of left.splice(random(left.length), 1))
      mixed.push([key, reordered(field, random)]);
  }
  return Object.fromEntries(mixed);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
