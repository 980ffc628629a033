import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readName, writtenGroup, writtenName } from './ledger-names.ts';

/** Whatever a string may be, halves of surrogate pairs included. */
const text = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
});

describe('a name of the ledger', () => {
  test('is written as plain ASCII, which is read as the name again', () => {
    fc.assert(
      fc.property(text, (name) => {
        const written = writtenName(name);
        expect(written).toMatch(/^[\x20-\x7e]*$/);
        expect(readName(written)).toBe(name);
      }),
    );
  });

  test('is written as it is where it is plain', () => {
    expect(writtenName('user: 1 #a')).toBe('user: 1 #a');
  });
});

describe('a group', () => {
  test('is the same in whatever order its names stand, and no other is', () => {
    const groups = fc.dictionary(text, text, { maxKeys: 3 });
    const sorted = (group: object) => JSON.stringify(Object.entries(group).toSorted());
    fc.assert(
      fc.property(groups, groups, (one, two) => {
        const turned = Object.fromEntries(Object.entries(one).toReversed());
        expect(writtenGroup(turned).digest).toBe(writtenGroup(one).digest);
        expect(writtenGroup(two).digest === writtenGroup(one).digest).toBe(sorted(two) === sorted(one));
      }),
    );
    expect(writtenGroup({ a: 'b', c: '' }).digest).not.toBe(writtenGroup({ a: '', c: 'b' }).digest);
  });
});
