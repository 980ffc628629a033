import { expect, it } from 'vitest';
import { lengthOf } from './length-of.ts';

const tool = (value: unknown) => ({
  role: 'tool',
  content: [{ type: 'tool-result', toolName: 'look', output: { type: 'json', value } }],
});

it('is about the length of the text', () => {
  expect(lengthOf({ role: 'system', content: 'x'.repeat(1000) })).toBe(1008);
  expect(lengthOf({ role: 'user', content: [{ type: 'text', text: 'x'.repeat(1000) }] })).toBe(1008);
});

it('is about the length of what a tool has told, of which the beginning is looked at', () => {
  const rows = Array.from({ length: 100_000 }, () => ({ name: 'a name', note: 'a note of some length' }));
  let reads = 0;
  const watched = new Proxy(rows, {
    get(target, name) {
      if (typeof name === 'string' && /^\d+$/.test(name)) reads++;
      return Reflect.get(target, name) as unknown;
    },
  });
  const ratio = lengthOf(tool(watched)) / JSON.stringify(rows).length;
  expect(ratio).toBeGreaterThan(0.5);
  expect(ratio).toBeLessThan(2);
  expect(reads).toBeLessThan(1000);
});

it('does not take a file for text', () => {
  for (const data of [new Uint8Array(1e6), 'A'.repeat(1e6)])
    expect(lengthOf({ role: 'user', content: [{ type: 'file', data }] })).toBeLessThan(100);
});

it('takes messages of any shape', () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  for (const content of [undefined, null, 7, {}, [], [null, 7], circle, [circle]])
    expect(lengthOf({ role: 'user', content })).toBeGreaterThan(0);
  expect(lengthOf(undefined)).toBeGreaterThan(0);
});
