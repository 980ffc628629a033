import type * as z from 'zod/mini';

export type Schema = z.core.$ZodType;

/** One option of an object of options. */
export interface SchemaField {
  /** From the object to the option: `['ttl']`, `['budgets']`; below lists and records `['[]', 'per']`, `['*', 'window']`. */
  readonly path: readonly string[];
  readonly schema: Schema;
}

/** Stand in paths for the members of a list, and for the names of a record. */
export const [MEMBER, NAME] = ['[]', '*'];

/** The options that an object of options has; none where the schema is of something else. */
export function fieldsOf(schema: Schema): SchemaField[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
      return Object.entries(def.shape).map(([name, field]) => ({ path: [name], schema: field }));
    case 'array':
      return below(MEMBER, def.element);
    case 'record':
      return below(NAME, def.valueType);
    case 'union':
      return def.options.flatMap(fieldsOf);
    case 'lazy':
      return fieldsOf(def.getter());
    case 'optional':
      return fieldsOf(def.innerType);
    case 'pipe':
      return fieldsOf(def.in);
    case 'custom':
    case 'string':
    case 'unknown':
      return [];
    default:
      throw new Error(
        `expected a kind of schema that ${import.meta.filename} knows, got ${def.type}: add it there`,
      );
  }
}

const below = (step: string | undefined, schema: Schema): SchemaField[] =>
  fieldsOf(schema).map((field) => ({ ...field, path: [step ?? '', ...field.path] }));

/** What a PerfConfigError says is accepted. `undefined` for what takes everything. */
export function acceptedBy(schema: Schema): string | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.error) {
    const said = def.error({ code: 'custom', path: [], input: undefined, message: '' } as never);
    return typeof said === 'string' ? said : said?.message;
  }
  if (def.type === 'lazy') return acceptedBy(def.getter());
  if (def.type === 'optional') return acceptedBy(def.innerType);
  return def.type === 'pipe' ? acceptedBy(def.in) : undefined;
}

export const isOptional = (schema: Schema): boolean =>
  (schema as z.core.$ZodTypes)._zod.def.type === 'optional';
