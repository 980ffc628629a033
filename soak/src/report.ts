import type { Verdict } from './checks/verdict.ts';

export interface RoundReport {
  readonly says: string;
  readonly faults: readonly string[];
  readonly verdicts: readonly Verdict[];
}

/** One line for each check of each round. */
export function reportText(rounds: readonly RoundReport[]): string {
  const width = Math.max(...rounds.flatMap(({ verdicts }) => verdicts.map(({ what }) => what.length)));
  return rounds
    .flatMap(({ says, faults, verdicts }, index) => [
      `round ${index + 1}: ${says}`,
      `        ${faults.join(', ') || 'no faults'}`,
      ...verdicts.map(
        ({ what, passed, figures }) => `${passed ? 'passed' : 'failed'}  ${what.padEnd(width)}  ${figures}`,
      ),
    ])
    .join('\n');
}
