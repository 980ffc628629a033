import { PerfConfigError } from '../errors.ts';
import { isUnsatisfiable, type JsonSchema } from './is-unsatisfiable.ts';
import { replySchema } from './reply-schema.ts';

/** What a standard schema says to a value. */
export type SchemaVerdict<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly unknown[] };

/**
 * A schema that checks values and tells its JSON schema (Standard Schema and Standard JSON Schema): zod 4.2 or later, ArkType 2.1.28 or
 * later, Valibot through `toStandardJsonSchema`.
 */
export interface BatchSchema<T> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaVerdict<T> | Promise<SchemaVerdict<T>>;
    readonly jsonSchema: { readonly input: (options: { readonly target: 'draft-07' }) => object };
  };
}

/** What one item is answered with. */
export interface ItemSchema<T> {
  /** Of the whole reply, for Mastra. The same for all batches: providers compile a schema once. */
  readonly reply: object;
  /** The value of a response, or that it is none. Never rejects. */
  check(response: unknown): Promise<{ readonly value: T } | undefined>;
}

const PATH = 'MessageBatcher.schema';
const NEEDED =
  'a schema that checks values and tells its JSON schema, such as one of zod 4.2 or later (Standard Schema with jsonSchema)';

/** @throws PerfConfigError when it is no schema, JSON schema cannot express it, or no value can be of it */
export function itemSchema<T>(given: BatchSchema<T> | undefined): ItemSchema<T> {
  if (given === undefined) return textSchema();
  const standard = standardOf(given);
  const json = jsonOf(given, standard);
  if (isUnsatisfiable(json)) throw new PerfConfigError(PATH, given, 'a schema that some value can satisfy');
  return {
    reply: replySchema(json),
    async check(response) {
      try {
        const verdict = await standard.validate(response);
        return verdict.issues ? undefined : { value: verdict.value };
      } catch {
        return undefined; // a schema that throws does not accept the value
      }
    },
  };
}

/** Without a schema of the caller `T` is a text. */
const textSchema = <T>(): ItemSchema<T> => ({
  reply: replySchema({ type: 'string' }),
  check: async (response) =>
    typeof response === 'string' && response.trim() !== '' ? { value: response as T } : undefined,
});

function standardOf<T>(given: BatchSchema<T>): BatchSchema<T>['~standard'] {
  const isPossible = typeof given === 'function' || (typeof given === 'object' && given !== null);
  const standard: Partial<BatchSchema<T>['~standard']> | undefined = isPossible
    ? given['~standard']
    : undefined;
  if (typeof standard?.validate !== 'function' || typeof standard.jsonSchema?.input !== 'function')
    throw new PerfConfigError(PATH, given, NEEDED);
  return given['~standard'];
}

function jsonOf<T>(given: BatchSchema<T>, { jsonSchema }: BatchSchema<T>['~standard']): JsonSchema {
  try {
    // A copy, without what JSON does not hold.
    return JSON.parse(JSON.stringify(jsonSchema.input({ target: 'draft-07' }))) as JsonSchema;
  } catch (error) {
    throw new PerfConfigError(PATH, given, `a schema that JSON schema can express (${String(error)})`);
  }
}
