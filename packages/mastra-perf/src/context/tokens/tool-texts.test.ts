import { describe, expect, it } from 'vitest';
import { toolTexts } from './tool-texts.ts';

const tool = {
  type: 'function',
  name: 'find_flights',
  description: 'Flights of a day.',
  inputSchema: {
    type: 'object',
    required: ['to'],
    properties: {
      to: { type: 'string', description: 'An airport.' },
      cabin: { enum: ['economy', 'first'] },
      seats: { type: 'integer' },
      via: { type: 'array', items: { type: 'string' } },
      price: { anyOf: [{ type: 'number' }, { type: 'null' }] },
      options: { type: 'object', properties: { pets: { type: ['boolean', 'null'] } } },
    },
  },
};

describe('texts of tools', () => {
  it('are declarations for models of OpenAI', () => {
    expect(toolTexts([tool, { name: 'now' }], 'o200k')).toEqual([
      `namespace functions {

// Flights of a day.
type find_flights = (_: {
// An airport.
to: string,
cabin?: "economy" | "first",
seats?: number,
via?: string[],
price?: number | null,
options?: {
pets?: boolean | null,
},
}) => any;

type now = () => any;

} // namespace functions`,
    ]);
  });

  it('are their schemas for the others', () => {
    const { name, description, inputSchema } = tool;
    expect(toolTexts([tool], 'claude')).toEqual([
      JSON.stringify({ name, description, parameters: inputSchema }),
    ]);
    expect(toolTexts([], 'claude')).toEqual([]);
    expect(toolTexts([], 'o200k')).toEqual([]);
  });

  it('are there for schemas that go round in circles, and for what is no tool', () => {
    const schema: Record<string, unknown> = { type: 'object' };
    schema.properties = { again: schema };
    for (const family of ['o200k', 'gemini'] as const) {
      expect(toolTexts([{ name: 'x', inputSchema: schema }], family).join('').length).toBeLessThan(5000);
      expect(
        toolTexts([null, 7, { id: 'openai.web_search', args: { a: 1 } }], family).length,
      ).toBeGreaterThan(0);
    }
  });
});
