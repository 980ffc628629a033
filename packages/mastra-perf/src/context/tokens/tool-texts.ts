import type { Family } from './counted-model.ts';
import { writtenAsJson } from './written-as-json.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Deeper than any schema that a provider takes. */
const MAX_DEPTH = 20;

/**
 * What a provider makes of the tools, as texts. OpenAI's models see TypeScript declarations; this is not published, but known
 * from what they repeat. For all others the schemas are taken as they are.
 */
export function toolTexts(tools: readonly unknown[], family: Family): string[] {
  if (tools.length === 0) return [];
  if (family !== 'o200k' && family !== 'cl100k') return tools.map((tool) => writtenAsJson(sentOf(tool)));
  const declarations = tools.flatMap((tool) => declarationOf(asFields(tool)));
  return [['namespace functions {', '', ...declarations, '} // namespace functions'].join('\n')];
}

function sentOf(tool: unknown): unknown {
  const { name, description, inputSchema, parameters, args, id } = asFields(tool);
  return { name, description, parameters: inputSchema ?? parameters, id, args };
}

function declarationOf(tool: Fields): string[] {
  const { name, description, inputSchema, parameters, args } = tool;
  const schema = asFields(inputSchema ?? parameters);
  const about = typeof description === 'string' ? [`// ${description}`] : [];
  const fields = fieldsOf(schema, 0);
  const head = `type ${String(name)} = `;
  const type = fields.length === 0 ? [`${head}() => any;`] : [`${head}(_: {`, ...fields, '}) => any;'];
  return [...about, ...type, ...(args === undefined ? [] : [writtenAsJson(args)]), ''];
}

function fieldsOf(schema: Fields, depth: number): string[] {
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(asFields(schema.properties)).flatMap(([name, given]) => {
    const field = asFields(given);
    const about = typeof field.description === 'string' ? [`// ${field.description}`] : [];
    return [...about, `${name}${required.includes(name) ? '' : '?'}: ${typeOf(field, depth)},`];
  });
}

function typeOf(schema: Fields, depth: number): string {
  if (depth > MAX_DEPTH) return 'any';
  const { type, enum: values, items } = schema;
  const choices = values ?? (schema.const === undefined ? undefined : [schema.const]);
  if (Array.isArray(choices)) return choices.map((value) => writtenAsJson(value)).join(' | ');
  const options = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(options)) return options.map((option) => typeOf(asFields(option), depth + 1)).join(' | ');
  if (Array.isArray(type)) return type.map((one) => typeOf({ ...schema, type: one }, depth + 1)).join(' | ');
  if (type === 'array') return `${typeOf(asFields(items), depth + 1)}[]`;
  if (type === 'object') return ['{', ...fieldsOf(schema, depth + 1), '}'].join('\n');
  if (type === 'integer') return 'number';
  return typeof type === 'string' ? type : 'any';
}

const asFields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};
