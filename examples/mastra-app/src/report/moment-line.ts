import type { Answer } from '../day/ask.ts';
import type { Moment } from '../day/day.ts';

/** One line about a moment of the day that was just played. */
export function momentLine({ at, what }: Moment, answers: readonly Answer[], ms: number): string {
  const seconds = `${(ms / 1000).toFixed(1)} s`.padStart(6);
  return `  ${at}  ${answers.length} calls  ${seconds}  ${what}${outcomes(answers)}`;
}

function outcomes(answers: readonly Answer[]): string {
  const tally = new Map<string, number>();
  for (const { outcome } of answers)
    if (outcome !== undefined) tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
  const told = [...tally].map(([outcome, count]) => `${count} ${outcome}`);
  return told.length === 0 ? '' : `: ${told.join(', ')}`;
}
