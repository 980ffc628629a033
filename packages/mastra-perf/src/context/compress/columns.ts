import { isGap } from './gap.ts';
import type { Plain, PlainFields } from './plain-value.ts';

/** Fewer objects gain nothing. */
const LEAST_ROWS = 3;
/** Of the cells, those that a table may have to leave empty. */
const MOST_EMPTY = 0.5;

/**
 * Writes arrays of like objects as `{ columns, rows }`, where that is shorter. A cell of a field that an object does not have is
 * `null`.
 */
export function withColumns(value: Plain): Plain {
  if (typeof value !== 'object' || value === null || isGap(value)) return value;
  if (!isList(value))
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, withColumns(field)]));
  const items = value.map(withColumns);
  return asTable(items) ?? items;
}

function asTable(items: readonly Plain[]): Plain | undefined {
  const objects = items.filter((item) => !isGap(item));
  if (objects.length < LEAST_ROWS || !objects.every(isFields)) return undefined;
  const columns = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  const cells = columns.length * objects.length;
  const fields = objects.reduce((sum, object) => sum + Object.keys(object).length, 0);
  if (columns.length === 0 || (cells - fields) / cells > MOST_EMPTY) return undefined;
  const rows = items.map((item) => (isFields(item) ? columns.map((column) => ownField(item, column)) : item));
  return saved(objects, columns) > 0 ? { columns, rows } : undefined;
}

/** Characters that a table is shorter: names are written once, empty cells are written out. */
function saved(objects: readonly PlainFields[], columns: readonly string[]): number {
  const names = columns.map((column) => JSON.stringify(column).length + 1);
  let characters = -('{"columns":[],"rows":}'.length + names.reduce((sum, length) => sum + length, 0));
  for (const object of objects)
    for (const [index, column] of columns.entries())
      characters += Object.hasOwn(object, column) ? (names[index] ?? 0) : -'null,'.length;
  return characters;
}

const ownField = (object: PlainFields, key: string): Plain =>
  Object.hasOwn(object, key) ? (object[key] ?? null) : null;

const isList = (value: Plain): value is readonly Plain[] => Array.isArray(value);

const isFields = (value: Plain): value is PlainFields =>
  typeof value === 'object' && value !== null && !isList(value) && !isGap(value);
