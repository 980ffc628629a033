import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { PerfConfigError } from '../errors.ts';
import { itemSchema, type BatchSchema } from './item-schema.ts';

interface Node {
  readonly children: readonly Node[];
}

const jsonOf = (schema: unknown): Record<string, never> => {
  const { reply } = itemSchema(schema as BatchSchema<unknown>);
  const standard = reply as {
    '~standard': { jsonSchema: { input(options: object): Record<string, never> } };
  };
  return standard['~standard'].jsonSchema.input({ target: 'draft-07' });
};

describe('a schema that no value can satisfy', () => {
  it.each([
    ['never', z.never()],
    ['an empty enum', z.enum([] as never)],
    ['a property that is needed and never', z.object({ a: z.object({ b: z.never() }) })],
    ['a union of nothing possible', z.union([z.never(), z.object({ a: z.never() })])],
    ['both sides, one of them never', z.intersection(z.object({}), z.never())],
    ['bounds that exclude each other', z.object({ a: z.string().min(5).max(2) })],
    ['an array that needs an element of never', z.array(z.never()).min(1)],
    ['a tuple with never in it', z.tuple([z.string(), z.never()])],
  ])('is refused: %s', (_, schema) => {
    expect(() => itemSchema(schema as BatchSchema<unknown>)).toThrow(/a schema that some value can satisfy/);
  });

  it.each([
    z.object({ a: z.never().optional(), b: z.string() }),
    z.union([z.never(), z.string()]),
    z.array(z.never()),
    z.object({}),
    z.string().min(2).max(2),
    z.unknown(),
  ])('is not one that leaves a way', (schema) => {
    expect(() => itemSchema(schema as BatchSchema<unknown>)).not.toThrow();
  });
});

it.each([
  ['a text', 'string'],
  ['JSON schema', { type: 'object' }],
  ['null', null],
  [
    'a schema that cannot be told',
    { '~standard': { version: 1, vendor: 'x', validate: () => ({ value: 1 }) } },
  ],
  ['one that JSON schema cannot express', z.date()],
])('refuses what is no schema: %s', (_, given) => {
  expect(() => itemSchema(given as never)).toThrow(PerfConfigError);
});

it('puts definitions where references find them', () => {
  const node: z.ZodType<Node> = z.object({
    get children() {
      return z.array(node);
    },
  });
  const recursive = jsonOf(node) as unknown as Parameters<typeof z.fromJSONSchema>[0];
  const whole = z.fromJSONSchema(recursive);
  const answer = (response: unknown) => ({ answers: [{ id: 'a', response, confidence: 1 }] });
  expect(whole.safeParse(answer({ children: [{ children: [] }] })).success).toBe(true);
  expect(whole.safeParse(answer({ children: [{ children: 'none' }] })).success).toBe(false);
  expect(whole.safeParse({ answers: [{ id: 'a', response: { children: [] } }] }).success).toBe(false);
  const named = jsonOf({
    '~standard': {
      version: 1,
      vendor: 'x',
      validate: (value: unknown) => ({ value }),
      jsonSchema: {
        input: () => ({ $ref: '#/definitions/a', definitions: { a: { type: 'string' } } }),
        output: () => ({}),
      },
    },
  });
  expect(named).toMatchObject({ definitions: { a: { type: 'string' } } });
});

it('does not accept what the schema throws at', async () => {
  const { check } = itemSchema({
    '~standard': {
      version: 1,
      vendor: 'x',
      validate: () => {
        throw new Error('broken');
      },
      jsonSchema: { input: () => ({}) },
    },
  });
  expect(await check('x')).toBeUndefined();
});
