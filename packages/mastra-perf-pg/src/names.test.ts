import fc from 'fast-check';
import { expect, it } from 'vitest';
import { storedName, storedNames } from './names.ts';

const name = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
  fc.constantFrom('', '#', 'a\0', '\ud800', '\udc00', 'x'.repeat(501), 'x'.repeat(500)),
);

it('names are stored as something that every database takes, and no two as the same', () => {
  fc.assert(
    fc.property(name, name, (one, other) => {
      expect(storedName(one)).toMatch(/^[\x20-\x7e]{1,500}$/);
      expect(storedName(one) === storedName(other)).toBe(one === other);
      // What a stored name looks like is a name too.
      expect(storedName(storedName(one)) === storedName(one)).toBe(storedName(one) === one);
    }),
    { numRuns: 1000 },
  );
});

it('tags come back as they were given', () => {
  fc.assert(
    fc.property(fc.array(name, { maxLength: 4 }), (given) => {
      const { tags, names } = storedNames(given);
      expect(names ?? '').toMatch(/^[\x20-\x7e]*$/);
      expect(names === null ? tags : JSON.parse(names)).toEqual(given);
    }),
  );
});
