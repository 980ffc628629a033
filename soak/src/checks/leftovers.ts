import type { RoundResult } from '../round-result.ts';
import { counted, verdict, type Verdict } from './verdict.ts';

/** No snapshots of runs, no leases; reservations only of calls that a killed process or a dead connection took along. */
export function leftovers({ left }: Pick<RoundResult, 'left'>): Verdict {
  const wrong: string[] = [];
  if (left.snapshots > 0) wrong.push(`${left.snapshots} snapshots`);
  for (const lease of left.leases) wrong.push(`lease ${lease}`);
  return verdict(
    'no snapshots or leases left',
    `${counted(left.snapshots)} snapshots, ${counted(left.leases.length)} leases, ${counted(left.keys)} other keys in Redis`,
    wrong,
  );
}
