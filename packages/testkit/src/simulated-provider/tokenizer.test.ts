import { expect, test } from 'vitest';
import { loadTokenizer } from './tokenizer.ts';

const tokenizer = await loadTokenizer();

test('counts as o200k_base does', () => {
  expect(tokenizer.encode('hello world')).toEqual([24912, 2375]);
  expect(tokenizer.count('hello world')).toBe(2);
});

test.each([
  '',
  'plain',
  '<|endoftext|>',
  '👩‍👩‍👧 你好',
  'a'.repeat(2000),
  ' '.repeat(2000),
  '漢'.repeat(1500),
  `a${'👩'.repeat(1500)}`,
])('pieces of text %#, however odd, join to the text', (text) => {
  const tokens = tokenizer.encode(text);
  expect(tokenizer.pieces(tokens).join('')).toBe(text);
  expect(tokenizer.count(text)).toBe(tokens.length);
});

test('an unbroken run does not block', () => {
  const startedAt = performance.now();
  tokenizer.count('漢'.repeat(200_000));
  expect(performance.now() - startedAt).toBeLessThan(5000);
});
