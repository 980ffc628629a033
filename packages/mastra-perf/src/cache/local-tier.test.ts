import { describe, expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { bytesOf, type Answer } from './answer.ts';
import { localTier, type LocalEntry, type LocalTier } from './local-tier.ts';

const HOUR = 3_600_000;
const answer = (text: string, names: readonly string[] = ['agent:a']): Answer => ({
  text,
  names,
  storedAt: 0,
  freshMs: HOUR,
  tookMs: 1,
});
const setUp = (bounds: Partial<Parameters<typeof localTier>[0]> = {}) => {
  const clock = testClock();
  const tier = localTier({ maxBytes: 1e6, maxEntries: 100, ...bounds }, clock);
  const entry = (text: string, more: Partial<LocalEntry> = {}): LocalEntry => ({
    answer: answer(text),
    stamp: tier.stamp(),
    ...more,
  });
  const put = (key: string, text: string, ttlMs = HOUR) => tier.set(key, entry(text), ttlMs);
  return { clock, tier, entry, put };
};
const textOf = (tier: LocalTier, key: string, names: readonly string[] = ['agent:a']) =>
  tier.get(key, names)?.answer.text;
const keysOf = (tier: LocalTier) => [...tier.entries()].map(([key]) => key).toSorted();

describe('the bounds of memory', () => {
  it('keep the number of answers: the least recently used go first', () => {
    const { tier, put } = setUp({ maxEntries: 3 });
    for (const key of ['a', 'b', 'c']) put(key, key);
    expect(textOf(tier, 'a')).toBe('a');
    put('d', 'd');
    expect(keysOf(tier)).toEqual(['a', 'c', 'd']);
    expect(tier.size().entries).toBe(3);
  });

  it('keep the bytes of answers: as many go as need be', () => {
    const each = bytesOf(answer('x'.repeat(1000)));
    const { tier, put } = setUp({ maxBytes: 3 * each });
    for (const key of ['a', 'b', 'c']) put(key, 'x'.repeat(1000));
    expect(tier.size()).toEqual({ entries: 3, bytes: 3 * each });
    put('d', 'x'.repeat(1000 + each));
    expect(keysOf(tier)).toEqual(['c', 'd']);
    put('d', 'small');
    expect(tier.size().bytes).toBe(each + bytesOf(answer('small')));
  });

  it('refuse an answer that has no room even alone, and drop what it would have replaced', () => {
    const { tier, put } = setUp({ maxBytes: 2000 });
    expect(put('a', 'old')).toBe('stored');
    expect(put('a', 'x'.repeat(2000))).toBe('too-large');
    expect(textOf(tier, 'a')).toBeUndefined();
    expect(tier.size()).toEqual({ entries: 0, bytes: 0 });
  });

  it('are empty again after clear, and after the last one was dropped', () => {
    const { tier, put } = setUp();
    put('a', 'x');
    put('b', 'x');
    tier.drop('a');
    expect(keysOf(tier)).toEqual(['b']);
    tier.clear();
    expect(tier.size()).toEqual({ entries: 0, bytes: 0 });
  });
});

describe('the time of an entry', () => {
  it('is what was said, the last millisecond included', () => {
    const { tier, put, clock } = setUp();
    put('a', 'x', 1000);
    clock.advance(1000);
    expect(textOf(tier, 'a')).toBe('x');
    clock.advance(1);
    expect(textOf(tier, 'a')).toBeUndefined();
    expect(clock.timers()).toBe(0);
  });
});

describe('an invalidation', () => {
  it('takes away what carries one of the names, and nothing else', () => {
    const { tier, entry } = setUp();
    tier.set('a', entry('a', { answer: answer('a', ['agent:a', 'tag:x']) }), HOUR);
    tier.set('b', entry('b', { answer: answer('b', ['agent:a', 'tag:y']) }), HOUR);
    tier.mark(['tag:x', 'tag:z']);
    expect(textOf(tier, 'a')).toBeUndefined();
    expect(textOf(tier, 'b')).toBe('b');
    expect(keysOf(tier)).toEqual(['b']);
  });

  it('counts for the names of whoever asks, and leaves the answer to those who do not have them', () => {
    const { tier, put } = setUp();
    put('a', 'x');
    tier.mark(['tag:x']);
    expect(textOf(tier, 'a', ['agent:a', 'tag:x'])).toBeUndefined();
    expect(textOf(tier, 'a', ['agent:a', 'tag:y'])).toBe('x');
  });

  it('keeps out what began before, and lets in what began after', () => {
    const { tier, entry } = setUp();
    const before = entry('before');
    tier.mark(['agent:a']);
    expect(tier.set('a', before, HOUR)).toBe('invalidated');
    expect(tier.set('a', entry('after'), HOUR)).toBe('stored');
    expect(textOf(tier, 'a')).toBe('after');
  });

  it.each(['mark', 'clear'] as const)('of everything is no different: %s', (how) => {
    const { tier, entry } = setUp();
    const before = entry('before', { answer: answer('before', ['agent:a', 'tag:x']) });
    if (how === 'clear') tier.clear();
    else tier.mark(['agent:a', 'agent:b', 'tag:x']);
    expect(tier.set('a', before, HOUR)).toBe('invalidated');
    expect(tier.isCurrent(before.stamp, ['tag:x'])).toBe(false);
    expect(tier.isCurrent(tier.stamp(), ['tag:x'])).toBe(true);
  });

  it('moves the latest moment, so that reads from before it can be told', () => {
    const { tier } = setUp();
    const before = tier.latest();
    tier.stamp();
    expect(tier.latest()).toBe(before);
    for (const how of [() => tier.mark(['x']), () => tier.clear(), () => tier.doubt()]) {
      const latest = tier.latest();
      how();
      expect(tier.latest()).toBeGreaterThan(latest);
    }
  });
});

describe('an answer that stands', () => {
  it('is not replaced by one that began earlier in this process', () => {
    const { tier, entry } = setUp();
    const early = entry('early');
    const late = entry('late');
    expect(tier.set('a', late, HOUR)).toBe('stored');
    expect(tier.set('a', early, HOUR)).toBe('superseded');
    expect(textOf(tier, 'a')).toBe('late');
  });

  it('is replaced by one that began later', () => {
    const { tier, entry } = setUp();
    tier.set('a', entry('early'), HOUR);
    expect(tier.set('a', entry('late'), HOUR)).toBe('stored');
    expect(textOf(tier, 'a')).toBe('late');
  });

  it('counts by the moments of the store where both have one: a copy begins here when it is read', () => {
    const { tier, entry } = setUp();
    tier.set('a', entry('own', { storeStamp: 7 }), HOUR);
    expect(tier.set('a', entry('copy', { storeStamp: 6, isCopy: true }), HOUR)).toBe('superseded');
    expect(textOf(tier, 'a')).toBe('own');
    const own = entry('own 2', { storeStamp: 9 });
    expect(tier.set('a', entry('copy', { storeStamp: 8, isCopy: true }), HOUR)).toBe('stored');
    expect(tier.set('a', own, HOUR)).toBe('stored');
    expect(textOf(tier, 'a')).toBe('own 2');
  });

  it('counts by the moments here where one of them has no other', () => {
    const { tier, entry } = setUp();
    const early = entry('early', { storeStamp: 100 });
    tier.set('a', entry('late'), HOUR);
    expect(tier.set('a', early, HOUR)).toBe('superseded');
    expect(tier.set('a', entry('later', { storeStamp: 1 }), HOUR)).toBe('stored');
  });

  it('is in nobody’s way once it was invalidated', () => {
    const { tier, entry } = setUp();
    tier.set('a', entry('own', { storeStamp: 7 }), HOUR);
    tier.mark(['agent:a']);
    expect(tier.set('a', entry('copy', { storeStamp: 6, isCopy: true }), HOUR)).toBe('stored');
  });

  it('is in nobody’s way once its time is over', () => {
    const { tier, entry, clock } = setUp();
    tier.set('a', entry('own', { storeStamp: 7 }), 1000);
    clock.advance(1001);
    expect(tier.set('a', entry('copy', { storeStamp: 6 }), HOUR)).toBe('stored');
  });
});

describe('a copy of what the store has', () => {
  it('answers to its own names only: about others the store was not asked', () => {
    const { tier, entry } = setUp();
    tier.set('a', entry('copy', { answer: answer('copy', ['agent:a', 'tag:x']), isCopy: true }), HOUR);
    expect(textOf(tier, 'a', ['agent:a'])).toBe('copy');
    expect(textOf(tier, 'a', ['agent:a', 'tag:x'])).toBe('copy');
    expect(textOf(tier, 'a', ['agent:a', 'tag:y'])).toBeUndefined();
    expect(textOf(tier, 'a', ['agent:a'])).toBe('copy');
  });

  it('is told from what began here: of that, all is known that was invalidated since', () => {
    const { tier, put } = setUp();
    put('a', 'own');
    expect(textOf(tier, 'a', ['agent:a', 'tag:y'])).toBe('own');
  });
});

describe('doubt', () => {
  it('keeps out what began before it, without calling it invalidated', () => {
    const { tier, entry } = setUp();
    const before = entry('before');
    tier.doubt();
    expect(tier.set('a', before, HOUR)).toBe('doubtful');
    expect(textOf(tier, 'a')).toBeUndefined();
    expect(tier.set('a', entry('after'), HOUR)).toBe('stored');
  });

  it('leaves what is here, which answers to its own names only', () => {
    const { tier, put } = setUp();
    put('a', 'own');
    tier.doubt();
    expect(textOf(tier, 'a')).toBe('own');
    expect(textOf(tier, 'a', ['agent:a', 'tag:y'])).toBeUndefined();
  });

  it('lets nothing that is under way be given to those who come later', () => {
    const { tier } = setUp();
    const before = tier.stamp();
    expect(tier.isCurrent(before, ['agent:a'])).toBe(true);
    tier.doubt();
    expect(tier.isCurrent(before, ['agent:a'])).toBe(false);
    expect(tier.isCurrent(tier.stamp(), ['agent:a'])).toBe(true);
  });
});
