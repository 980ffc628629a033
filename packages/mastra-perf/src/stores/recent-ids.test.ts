import { expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { recentIds } from './recent-ids.ts';

it('knows an id for as long as it says, and forgets it before twice that time has passed', () => {
  const clock = testClock();
  const ids = recentIds<number>(clock, 1000);
  for (let at = 0; at < 5000; at += 100) {
    ids.set(`${at}`, at);
    for (let back = 0; back <= 1000 && back <= at; back += 100)
      expect(ids.get(`${at - back}`)).toBe(at - back);
    if (at >= 2000) expect(ids.get(`${at - 2000}`)).toBeUndefined();
    clock.advance(100);
  }
});

it('forgets everything after a long rest', () => {
  const clock = testClock();
  const ids = recentIds<string>(clock, 1000);
  ids.set('a', 'x');
  clock.advance(999);
  expect(ids.get('a')).toBe('x');
  clock.advance(2000);
  expect(ids.get('a')).toBeUndefined();
});

it('keeps what was said last', () => {
  const clock = testClock();
  const ids = recentIds<string>(clock, 1000);
  ids.set('a', 'x');
  clock.advance(1000);
  ids.set('a', 'y');
  expect(ids.get('a')).toBe('y');
  clock.advance(1000);
  expect(ids.get('a')).toBe('y');
});
