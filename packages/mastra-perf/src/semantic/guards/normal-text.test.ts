import { expect, it } from 'vitest';
import { normalText } from './normal-text.ts';

it.each([
  ['Hi! Set a timer for 5 minutes', 'set a timer for 5 minutes'],
  ['Quick question: where is it?', 'where is it'],
  ['Please compress the file. Thank you in advance.', 'compress the file'],
  ['What’s up?? Thanks!', 'what is up'],
  ["Bonjour, où est ma commande, s'il vous plaît ?", 'où est ma commande'],
  ['请问我的订单在哪里?', '我的订单在哪里'],
  ["why can't i", 'why cannot i'],
  ['a\u00adb\u200bc   d\n', 'abc d'],
  ['APIキー', 'apiキー'],
])('makes %j %j', (text, normal) => {
  expect(normalText(text)).toBe(normal);
});

it.each(['How do I say please', 'Hello world program in C', 'thanks', 'Translate please'])(
  'keeps the words that %j is about',
  (text) => {
    expect(normalText(text)).toBe(text.toLowerCase());
  },
);

it('keeps apart what the compatibility form makes one', () => {
  expect(normalText('10⁵')).not.toBe(normalText('105'));
  expect(normalText('2½')).not.toBe(normalText('21/2'));
  expect(normalText('H₂O')).not.toBe(normalText('H2O2'));
});

it('is stable', () => {
  for (const text of ['Hi! Hello, please help. Thanks!', '...', '¿Dónde está?', "it's", ''])
    expect(normalText(normalText(text))).toBe(normalText(text));
});
