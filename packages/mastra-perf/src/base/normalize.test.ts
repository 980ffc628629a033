import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalHash } from './canonical-hash.ts';
import { normalizerOf, normalizeSchema, type Normalize } from './normalize.ts';

const normal = (normalize: Normalize, text: string): string => normalizerOf(normalize)!.normal(text);

describe('a normalizer', () => {
  it('is none for exact texts, which is the default', () => {
    expect(normalizerOf('exact')).toBeUndefined();
    expect(normalizerOf()).toBeUndefined();
  });

  it.each([
    ['  What\tis \n\n TTL?\r\n', 'What is TTL?'],
    ['a\u00a0b\u2003c\u3000d\u2028e\ufefff', 'a b c d e f'],
    ['if x:\n    return y', 'if x: return y'],
    ['', ''],
    [' \n ', ''],
    ['a\u200bb', 'a\u200bb'],
  ])("'whitespace' takes runs of any white space for one space: %j", (text, expected) => {
    expect(normal('whitespace', text)).toBe(expected);
  });

  it.each([
    ['  What is TTL? ', 'what is ttl?'],
    ['ÄÖÜ ΑΒΓ ЖЗ', 'äöü αβγ жз'],
    ['STRASSE', 'strasse'],
    ['Straße', 'straße'],
  ])(
    "'insensitive' takes capitals away as well, whatever the language of the machine: %j",
    (text, expected) => {
      expect(normal('insensitive', text)).toBe(expected);
    },
  );

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom<Normalize>('whitespace', 'insensitive'),
        (text, mode) => {
          expect(normal(mode, normal(mode, text))).toBe(normal(mode, text));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('of your own is asked for each text', () => {
    expect(normal((text) => text.replaceAll(/\d/g, '#'), 'order 42')).toBe('order ##');
  });

  it.each([[undefined], [null], [7], [['text']], [Promise.resolve('text')]])(
    'of your own that returns no text is told so: %j',
    (returned) => {
      expect(() => normal(() => returned as never, 'secret')).toThrow(
        `cache.normalize must return a text, it returned ${typeof returned}`,
      );
    },
  );

  it('of your own that throws does', () => {
    const error = new Error('no');
    expect(() =>
      normal(() => {
        throw error;
      }, 'x'),
    ).toThrow(error);
  });

  it('is of one kind per mode, and per source of a function', () => {
    const kinds = [
      'whitespace' as const,
      'insensitive' as const,
      (text: string) => text.trim(),
      (text: string) => text.trimEnd(),
    ].map((mode) => normalizerOf(mode)!.kind);
    expect(new Set(kinds).size).toBe(4);
    const again = () => normalizerOf((text) => text.trim())!.kind;
    expect(again()).toBe(again());
  });
});

describe('how texts are normalized', () => {
  it.each([['exact'], ['whitespace'], ['insensitive'], [(text: string) => text]])('may be %s', (value) => {
    expect(normalizeSchema().safeParse(value)).toMatchObject({ success: true, data: value });
  });

  it.each([['Exact'], [''], [true], [null], [['exact']]])('cannot be %j', (value) => {
    const issues = [{ message: "'exact', 'whitespace', 'insensitive' or a function from text to text" }];
    expect(normalizeSchema().safeParse(value)).toMatchObject({ success: false, error: { issues } });
  });

  // It is part of the keys of stored answers.
  it('has the same name in every release', () => {
    expect(normalizerOf('whitespace')!.kind).toBe('whitespace');
    expect(normalizerOf('insensitive')!.kind).toBe('insensitive');
    const own = Object.assign((text: string) => text, { toString: () => '(text) => text' });
    expect(normalizerOf(own)!.kind).toBe(`own:${canonicalHash('(text) => text')}`);
  });
});
