import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keysOf, type Keys } from './keys.ts';

/** Made of what our own names are made of, so that collisions would be likely. */
const part = fc.constantFrom('a', 'e:', 'a:e:', ':', '#', '{c}', '}', '~', '\ud800', '\udfff', '');
const text = fc.array(part, { maxLength: 3 }).map((parts) => parts.join(''));
const prefix = fc.constantFrom('a', 'a:e', 'a:e:a', 'a:bus', 'a:h.e');

const kinds: Array<(keys: Keys, name: string) => string> = [
  (keys) => keys.marks,
  (keys, name) => keys.lease(name),
  (keys, name) => keys.rate(name),
  (keys, name) => keys.entry(name),
  (keys, name) => keys.channel(name),
  (keys, name) => keys.hosted('cache', name),
  (keys, name) => keys.hosted('e', name),
];

/** As Redis gets it. */
const sent = (key: string): string => Buffer.from(key).toString('hex');

test('different prefixes, kinds and names have different keys', () => {
  const name = fc.record({ prefix, kind: fc.nat(kinds.length - 1), name: text });
  const keyOf = (one: { prefix: string; kind: number; name: string }): string =>
    sent(kinds[one.kind]!(keysOf(one.prefix), one.name));
  fc.assert(
    fc.property(name, name, (one, other) => {
      const same =
        one.prefix === other.prefix && one.kind === other.kind && (one.kind === 0 || one.name === other.name);
      expect(keyOf(one) === keyOf(other)).toBe(same);
    }),
    { numRuns: 20_000 },
  );
});

/** What decides the slot. */
const tagOf = (key: string): string | undefined => /^[^{]*\{([^}]+)\}/.exec(key)?.[1];

test('the leases are in the slot of the marks, whatever their names', () => {
  fc.assert(
    fc.property(prefix, text, (some, name) => {
      const keys = keysOf(some);
      expect(tagOf(keys.lease(name))).toBe(tagOf(keys.marks));
    }),
  );
});

test('the rates are in one slot, whatever their names', () => {
  fc.assert(
    fc.property(prefix, text, (some, name) => {
      expect(tagOf(keysOf(some).rate(name))).toBe('r');
    }),
  );
});
