import { cutMiddle } from './cut-text.ts';
import { gap, isGap } from './gap.ts';
import type { Plain, PlainFields } from './plain-value.ts';

/** Of an array that is too long, at least so many items are kept, shortened if they must be. */
const LEAST_ITEMS = 4;
/** Characters of an item that is rather left out than shortened. */
const SMALL_ITEM = 100;
/** Characters of a field that are worth being kept. */
const LEAST_FIELD = 12;
const GAP = 36;

/** Shortens data to about so many characters of JSON. It may be asked for many sizes of the same data. */
export interface Shrinker {
  readonly size: number;
  readonly shrunk: (characters: number) => Plain;
}

/**
 * Small values stay whole and large ones share what is left: of long arrays and of objects with many fields the head and the tail
 * stay, of long texts too, each with a marker of how much is left out.
 */
export function createShrinker(data: Plain): Shrinker {
  const sizes = new WeakMap<object, number>();
  const sizeOf = (value: Plain): number => {
    if (typeof value !== 'object' || value === null || isGap(value)) return JSON.stringify(value).length;
    const known = sizes.get(value);
    if (known !== undefined) return known;
    const size = isList(value)
      ? value.reduce<number>((sum, item) => sum + sizeOf(item) + 1, 2)
      : Object.entries(value).reduce((sum, [key, field]) => sum + nameSize(key) + sizeOf(field), 2);
    sizes.set(value, size);
    return size;
  };

  const shrunk = (value: Plain, room: number): Plain => {
    if (sizeOf(value) <= room) return value;
    if (typeof value === 'string') return shrunkText(value, room);
    if (typeof value !== 'object' || value === null || isGap(value)) return value;
    return isList(value) ? shrunkList(value, room) : shrunkFields(value, room);
  };

  const shrunkList = (items: readonly Plain[], room: number): Plain => {
    const cap = Math.floor(
      Math.max(room / LEAST_ITEMS, room / items.length, Math.min(room - GAP, SMALL_ITEM)),
    );
    const { head, tail } = ends(items, room - GAP, (item) => Math.min(sizeOf(item), cap) + 1);
    const cut = (item: Plain): Plain => shrunk(item, cap);
    const middle = items.slice(head, items.length - tail);
    if (middle.length === 0) return items.map(cut);
    return [
      ...items.slice(0, head).map(cut),
      gap(countOf(middle), countOf(items)),
      ...items.slice(items.length - tail).map(cut),
    ];
  };

  const shrunkFields = (fields: PlainFields, room: number): Plain => {
    const entries = Object.entries(fields);
    const least = ([key, field]: readonly [string, Plain]): number =>
      nameSize(key) + Math.min(sizeOf(field), LEAST_FIELD);
    const all = ends(entries, room - 2, least);
    const { head, tail } = all.head + all.tail === entries.length ? all : ends(entries, room - GAP, least);
    const kept = [...entries.slice(0, head), ...entries.slice(entries.length - tail)];
    const names = kept.reduce((sum, [key]) => sum + nameSize(key), 2);
    const leftOut = entries.length - kept.length;
    const cap = share(
      kept.map(([, field]) => sizeOf(field)),
      room - names - (leftOut > 0 ? GAP : 0),
    );
    const cut = kept.map(([key, field]) => [key, shrunk(field, cap)] as const);
    if (leftOut === 0) return Object.fromEntries(cut);
    const marker = ['…', `${leftOut} of ${entries.length} fields left out`] as const;
    return Object.fromEntries([...cut.slice(0, head), marker, ...cut.slice(head)]);
  };

  return { size: sizeOf(data), shrunk: (characters) => shrunk(data, characters) };
}

function shrunkText(text: string, room: number): string {
  const shorter = cutMiddle(text, Math.max(0, room - GAP));
  return shorter.length < text.length ? shorter : text;
}

/** How many of them fit when they are taken from both ends, two from the head for one from the tail. */
function ends<T>(
  items: readonly T[],
  room: number,
  costOf: (item: T) => number,
): { readonly head: number; readonly tail: number } {
  let [head, tail, left] = [0, 0, room];
  while (head + tail < items.length) {
    const isTail = (head + tail) % 3 === 2;
    left -= costOf(items[isTail ? items.length - 1 - tail : head] as T);
    if (left < 0) break;
    if (isTail) tail++;
    else head++;
  }
  return { head, tail };
}

/** The most that each may have, so that all have room together: what the small ones do not need goes to the others. */
function share(sizes: readonly number[], room: number): number {
  const ascending = sizes.toSorted((one, other) => one - other);
  let left = Math.max(0, room);
  for (const [index, size] of ascending.entries()) {
    const each = left / (ascending.length - index);
    if (size > each) return Math.floor(each);
    left -= size;
  }
  return Infinity;
}

/** Items, with those that had been left out before. */
const countOf = (items: readonly Plain[]): number =>
  items.reduce<number>((sum, item) => sum + (isGap(item) ? item.leftOut : 1), 0);

const nameSize = (key: string): number => JSON.stringify(key).length + 2;

const isList = (value: Plain): value is readonly Plain[] => Array.isArray(value);
