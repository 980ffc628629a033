import { isObject } from '../base/record.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * Whether it is plain to see that no value is of this JSON schema: `never`, an empty enum, bounds that exclude each other, or an object
 * that needs such a property. What would take a proof counts as satisfiable.
 */
export function isUnsatisfiable(schema: unknown): boolean {
  if (schema === false) return true;
  if (typeof schema !== 'object' || schema === null) return false;
  const { not, enum: values, anyOf, oneOf, allOf, type } = schema as JsonSchema;
  if (not === true || (isObject(not) && Object.keys(not).length === 0)) return true;
  if (isEmpty(values) || isEmpty(type)) return true;
  if (none(anyOf) || none(oneOf)) return true;
  if (Array.isArray(allOf) && allOf.some(isUnsatisfiable)) return true;
  return (
    hasWrongBounds(schema as JsonSchema) ||
    lacksProperty(schema as JsonSchema) ||
    lacksItem(schema as JsonSchema)
  );
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
const none = (branches: unknown): boolean => Array.isArray(branches) && branches.every(isUnsatisfiable);

const BOUNDS = [
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
  ['minimum', 'maximum'],
  ['minProperties', 'maxProperties'],
] as const;

const hasWrongBounds = (schema: JsonSchema): boolean =>
  BOUNDS.some(([least, most]) => Number(schema[least]) > Number(schema[most]));

const lacksProperty = ({ required, properties }: JsonSchema): boolean =>
  Array.isArray(required) &&
  isObject(properties) &&
  required.some((name) => Object.hasOwn(properties, name) && isUnsatisfiable(properties[name]));

const lacksItem = ({ minItems, items }: JsonSchema): boolean => {
  if (!(Number(minItems) > 0)) return false;
  return Array.isArray(items)
    ? items.slice(0, Number(minItems)).some(isUnsatisfiable)
    : isUnsatisfiable(items);
};
