import { expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { bytesOf, type Answer } from './answer.ts';
import { localTier } from './local-tier.ts';
import { namesOf, readNames } from './names.ts';

const HOUR = 3_600_000;
const answer = (text: string, names: readonly string[]): Answer => ({
  text,
  names,
  storedAt: 7,
  freshMs: HOUR,
  tookMs: 1,
});

it('lists what was used last, with its hits, and nothing that was invalidated', () => {
  const clock = testClock();
  const tier = localTier({ maxBytes: 1e6, maxEntries: 100 }, clock);
  const names = (key: string): string[] => namesOf(key, 'support', ['kb']);
  for (const key of ['a', 'b', 'c', 'd'])
    tier.set(key, { answer: answer(`text of ${key}`, names(key)), stamp: tier.stamp() }, HOUR);
  clock.advance(1000);
  for (const key of ['b', 'a', 'b', 'd', 'none']) tier.get(key, names(key));
  tier.mark(['key:d']);

  const [first] = tier.list(10);
  expect(first).toEqual({
    key: 'b',
    names: names('b'),
    bytes: bytesOf(answer('text of b', names('b'))),
    hits: 2,
    storedAt: 7,
    leavesMs: HOUR - 1000,
  });
  expect(tier.list(10).map(({ key, hits }) => [key, hits])).toEqual([
    ['b', 2],
    ['a', 1],
    ['c', 0],
  ]);
  expect(tier.list(2)).toHaveLength(2);
  expect(JSON.stringify(tier.list(10))).not.toContain('text of');
});

it('reads the names of an answer', () => {
  expect(readNames(namesOf('k', 'agent:x', ['tag:y', 'z']))).toEqual({
    agent: 'agent:x',
    tags: ['tag:y', 'z'],
  });
});
