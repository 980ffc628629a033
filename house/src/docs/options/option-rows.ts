import type { OptionType } from './option-types.ts';
import { acceptedBy, fieldsOf, isOptional, type Schema } from './schema-fields.ts';

/** One option as the page shows it. */
export interface OptionRow {
  /** As {@link SchemaField.path}, from the top. */
  readonly path: readonly string[];
  readonly accepted: string;
  /** `'alternative'`: another option may stand in its place. */
  readonly need: 'optional' | 'required' | 'alternative';
  readonly fallback: string | undefined;
  readonly what: string;
  /** Only where there is one. */
  readonly schema?: Schema;
}

/**
 * All options of a schema, each before those that are in it, with what its type says of them.
 *
 * @throws Error that names what only one of the two has.
 */
export function rowsOf(schema: Schema, type: OptionType, above: readonly string[] = []): OptionRow[] {
  const fields = fieldsOf(schema);
  const known = new Set(fields.map(({ path }) => nameOf([...above, ...path])));
  const places = fields.map(({ path }) => [...above, ...path.slice(0, -1)]);
  for (const steps of new Map(places.map((place) => [nameOf(place), place])).values()) {
    const lost = type.names(steps).find((name) => !known.has(nameOf([...steps, name])));
    if (lost !== undefined)
      throw new Error(`expected ${nameOf([...steps, lost])} in the schema, its type has it`);
  }
  return fields.flatMap(({ path, schema: field }) => {
    const at = [...above, ...path];
    const doc = type.option(at);
    if (!doc) throw new Error(`expected ${nameOf(at)} in the type, the schema has it`);
    if (doc.isOptional !== isOptional(field))
      throw new Error(`expected ${nameOf(at)} to be optional in both its type and its schema, or in none`);
    const { what, fallback, declared, isOptional: mayMiss } = doc;
    const accepted = acceptedBy(field) ?? `\`${declared}\``;
    const need = mayMiss ? 'optional' : 'required';
    return [{ path: at, accepted, need, fallback, what, schema: field }, ...rowsOf(field, type, at)];
  });
}

/** The same for options that no schema checks: what is accepted is their type. */
export function rowsOfType(type: OptionType, nested: readonly string[] = []): OptionRow[] {
  return type.names([]).flatMap((name) => {
    const inside = nested.includes(name) ? type.names([name]).map((inner) => [name, inner]) : [];
    return [[name], ...inside].map((path): OptionRow => {
      const doc = type.option(path);
      if (!doc) throw new Error(`expected ${nameOf(path)} in the type`);
      const { what, fallback, declared, isOptional: mayMiss, isAlternative } = doc;
      const accepted = nested.includes(nameOf(path)) ? 'an object of options' : `\`${declared}\``;
      const needed = isAlternative ? 'alternative' : 'required';
      return { path, accepted, need: mayMiss ? 'optional' : needed, fallback, what };
    });
  });
}

/** `usage.budgets[].per`, `limits.models.*.window` */
export const nameOf = (path: readonly string[]): string => path.join('.').replaceAll('.[]', '[]');
