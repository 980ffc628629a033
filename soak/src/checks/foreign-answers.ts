import type { RoundResult } from '../round-result.ts';
import { numberIn } from '../traffic/questions.ts';
import { markOf, marksIn } from '../traffic/users.ts';
import { counted, verdict, type Verdict } from './verdict.ts';

/** Each answer has the mark of who asked and the number of what was asked, and no other. */
export function foreignAnswers({ calls }: Pick<RoundResult, 'calls'>): Verdict {
  const wrong: string[] = [];
  let answers = 0;
  for (const { id, agent, user, number, answer } of calls) {
    if (answer === undefined) continue;
    answers++;
    const marks = [...new Set(marksIn(answer))].join(' ');
    const expected = agent === 'public' ? '' : markOf(user);
    if (marks !== expected) wrong.push(`${id} of ${user} got ${marks || 'no mark'}`);
    else if (numberIn(answer) !== number) wrong.push(`${id} asked #${number} and got #${numberIn(answer)}`);
  }
  return verdict('no foreign answer', `${counted(answers)} answers`, wrong);
}
