import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import type { Entry } from './entry.ts';
import { memoryTier } from './memory-tier.ts';

vi.setConfig({ testTimeout: 60_000 });

const entry = (over: Partial<Entry> = {}): Entry => ({
  parts: [],
  agent: 'a',
  tags: new Set(),
  order: 1,
  storedAt: 0,
  tookMs: 1,
  bytes: 10,
  ...over,
});

function setUp(bounds: { maxBytes?: number; maxEntries?: number } = {}) {
  const clock = testClock();
  return { clock, tier: memoryTier({ maxBytes: 1000, maxEntries: 100, ...bounds }, clock) };
}

describe('memoryTier', () => {
  it('gives back what was stored, and counts', () => {
    const { tier } = setUp();
    const stored = entry();
    tier.set('k', stored, 1000);
    expect(tier.get('k')).toBe(stored);
    expect(tier.get('other')).toBeUndefined();
    expect(tier.stats()).toEqual({ entries: 1, bytes: 10, hits: 1, misses: 1 });
  });

  it('forgets an answer when its time has passed, and not before', () => {
    const { tier, clock } = setUp();
    tier.set('k', entry(), 1000);
    clock.advance(1000);
    expect(tier.get('k')).toBeDefined();
    clock.advance(1);
    expect(tier.get('k')).toBeUndefined();
    expect(tier.stats()).toMatchObject({ hits: 1, misses: 1, bytes: 0 });
  });

  it('keeps each answer for its own time, and renews it when it is stored again', () => {
    const { tier, clock } = setUp();
    tier.set('short', entry(), 10);
    tier.set('long', entry(), 100);
    clock.advance(8);
    tier.set('short', entry(), 10);
    clock.advance(8);
    expect(tier.get('short')).toBeDefined();
    clock.advance(8);
    expect(tier.get('short')).toBeUndefined();
    expect(tier.get('long')).toBeDefined();
  });

  it('does not take an answer that is larger than all its room, and says so', () => {
    const { tier } = setUp({ maxBytes: 100 });
    tier.set('small', entry({ bytes: 60 }), 1000);
    expect(tier.set('large', entry({ bytes: 101 }), 1000)).toBe(false);
    expect(tier.set('other', entry({ bytes: 40 }), 1000)).toBe(true);
    expect(tier.get('large')).toBeUndefined();
    expect(tier.stats()).toMatchObject({ entries: 2, bytes: 100 });
  });

  it('drops the least recently used first', () => {
    const { tier } = setUp({ maxEntries: 2 });
    tier.set('one', entry(), 1000);
    tier.set('two', entry(), 1000);
    tier.get('one');
    tier.set('three', entry(), 1000);
    expect(['one', 'two', 'three'].map((key) => tier.get(key) !== undefined)).toEqual([true, false, true]);
  });

  it('never holds more bytes or entries than it may, under 10,000 random inserts', () => {
    const insert = fc.record({
      key: fc.nat(300),
      bytes: fc.integer({ min: 1, max: 5000 }),
      ttl: fc.integer({ min: 1, max: 50 }),
      pause: fc.nat(5),
    });
    fc.assert(
      fc.property(
        fc.record({
          maxBytes: fc.integer({ min: 1, max: 40_000 }),
          maxEntries: fc.integer({ min: 1, max: 40 }),
        }),
        fc.array(insert, { minLength: 1000, maxLength: 1000, size: 'max' }),
        (bounds, inserts) => {
          const { tier, clock } = setUp(bounds);
          const expected = new Map<string, Entry>();
          for (const { key, bytes, ttl, pause } of inserts) {
            const stored = entry({ bytes });
            const taken = tier.set(String(key), stored, ttl);
            expect(taken).toBe(bytes <= bounds.maxBytes);
            if (taken) expected.set(String(key), stored);
            else expected.delete(String(key));
            const { entries, bytes: held } = tier.stats();
            expect(held).toBeLessThanOrEqual(bounds.maxBytes);
            expect(entries).toBeLessThanOrEqual(bounds.maxEntries);
            clock.advance(pause);
            const found = tier.get(String(key));
            if (found) expect(found).toBe(expected.get(String(key)));
          }
        },
      ),
      { numRuns: 10 },
    );
  });
});

describe('invalidate', () => {
  function filled() {
    const { tier, clock } = setUp();
    tier.set('1', entry({ agent: 'support', tags: new Set(['kb:1', 'kb:2']) }), 1000);
    tier.set('2', entry({ agent: 'support', tags: new Set(['kb:2']) }), 1000);
    tier.set('3', entry({ agent: 'legal', tags: new Set(['kb:1']) }), 1000);
    tier.set('4', entry({ agent: 'legal' }), 500);
    return {
      tier,
      clock,
      left: () => ['1', '2', '3', '4'].filter((key) => tier.get(key) !== undefined).join(''),
    };
  }

  it.each([
    [{ tags: ['kb:1'] }, 2, '24'],
    [{ tags: ['kb:1', 'kb:2'] }, 3, '4'],
    [{ tags: ['kb'] }, 0, '1234'],
    [{ tags: [] }, 0, '1234'],
    [{ agent: 'legal' }, 2, '12'],
    [{ agent: 'nobody' }, 0, '1234'],
    [{ key: '3' }, 1, '124'],
    [{ key: 'none' }, 0, '1234'],
    [{ agent: 'legal', tags: ['kb:1'] }, 1, '124'],
    [{ agent: 'legal', key: '1' }, 0, '1234'],
    [{ agent: 'support', tags: ['kb:2'], key: '2' }, 1, '134'],
  ])('takes away what matches %j, and nothing else', (selector, count, expected) => {
    const { tier, left } = filled();
    expect(tier.invalidate(selector)).toBe(count);
    expect(left()).toBe(expected);
  });

  it.each([{}, { tags: undefined, agent: undefined }])(
    'refuses %j, which would take everything away',
    (selector) => {
      const { tier, left } = filled();
      expect(() => tier.invalidate(selector as object)).toThrow(
        /perf\.cache\.invalidate: expected tags, agent or key/,
      );
      expect(left()).toBe('1234');
    },
  );

  it('knows tags that were announced before there was an answer, once', () => {
    const { tier } = filled();
    tier.announce('5', ['early']);
    tier.announce('5', ['also early']);
    tier.set('5', entry({}), 1000);
    expect(tier.invalidate({ tags: ['early'] })).toBe(1);
    tier.set('5', entry({}), 1000);
    expect(tier.invalidate({ tags: ['also early'] })).toBe(0); // tags are those of one answer
  });

  it('does not count answers whose time has passed', () => {
    const { tier, clock } = filled();
    clock.advance(501);
    expect(tier.invalidate({ agent: 'legal' })).toBe(1);
  });

  it('is remembered, also when nothing matched: an answer under way may match', () => {
    const { tier } = filled();
    const before = tier.epoch();
    tier.invalidate({ tags: ['none'] });
    expect(tier.epoch()).toBe(before + 1);
    tier.clear();
    expect(tier.epoch()).toBe(before + 2);
    expect(tier.stats()).toMatchObject({ entries: 0, bytes: 0 });
  });
});
