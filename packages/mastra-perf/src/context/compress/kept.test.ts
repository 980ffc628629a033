import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutCode } from './kept-code.ts';
import { haveSameNumbers, numbersIn } from './kept-numbers.ts';

describe('numbers of a text', () => {
  it.each([
    ['2026-11-23', '23 November 2026'],
    ['2026-01-05', 'January 5th, 2026'],
    ['5 Sept 2026', 'Sep 5, 2026'],
    ['$1,234.50', '1234.50 dollars'],
    ['1.234,50 €', '1,234.50'],
    ['1,234,567', '1 234 567'.replaceAll(' ', '\u202f')],
    ['5.00', '5'],
    ['ORD-1234-X', 'the order ORD-1234-X.'],
    ['between 5-7', '5 and 7'],
    ['1. first\n2. second', 'first, second'],
  ])('are the same in %j and %j', (one, other) => {
    expect(haveSameNumbers(one, other)).toBe(true);
    expect(haveSameNumbers(other, one)).toBe(true);
  });

  it.each([
    ['$5', '$6'],
    ['1.234', '1234'],
    ['-5 degrees', '5 degrees'],
    ['ORD-1234-X', 'ORD-1234-Y'],
    ['14:30', '14:31'],
    ['version 1.10', 'version 1.1'],
    ['2026-11-23', '2026-11-24'],
    ['in 3 days', 'soon'],
    ['soon', 'in 3 days'],
    ['007', '7'],
  ])('are not the same in %j and %j', (one, other) => {
    expect(haveSameNumbers(one, other)).toBe(false);
  });

  it('are those of the text itself, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        expect(haveSameNumbers(text, text)).toBe(true);
      }),
    );
  });

  it('takes time in proportion to a hostile text', () => {
    for (const piece of ['1,', '1-', 'a1-', '1.1', ' ', 'january ', '9', '1 jan ', '12.'])
      expect(numbersIn(piece.repeat(300_000)).size).toBeLessThan(10);
  }, 10_000);
});

const CODE = '```ts\nconst a = "$& $1";\n```';

describe('code of a text', () => {
  it('comes back letter by letter, on lines of its own', () => {
    const { text, blocks, restore } = withoutCode(`Before.\n${CODE}\nBetween.\n~~~\nb\n~~~\nAfter.`);
    expect(blocks).toEqual([CODE, '~~~\nb\n~~~']);
    expect(text).not.toContain('const');
    expect(restore(text)).toBe(`Before.\n${CODE}\nBetween.\n~~~\nb\n~~~\nAfter.`);
    const [first, second] = text.match(/\[\[.*\]\]/g)!;
    expect(restore(`Do ${first} then ${second}.`)).toBe(`Do\n${CODE}\n then\n~~~\nb\n~~~\n.`);
  });

  it('is missed when a mark is gone or there twice', () => {
    const { text, restore } = withoutCode(`Before.\n${CODE}`);
    const [mark] = text.match(/\[\[.*\]\]/)!;
    expect(restore('Before.')).toBeUndefined();
    expect(restore(`${mark} ${mark}`)).toBeUndefined();
  });

  it('ends where its fence does, or with the text, and is not what stands in a line', () => {
    expect(withoutCode('````\n```\nx\n```\n````\ny').blocks).toEqual(['````\n```\nx\n```\n````']);
    expect(withoutCode('a\n```\nopen').blocks).toEqual(['```\nopen']);
    expect(withoutCode('- item\n    ```\n    x\n    ```').blocks).toEqual(['    ```\n    x\n    ```']);
    expect(withoutCode('```not a block``` in a line').blocks).toEqual([]);
  });

  it('is put back as it was, whatever the text', () => {
    const line = fc.constantFrom('```', '~~~', '````', '```js', 'text', '', '  x', '[[code-1-00000000]]');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 15 }), (lines) => {
        const text = lines.join('\n');
        const { text: without, restore } = withoutCode(text);
        expect(restore(without)).toBe(text);
      }),
    );
  });
});
