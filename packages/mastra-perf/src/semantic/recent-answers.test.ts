import { expect, it } from 'vitest';
import { recentAnswers, type RecentAnswer } from './recent-answers.ts';

const answer = (id: string): RecentAnswer => ({
  id,
  at: 0,
  agent: 'a',
  similarity: 0.9,
  score: 0.9,
  isVerified: false,
  asked: 'x'.repeat(1000),
  answered: 'y',
});

it('keeps the last fifty answers, the newest first, with the beginning of their questions', () => {
  const recent = recentAnswers();
  for (let at = 0; at < 60; at++) recent.add(answer(`${at}`), `token ${at}`);
  const list = recent.list();
  expect([list.length, list[0]!.id, list.at(-1)!.id]).toEqual([50, '59', '10']);
  expect(list[0]!.asked).toBe(`${'x'.repeat(300)}…`);
  expect([recent.tokenOf('9'), recent.tokenOf('10')]).toEqual([undefined, 'token 10']);
});

it('has no token any more for one that was judged', () => {
  const recent = recentAnswers();
  recent.add(answer('1'), 'token');
  recent.judge('1', 'wrong');
  recent.judge('2', 'wrong');
  expect(recent.tokenOf('1')).toBeUndefined();
  expect(recent.list()).toMatchObject([{ id: '1', verdict: 'wrong' }]);
});
