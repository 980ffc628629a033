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

const user = (content: unknown) => ({ role: 'user', content });

it.each<[what: string, message: unknown, length: number]>([
  ['no message', null, 16],
  ['a text for a message', 'text', 16],
  ['no content', user(undefined), 16],
  ['content that is none', user(7), 16],
  ['content that is null', user(null), 16],
  ['no parts', user([]), 8],
  ['parts that are none', user([null, 7]), 24],
  ['a part that is a text', user(['abc']), 11],
  ['texts', user([{ type: 'text', text: 'abc' }, { text: '' }, { text: 'de' }]), 13],
  ['a text that is none', user([{ text: 7 }]), 24],
  ['a file, whatever it holds', user([{ type: 'file', data: 'x'.repeat(500) }]), 16],
  ['an image, whatever it holds', user([{ type: 'image', image: 'x'.repeat(500) }]), 16],
  ['bytes in a field', user([{ type: 'ab', data: new Uint8Array(500) }]), 8 + 8 + 2 + 8],
  ['fields that are no texts', user([{ type: 'ab', a: 1, b: null, c: true }]), 8 + 8 + 2 + 3 * 8],
  ['an object', user({ a: 'abc', b: { c: 'de' } }), 8 + 8 + 3 + 8 + 2],
  ['an empty list', user({ a: [] }), 8 + 8 + 8],
  ['a list', user({ a: ['abc', 1] }), 8 + 8 + 8 + 3 + 8],
  ['a list of a hundred', user({ a: Array(100).fill('abc') }), 8 + 8 + 8 + 300],
  [
    'a long list, of which a hundred are looked at',
    user({ a: ['abc'.repeat(100), ...Array(199).fill('')] }),
    624,
  ],
  [
    'the first hundred objects',
    user({ a: Array.from({ length: 98 }, () => ({ b: 'abcd' })) }),
    8 + 8 + 8 + 98 * 12,
  ],
  [
    'no objects beyond a hundred',
    user({ a: Array.from({ length: 100 }, () => ({ b: 'abcd' })) }),
    8 + 8 + 8 + 98 * 12 + 2 * 8,
  ],
])('of %s', (_what, message, length) => {
  expect(lengthOf(message)).toBe(length);
});
