import { expect, it } from 'vitest';
import { withoutItems } from './provider-items.ts';

it.each<[what: string, given: unknown, left: unknown]>([
  ['an item of a provider', { openai: { itemId: 'msg_1' } }, undefined],
  ['items of two', { openai: { itemId: 'msg_1' }, azure: { itemId: 'msg_1' } }, undefined],
  [
    'nothing else of its fields',
    { openai: { itemId: 'msg_1', phase: 'final' } },
    { openai: { phase: 'final' } },
  ],
  [
    'nothing of other providers',
    { openai: { itemId: 'msg_1' }, anthropic: { cacheControl: 1 } },
    { anthropic: { cacheControl: 1 } },
  ],
  ['no empty fields', { openai: {} }, { openai: {} }],
  ['no fields that are none', { a: null, b: 'itemId', c: 7 }, { a: null, b: 'itemId', c: 7 }],
  ['nothing of nothing', {}, undefined],
  ['nothing of what is undefined', undefined, undefined],
  ['nothing of what is undefined for a provider', { openai: undefined }, undefined],
  ['nothing of null', null, null],
  ['nothing of a text', 'itemId', 'itemId'],
])('takes away %s', (_what, given, left) => {
  const before = structuredClone(given);
  expect(withoutItems(given)).toEqual(left);
  expect(given).toEqual(before);
});
