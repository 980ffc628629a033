import type { RoundResult } from '../round-result.ts';
import { numberIn } from '../traffic/questions.ts';
import { markOf, marksIn } from '../traffic/users.ts';
import { threadsOfAnotherTime } from './excuse.ts';
import { counted, verdict, type Verdict } from './verdict.ts';

/** Each answer has the mark of who asked and the number of what was asked, and no other. */
export function foreignAnswers(round: Pick<RoundResult, 'calls' | 'troubles'>): Verdict {
  const confused = threadsOfAnotherTime(round);
  const wrong: string[] = [];
  let answers = 0;
  for (const { id, agent, user, number, thread, answer } of round.calls) {
    if (answer === undefined) continue;
    answers++;
    const marks = [...new Set(marksIn(answer))].join(' ');
    const expected = agent === 'public' ? '' : markOf(user);
    if (marks !== expected) wrong.push(`${id} of ${user} got ${marks || 'no mark'}`);
    else if (numberIn(answer) !== number && !confused.has(thread ?? ''))
      wrong.push(`${id} asked #${number} and got #${numberIn(answer)}`);
  }
  return verdict('no foreign answer', `${counted(answers)} answers`, wrong);
}
