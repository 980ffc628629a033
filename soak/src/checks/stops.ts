import type { RoundResult } from '../round-result.ts';
import { counted, verdict, type Verdict } from './verdict.ts';

const WITHIN_MS = 5000;

/** Told to stop, processes end by themselves, and soon. */
export function stops({ stops: all, killed }: Pick<RoundResult, 'stops' | 'killed'>): Verdict {
  const wrong = all.flatMap(({ name, code, ms, output }) =>
    code === 0 && ms <= WITHIN_MS
      ? []
      : [`${name} ended with ${code} after ${counted(ms)} ms: ${output.slice(-300)}`],
  );
  if (all.length === 0) wrong.push('none was left');
  const slowest = Math.max(0, ...all.map(({ ms }) => ms));
  return verdict(
    'processes stop cleanly',
    `${all.length} processes, the slowest within ${counted(slowest)} ms; ${killed.length} were killed before`,
    wrong,
  );
}
