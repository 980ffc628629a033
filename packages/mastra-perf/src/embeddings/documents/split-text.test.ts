import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitText, type SplitOptions } from './split-text.ts';

const words = (text: string): number => text.split(/\s+/).filter(Boolean).length;
const characters = (text: string): number => Math.ceil(text.length / 4);

const split = (text: string, options: Partial<SplitOptions> = {}): string[] =>
  splitText(text, { size: 20, overlap: 0, tokens: words, hasHeadings: false, ...options });

test('a text that fits is one chunk', () => {
  expect(split('  One sentence.\n\nAnother. ')).toEqual(['One sentence.\n\nAnother.']);
  expect(split(' \n ')).toEqual([]);
});

test('cuts at headings, then at blank lines, then at sentences', () => {
  const part = (name: string): string => `## ${name}\n\n${'Some words are here. '.repeat(3).trim()}\n\n`;
  expect(split(part('One') + part('Two') + part('Three'), { hasHeadings: true })).toEqual(
    ['One', 'Two', 'Three'].map((name) => part(name).trim()),
  );
  const long = 'A sentence of five words. '.repeat(10).trim();
  for (const chunk of split(`${long}\n\nEnd.`)) expect(chunk).toMatch(/^(A sentence|End)[^]*\.$/);
});

test('begins each chunk with the end of the one before', () => {
  const chunks = split('One two three four five six seven eight nine ten. '.repeat(10), { overlap: 5 });
  expect(chunks.length).toBeGreaterThan(4);
  for (const [at, chunk] of chunks.entries())
    if (at > 0) expect(chunk.startsWith('six seven eight nine ten.')).toBe(true);
});

test('cuts a line without a space, and no character in two', () => {
  const chunks = split('🙂'.repeat(50_000), { size: 512, tokens: characters });
  expect(chunks.join('')).toBe('🙂'.repeat(50_000));
  for (const chunk of chunks) expect(characters(chunk)).toBeLessThanOrEqual(512);
});

test('counts each part of a text once: a megabyte takes a few calls per chunk', () => {
  let counted = 0;
  const tokens = (text: string): number => {
    counted += text.length;
    return characters(text);
  };
  const text = 'word '.repeat(200_000);
  split(text, { size: 512, overlap: 50, tokens });
  expect(counted).toBeLessThan(4 * text.length);
});

test('no word is lost and no chunk is too long, whatever the text is', () => {
  const piece = fc.oneof(
    fc.constantFrom('\n\n', '\n', ' ', '. ', '# ', '\n# Heading\n', '。', '🙂'),
    fc.string({ maxLength: 30, unit: 'grapheme' }),
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 120 }),
      fc.integer({ min: 2, max: 40 }),
      fc.boolean(),
      (pieces, size, hasHeadings) => {
        const text = pieces.join('').toWellFormed();
        const chunks = split(text, { size, tokens: characters, hasHeadings });
        const bare = (one: string): string => one.replaceAll(/\s+/g, '');
        expect(bare(chunks.join(''))).toBe(bare(text));
        for (const chunk of chunks) expect(characters(chunk)).toBeLessThanOrEqual(size);
        const lapped = split(text, { size, tokens: characters, hasHeadings, overlap: Math.floor(size / 3) });
        for (const chunk of lapped) expect(chunk.isWellFormed() && characters(chunk) <= size + 1).toBe(true);
      },
    ),
  );
});
