import { describe, expect, it } from 'vitest';
import { extendTail, lastOf, type Tail } from './tail.ts';

const message = (id: string, time: number, fields: object = {}) => ({
  id,
  threadId: 't',
  resourceId: 'r',
  createdAt: new Date(time),
  ...fields,
});
const tailOf = (fields: Partial<Tail> = {}): Tail => ({
  resourceId: undefined,
  messages: [message('a', 1), message('b', 2), message('c', 3)],
  complete: false,
  version: 'v',
  at: 0,
  readAt: 0,
  stamp: 0,
  ...fields,
});
const idsOf = (found: { readonly messages: readonly { readonly id: string }[] } | undefined) =>
  found?.messages.map(({ id }) => id);

describe('lastOf', () => {
  it('tells the newest first, and whether there are more, or that it cannot tell', () => {
    expect(idsOf(lastOf(tailOf(), 2))).toEqual(['c', 'b']);
    expect(lastOf(tailOf(), 3)?.hasMore).toBe(true);
    expect(lastOf(tailOf(), 4)).toBeUndefined();
    expect(lastOf(tailOf({ complete: true }), 2)?.hasMore).toBe(true);
    expect(lastOf(tailOf({ complete: true }), 3)?.hasMore).toBe(false);
    expect(idsOf(lastOf(tailOf({ complete: true }), 9))).toEqual(['c', 'b', 'a']);
  });
});

describe('extendTail', () => {
  const extend = (saved: ReturnType<typeof message>[], updated?: string[], tail = tailOf(), max = 9) =>
    extendTail(tail, { messages: saved, updated: updated && new Set(updated) }, max);

  it('adds what is newer, and writes over what is there in its place and time', () => {
    const extended = extend([message('b', 9, { role: 'new' }), message('d', 4)], ['b']);
    expect(idsOf(extended)).toEqual(['a', 'b', 'c', 'd']);
    expect(extended?.messages[1]).toMatchObject({ role: 'new', createdAt: new Date(2) });
  });

  it.each([
    ['is not newer than all there', [message('d', 3)], []],
    ['was written over but is not here', [message('d', 9)], ['d']],
    ['is here but is said to be new', [message('c', 3)], []],
    ['comes twice', [message('d', 4), message('d', 5)], []],
    ['is here with another time, where nobody tells', [message('c', 4)], undefined],
  ])('does not know what follows if a message %s', (_what, saved, updated) => {
    expect(extend(saved, updated)).toBeUndefined();
  });

  it('takes no messages of other resources', () => {
    const tail = tailOf({ resourceId: 'r' });
    expect(idsOf(extend([message('d', 4, { resourceId: 'other' })], [], tail))).toEqual(['a', 'b', 'c']);
    expect(extend([message('c', 3, { resourceId: 'other' })], ['c'], tail)).toBeUndefined();
  });

  it('forgets the earliest when it is too long, and that it was complete', () => {
    const extended = extend([message('d', 4)], [], tailOf({ complete: true }), 3);
    expect(idsOf(extended)).toEqual(['b', 'c', 'd']);
    expect(extended?.complete).toBe(false);
  });
});
