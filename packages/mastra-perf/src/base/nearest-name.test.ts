import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestName } from './nearest-name.ts';

const NAMES = ['cache', 'coalesce', 'usage', 'latency', 'agents'];

describe('nearestName', () => {
  it.each([
    ['cach', 'cache'],
    ['cahce', 'cache'],
    ['CACHE', 'cache'],
    ['coalescing', 'coalesce'],
    ['agent', 'agents'],
    ['latencies', 'latency'],
    ['usages', 'usage'],
  ])('takes %s for %s', (name, expected) => {
    expect(nearestName(name, NAMES)).toBe(expected);
  });

  it.each(['storage', 'embeddings', 'x', '', 'c'])('does not take %j for any of them', (name) => {
    expect(nearestName(name, NAMES)).toBeUndefined();
  });

  it('prefers the nearest, then the first', () => {
    expect(nearestName('tags', ['tag', 'bags', 'tags'])).toBe('tags');
    expect(nearestName('tabs', ['tags', 'taps'])).toBe('tags');
  });

  it('finds every name with one letter changed, left out, added or swapped', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...NAMES),
        fc.nat(4),
        fc.constantFrom('change', 'drop', 'add', 'swap'),
        (name, at, how) => {
          const [before, after] = [name.slice(0, at), name.slice(at)];
          const changed = {
            change: `${before}z${after.slice(1)}`,
            drop: before + after.slice(1),
            add: `${before}z${after}`,
            swap: before + after.charAt(1) + after.charAt(0) + after.slice(2),
          }[how];
          expect(nearestName(changed, NAMES)).toBe(name);
        },
      ),
      { numRuns: 500 },
    );
  });
});
