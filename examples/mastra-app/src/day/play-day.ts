import type { Answer } from './ask.ts';
import type { DayCall, Moment } from './day.ts';

export interface PlayedDay {
  /** In the order of the day, not of arrival. */
  readonly answers: readonly Answer[];
  readonly wallMs: number;
}

/** Plays moment after moment, the calls of a moment at once; the hours between moments are left out. */
export async function playDay(
  moments: readonly Moment[],
  ask: (call: DayCall) => Promise<Answer>,
  onMoment: (moment: Moment, answers: readonly Answer[], ms: number) => void,
): Promise<PlayedDay> {
  const start = performance.now();
  const answers: Answer[] = [];
  for (const moment of moments) {
    const momentStart = performance.now();
    const given = await Promise.all(moment.calls.map(ask));
    onMoment(moment, given, performance.now() - momentStart);
    answers.push(...given);
  }
  return { answers, wallMs: performance.now() - start };
}
