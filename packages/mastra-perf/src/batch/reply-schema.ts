import type { JsonSchema } from './is-unsatisfiable.ts';

/** What a schema that refers to itself as a whole is called in the schema of the reply. */
const RESPONSE = 'mastraPerfResponse';

/**
 * The schema of a reply whose responses are of this JSON schema, in the form that Mastra takes. It accepts anything: what is wrong with one
 * answer must not take the others away, so each is checked by itself.
 */
export function replySchema(response: JsonSchema): object {
  const json = replyJson(response);
  // A copy each: Mastra adapts it to the provider in place.
  const tell = (): object => structuredClone(json);
  return {
    '~standard': {
      version: 1,
      vendor: 'mastra-perf',
      validate: (value: unknown) => ({ value }),
      jsonSchema: { input: tell, output: tell },
    },
  };
}

/** Definitions move to the top, where references look for them. */
function replyJson(given: JsonSchema): object {
  const { definitions, $defs, $schema: _, ...own } = withoutRootReferences(given);
  const isRecursive = JSON.stringify(given).includes('"$ref":"#"');
  const defs = isRecursive ? { ...objectOf($defs), [RESPONSE]: own } : $defs;
  const item = {
    type: 'object',
    properties: {
      id: { type: 'string' },
      response: isRecursive ? { $ref: `#/$defs/${RESPONSE}` } : own,
      confidence: { type: 'number' },
    },
    required: ['id', 'response', 'confidence'],
    additionalProperties: false,
  };
  return {
    type: 'object',
    properties: { answers: { type: 'array', items: item } },
    required: ['answers'],
    additionalProperties: false,
    ...(definitions !== undefined && { definitions }),
    ...(defs !== undefined && { $defs: defs }),
  };
}

const withoutRootReferences = (schema: JsonSchema): JsonSchema =>
  JSON.parse(JSON.stringify(schema), (name, value: unknown) =>
    name === '$ref' && value === '#' ? `#/$defs/${RESPONSE}` : value,
  ) as JsonSchema;

const objectOf = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});
