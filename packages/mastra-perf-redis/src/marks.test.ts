import { expect, test } from 'vitest';
import { mergeMarks, readMarks } from './marks.ts';
import type { Sender } from './sender.ts';

const DAY_US = 86_400_000_000;

/** A server that has these fields in the hash. */
function senderOf(hash: Readonly<Record<string, string | number>>): Sender & { readonly asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    async run(_script, _keys, tags) {
      asked.push(tags.length);
      const fields = ['born', 'clock', 'life', ...tags.map(String)];
      return fields.map((field) => (hash[field] === undefined ? null : String(hash[field])));
    },
    send: () => Promise.reject(new Error('the hash is read by a script')),
  };
}

test('an entry must be later than the birth and every mark, not at the same moment', async () => {
  const marks = await readMarks(senderOf({ born: 10, clock: 30, 't:a': 20 }), 'key', ['a', 'b']);
  const current = [9, 10, 11, 20, 21].map((stamp) => [
    marks.isCurrent(stamp, []),
    marks.isCurrent(stamp, ['b']),
    marks.isCurrent(stamp, ['b', 'a']),
  ]);
  const [no, all] = [
    [false, false, false],
    [true, true, true],
  ];
  expect(current).toEqual([no, no, [true, true, false], [true, true, false], all]);
});

test('nothing is current that is later than the clock: nobody has handed that moment out', async () => {
  const marks = await readMarks(senderOf({ born: 10, clock: 30 }), 'key', []);
  expect([30, 31, Number.MAX_SAFE_INTEGER].map((stamp) => marks.isCurrent(stamp, []))).toEqual([
    true,
    false,
    false,
  ]);
});

test('nothing is current with a hash of another life of the server', async () => {
  const sender = { ...senderOf({}), run: () => Promise.resolve([]) };
  expect((await readMarks(sender, 'key', ['a'])).isCurrent(20, [])).toBe(false);
});

test('nothing is current with a tag that was not asked for', async () => {
  const marks = await readMarks(senderOf({ born: 10, clock: 30 }), 'key', ['a']);
  expect([marks.knows('a'), marks.knows('b')]).toEqual([true, false]);
  expect([marks.isCurrent(20, ['a']), marks.isCurrent(20, ['a', 'b'])]).toEqual([true, false]);
});

test.each([
  ['no hash', {}],
  ['no birth', { clock: 30 }],
  ['no clock', { born: 10 }],
  ['a damaged birth', { born: 'soon', clock: 30 }],
  ['a damaged clock', { born: 10, clock: 'soon' }],
])('nothing is current with %s', async (_what, hash) => {
  const marks = await readMarks(senderOf(hash), 'key', []);
  expect(marks.isCurrent(20, [])).toBe(false);
  expect(marks.isCurrent(Number.MAX_SAFE_INTEGER, [])).toBe(false);
});

test('nothing is current with a damaged mark, nor older than marks are remembered', async () => {
  const marks = await readMarks(senderOf({ born: 1, clock: 100 * DAY_US, 't:a': 'soon' }), 'key', ['a']);
  expect(marks.isCurrent(90 * DAY_US, ['a'])).toBe(false);
  expect([68, 69, 69.1].map((days) => marks.isCurrent(days * DAY_US, []))).toEqual([false, false, true]);
});

test('each tag is asked for once, 500 in a command', async () => {
  const tags = Array.from({ length: 1200 }, (_, index) => `tag-${index}`);
  const sender = senderOf({ born: 10, clock: 30, 't:tag-1199': 25 });
  const marks = await readMarks(sender, 'key', [...tags, ...tags]);
  expect(sender.asked).toEqual([500, 500, 200]);
  expect(marks.isCurrent(20, tags.slice(0, -1))).toBe(true);
  expect(marks.isCurrent(20, tags)).toBe(false);
});

test('of two readings each judges by what it knows, and both by their birth', async () => {
  const one = await readMarks(senderOf({ born: 10, clock: 30, 't:a': 20 }), 'key', ['a']);
  const other = await readMarks(senderOf({ born: 15, clock: 30, 't:b': 25 }), 'key', ['b']);
  const both = mergeMarks(one, other);
  expect(['a', 'b', 'c'].map((tag) => both.knows(tag))).toEqual([true, true, false]);
  expect([12, 16].map((stamp) => both.isCurrent(stamp, []))).toEqual([false, true]);
  expect([21, 26].map((stamp) => both.isCurrent(stamp, ['a', 'b']))).toEqual([false, true]);
  expect(both.isCurrent(26, ['c'])).toBe(false);
});
